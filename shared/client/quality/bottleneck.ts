/**
 * Why a call is weak: whose network, or whose computer. A pure function of what is known of both directions.
 *
 * Of two networks that packets cross end to end, statistics do not say which one is to blame. The server does: the way to it crosses one
 * of the two alone. So each side times its pings to it while the call is weak, and tells the other what came of it (`report.ts`).
 */

import type { Bottleneck, Rating } from "../state.ts";

/** What is known of one side. */
export interface Side {
  /** What the other side sees and hears of it; 4 where it sends nothing. */
  readonly rating: Rating;
  /** Whether its way to the server is bad; `null`: not known. */
  readonly isNearBad: boolean | null;
  /** Its computer is too slow to encode its whole picture. */
  readonly isSlow: boolean;
}

/** This is weak, and worse. */
export const WEAK = 2;
/** Seconds in a row before something is said. */
const FOUND_S = 3;
/** Seconds in a row before that changes. */
const CHANGED_S = 5;

/** What the last second speaks for. */
export function bottleneckOf(mine: Side, theirs: Side): Bottleneck | null {
  const sendsBadly = mine.rating <= WEAK;
  const isWeak = sendsBadly || theirs.rating <= WEAK;
  if (isWeak && mine.isNearBad) return sendsBadly ? "my-uplink" : "my-downlink";
  if (isWeak && theirs.isNearBad) return "their-network";
  if (mine.isSlow) return "my-computer";
  if (theirs.isSlow) return "their-computer";
  if (!isWeak || mine.isNearBad === null) return null;
  // Where this side is well and the other, of an older version, does not say, it is seldom the internet between them.
  return theirs.isNearBad === null ? "their-network" : "between";
}

/** What is said, and for how many seconds in a row the same something else has been found. */
export interface Told {
  readonly is: Bottleneck | null;
  readonly found: Bottleneck | null;
  readonly run: number;
}

export const NOTHING_TOLD: Told = { is: null, found: null, run: 0 };

/** What is said after one more second, in which `found` was: no moment's trouble, and no flicker between two causes. */
export function tell({ is, found: before, run: ran }: Told, found: Bottleneck | null): Told {
  const run = found === is ? 0 : found === before ? ran + 1 : 1;
  return { is: run < (is === null ? FOUND_S : CHANGED_S) ? is : found, found, run };
}
