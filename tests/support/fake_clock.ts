/** Time that passes when a test says so: for what takes a clock. */

import assert from "node:assert/strict";
import type { Clock } from "../../shared/client/platform/platform.ts";

export class FakeClock implements Clock {
  /** In ms. */
  time = 0;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  readonly wallTime = (): number => this.time;

  readonly now = (): number => this.time;

  readonly after = (ms: number, action: () => void): () => void => {
    assert.ok(ms >= 0 && ms < 2 ** 31, `${ms} is no time that a timer takes`);
    const timer = { at: this.time + ms, action };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((other) => other !== timer);
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets `ms` pass, and everything happen that was to happen then. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.time = due.at;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      due.action();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

/** Everything that waits for a promise which is settled already has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
