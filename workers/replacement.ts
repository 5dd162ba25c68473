/** When a worker that ended is replaced. */

/** Who served for so long did not end of what makes it end at its start, in ms. */
const STEADY_MS = 60_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** What to do when a worker ended. */
export interface Replacement {
  /** How many in a row ended early. */
  readonly early: number;
  readonly waitMs: number;
}

/**
 * `early`: how many in its place ended early before it. The first is replaced at once, since people wait; where that goes on, each waits
 * twice as long as the one before.
 */
export function replacement(early: number, livedMs: number): Replacement {
  if (livedMs >= STEADY_MS || early === 0) return { early: 1, waitMs: 0 };
  return { early: early + 1, waitMs: Math.min(FIRST_WAIT_MS * 2 ** (early - 1), LONGEST_WAIT_MS) };
}
