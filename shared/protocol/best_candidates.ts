/**
 * Which of too many ICE candidates are kept (rule R18). A laptop with Docker and VPN interfaces gathers up to 130, and most lead
 * nowhere. Pure, for the server and for clients.
 */

import type { Candidate } from "./candidate.ts";

/** Rank of a candidate's type (RFC 8839, section 5.1): relayed candidates get through most networks, and are dropped last. */
const RANKS: Readonly<Record<string, number>> = { host: 0, prflx: 1, srflx: 1, relay: 2 };

/** Above the priority of any candidate (RFC 8445, section 5.1.2). */
const PRIORITIES = 2 ** 32;

/** Above any candidate: without the end of candidates (`null`) the other side's ICE does not come to a failure. */
const END = PRIORITIES * 4;

/** 0 for a host candidate, 1 for a reflexive one, 2 for a relayed one and for the end of candidates. */
export function rankOf(candidate: Candidate | null): 0 | 1 | 2 {
  const worth = worthOf(candidate);
  return worth >= 2 * PRIORITIES ? 2 : worth >= PRIORITIES ? 1 : 0;
}

/** Orders candidates by what a call loses with them: by type, then by the priority that the other side gave them. */
export function worthOf(candidate: Candidate | null): number {
  if (candidate === null || candidate.candidate === "") return END;
  const [, priority, type] = / (\d+) \S+ \d+ typ (\w+)/i.exec(candidate.candidate) ?? [];
  return (RANKS[type?.toLowerCase() ?? ""] ?? 0) * PRIORITIES + Number(priority ?? 0);
}

/** `items`, or, where there are more than `limit`, all but the newest of those that are worth least. `limit + 1` items at the most. */
export function keepBest<Item>(
  items: readonly Item[],
  limit: number,
  worth: (item: Item) => number,
): readonly Item[] {
  if (items.length <= limit) return items;
  const worths = items.map(worth);
  return items.toSpliced(worths.lastIndexOf(Math.min(...worths)), 1);
}
