/** How long two people had each other: without the time in which one waited for another who was gone already. */

/** Media that came so short a time ago, in ms, has not stopped: a microphone with silence suppression sends every 400 ms. */
const FRESH_MS = 2_000;

/** A browser notices within this time, in ms, that the other side is gone (RFC 7675; in practice five to seven seconds). */
const NOTICE_MS = 10_000;

/** What a call was like at its end. Times are monotonic, in ms; `null`: it never was, or is not so. */
export interface LastSeen {
  readonly now: number;
  /** When media last came. */
  readonly mediaAt: number | null;
  /** Since when the other side's signaling has been away. */
  readonly awayAt: number | null;
  /** Since when the connection has not been there. */
  readonly lostAt: number | null;
  /** By its last `call:media` the other side sends a voice or pictures. */
  readonly sends: boolean;
}

/**
 * When the two last had each other. Where media came to the end, or nothing says that anybody went, that is now; else when media
 * last came, unless nobody sent any for long before the other side went: then it is that.
 */
export function talkedUntil({ now, mediaAt, awayAt, lostAt, sends }: LastSeen): number {
  const goneAt = Math.min(awayAt ?? Infinity, lostAt ?? Infinity, now);
  if (mediaAt === null) return goneAt;
  if (now - mediaAt <= FRESH_MS) return now;
  if (sends) return mediaAt;
  const isExpected = goneAt < now && goneAt - mediaAt < NOTICE_MS;
  return isExpected ? mediaAt : goneAt;
}
