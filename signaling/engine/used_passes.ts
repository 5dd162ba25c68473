/** Passes that are good once, and were used: those for a second device. */

/** Passes remembered; beyond that the oldest are forgotten, which are out of date soonest. */
const MAX_USED = 10_000;

/** How long a pass is remembered beyond its end, in ms: whoever reads its signature may have a clock that is behind the engine's. */
const BEHIND_MS = 10 * 60_000;

export class UsedPasses {
  /** When passes are out of date, in ms since 1970, by their ids, those used first before all others. */
  readonly #used = new Map<string, number>();

  /** Uses a pass up; false where it was used. */
  use(id: string, expiresAt: number, now: number): boolean {
    if (this.#used.has(id)) return false;
    this.#used.set(id, expiresAt);
    for (const [oldest, until] of this.#used) {
      if (this.#used.size <= MAX_USED && until + BEHIND_MS > now) break;
      this.#used.delete(oldest);
    }
    return true;
  }

  dump() {
    return [...this.#used];
  }

  restore(used: ReturnType<UsedPasses["dump"]>): void {
    for (const [id, expiresAt] of used) this.#used.set(id, expiresAt);
  }
}
