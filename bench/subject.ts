/** What the benches of call set-up have in common: a way to call that is measured, and when somebody sees somebody. */

import type { Page } from "../tests/support/packages.ts";

/** What one call took, in ms. */
export interface Times {
  /** From the caller's click until it rings at the other side; `null` where there is nothing between the two. */
  readonly ring: number | null;
  /** From the callee's accept until the caller sees them. */
  readonly caller: number;
  /** From the callee's accept until they see the caller. */
  readonly callee: number;
}

/** A way to call. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  /** Makes one call, which opens the devices of both, and leaves nothing of it running. */
  call(): Promise<Times>;
}

/** It rings for so long before somebody accepts, in ms: time to look who it is. */
export const RING_MS = 1_500;

/** What the others ask of the camera and the microphone: no more than any page that asks for nothing in particular. */
export const DEVICES: MediaStreamConstraints = { audio: true, video: true };

/** What `installClock` gives a page. */
export interface Clock {
  /** The time on the clock that all pages share, in ms. */
  clock(): number;
  /** When the first frame is on the screen, in a `<video>` that shows frames to whoever looks. */
  firstFrame(video: HTMLVideoElement): Promise<number>;
}

/** Puts `Clock` into every document of a page that is loaded from now on, and a camera that takes `cameraMs` to open. */
export async function prepare(page: Page, cameraMs: number): Promise<void> {
  await page.evaluateOnNewDocument((cameraMs: number) => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (constraints?.video && cameraMs > 0) await new Promise((resolve) => setTimeout(resolve, cameraMs));
      return await open(constraints);
    };
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
  }, cameraMs);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
