/** What a receipt says of a call's media: collected second by second, so that it is there whenever the call ends. */

import type { MediaFigures } from "../call/receipt.ts";
import type { Perceived } from "../state.ts";
import type { Sample } from "./samples.ts";

/** The round trips so far, in ms. */
export interface RoundTrips {
  readonly sum: number;
  readonly count: number;
}

/** One more second. */
export function withRoundTrip({ sum, count }: RoundTrips, { rttMs }: Sample): RoundTrips {
  return rttMs === null ? { sum, count } : { sum: sum + rttMs, count: count + 1 };
}

/** The figures after the last second; `overall`: what was perceived in the whole call. */
export function mediaFigures(
  { sum, count }: RoundTrips,
  { sending, receiving, path, transport }: Sample,
  perceived: Perceived,
): MediaFigures {
  return {
    path,
    transport,
    audioCodec: sending.audioCodec ?? receiving.audioCodec,
    videoCodec: sending.videoCodec ?? receiving.videoCodec,
    rttMs: count === 0 ? null : Math.round(sum / count),
    lossSent: share(sending.packetsLost, sending.packets),
    lossReceived: share(receiving.packetsLost, receiving.packets + receiving.packetsLost),
    bytesSent: sending.bytes,
    bytesReceived: receiving.bytes,
    perceived,
  };
}

/** From 0 to 1: a receiver counts what came twice against what was lost (RFC 3550, section 6.4.1), so it may be below nothing. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(1, Math.max(0, part / whole));
}
