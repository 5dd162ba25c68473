/** What the benches of call set-up have in common: a way to call that is measured, and when somebody sees somebody. */

import type { Page } from "../tests/support/packages.ts";

/** From the callee's accept until each side sees the first picture of the other, in ms. */
export interface Times {
  readonly caller: number;
  readonly callee: number;
}

/** A way to call. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  /** Makes one call, with both cameras open before it rings, and leaves nothing of it running. */
  call(): Promise<Times>;
}

/** It rings for so long before somebody accepts, in ms: time to look who it is. */
export const RING_MS = 500;

/** Cameras run for so long before the call, in ms. */
export const WARM_UP_MS = 300;

/** What all subjects ask of the camera and the microphone: the same as the product. */
export const DEVICES: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/** What `installClock` gives a page. */
export interface Clock {
  /** The time on the clock that all pages share, in ms. */
  clock(): number;
  /** When the first frame is on the screen, in a `<video>` that shows frames to whoever looks. */
  firstFrame(video: HTMLVideoElement): Promise<number>;
}

/** Puts `Clock` into every document of a page that is loaded from now on. */
export async function installClock(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const clock = () => performance.timeOrigin + performance.now();
    const firstFrame = (video: HTMLVideoElement) =>
      new Promise<number>((resolve) => {
        video.requestVideoFrameCallback(() => {
          const look = () => {
            if (video.dataset.dark === "true") return false;
            watching.disconnect();
            resolve(clock());
            return true;
          };
          const watching = new MutationObserver(look);
          look() || watching.observe(video, { attributes: true });
        });
      });
    Object.assign(globalThis, { clock, firstFrame } satisfies Clock);
  });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
