/** How late the event loop is: by how much a timer fires after its time. */

import { Histogram } from "./histogram.ts";

/** How often it is looked, in ms. */
const LOOK_MS = 500;

export class LoopDelay {
  /** In seconds. */
  readonly delays = new Histogram([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]);
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    let lookedAt = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.delays.observe(Math.max(0, now - lookedAt - LOOK_MS) / 1000);
      lookedAt = now;
    }, LOOK_MS);
    // A build makes a server too, and ends.
    Deno.unrefTimer(this.#timer);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
