/** The screen this device shares, while it does. */

import { type Cause, causeOf } from "./causes.ts";
import type { Platform } from "../platform/platform.ts";

/** Text is to be read: few pictures, all of them sharp. Rates in pictures per second. */
const WANTED = { video: { frameRate: { ideal: 15, max: 30 } }, audio: false } satisfies DisplayMediaStreamOptions;

/** A refusal that comes sooner than this, in ms, comes without a picker: nobody is so quick to close one. */
const PICKER_MS = 250;

/** What became of asking for a screen. `cancelled`: the user picked none, or it is not wanted any more. */
export type Shared = "open" | "cancelled" | Cause;

export class Screen {
  readonly #platform: Pick<Platform, "media" | "clock">;
  readonly #onEnd: () => void;
  #stream: MediaStream | null = null;
  /** Changes with every release. */
  #generation = 0;

  /** `onEnd`: the system's own button, or a window that was closed, ended it. */
  constructor(platform: Pick<Platform, "media" | "clock">, onEnd: () => void) {
    this.#platform = platform;
    this.#onEnd = onEnd;
  }

  get stream(): MediaStream | null {
    return this.#stream;
  }

  get track(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }

  /** Lets the user pick what to share. Never rejects. */
  async open(): Promise<Shared> {
    const generation = ++this.#generation;
    const asked = this.#platform.clock.now();
    try {
      const stream = await this.#platform.media.getDisplayMedia(WANTED);
      const track = stream.getVideoTracks()[0]!;
      if (generation !== this.#generation) {
        track.stop();
        return "cancelled";
      }
      track.contentHint = "detail";
      track.onended = () => {
        this.release();
        this.#onEnd();
      };
      this.release();
      this.#stream = stream;
      return "open";
    } catch (error) {
      const isPicked = this.#platform.clock.now() - asked > PICKER_MS;
      const cause = causeOf(error, this.#platform.media.mediaContext("screen"), isPicked);
      return generation !== this.#generation || cause === "denied" && isPicked ? "cancelled" : cause;
    }
  }

  /** Ends the sharing, and what is being picked. */
  release(): void {
    this.#generation++;
    const { track } = this;
    this.#stream = null;
    if (track === undefined) return;
    track.onended = null;
    track.stop();
  }
}
