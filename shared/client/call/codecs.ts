/** Which video codec a call uses: an order of preference, never a condition (RFC 8829, section 5.2; `setCodecPreferences`). */

import type { VideoCodec } from "../../protocol/video_codecs.ts";

/**
 * All that a browser can do, with the wanted codecs first. Nothing is left out: a call must never be without a common codec, and
 * retransmission and error correction go with every one.
 */
export function orderedCodecs(able: readonly RTCRtpCodec[], wanted: readonly string[]): RTCRtpCodec[] {
  const rank = ({ mimeType }: RTCRtpCodec) => {
    const at = wanted.findIndex((name) => mimeType.toLowerCase() === `video/${name.toLowerCase()}`);
    return at < 0 ? wanted.length : at;
  };
  return [...able].sort((a, b) => rank(a) - rank(b));
}

/**
 * The order for this device: what the user chose comes first; then the configured codecs, those before the others that the device
 * encodes without effort (W3C Media Capabilities, `powerEfficient`), for that is done in hardware and spares the battery.
 */
export function preferredCodecs(
  chosen: VideoCodec | null,
  configured: readonly VideoCodec[],
  efficient: readonly VideoCodec[],
): VideoCodec[] {
  const byEffort = [...configured].sort((a, b) => Number(efficient.includes(b)) - Number(efficient.includes(a)));
  return chosen === null ? byEffort : [chosen, ...byEffort.filter((codec) => codec !== chosen)];
}

/** Video codecs by preference; none: the other side's order, or the browser's. */
export interface CodecOrder {
  /** What this side's offers say. */
  readonly offered: readonly string[];
  /** What its answers say, whatever was offered: what the user chose. */
  readonly insisted: readonly string[];
}

/** Has the next description of a section say the wanted order; none: the browser's. */
export function preferCodecs(
  transceiver: RTCRtpTransceiver,
  able: RTCRtpCodec[],
  wanted: readonly string[],
): void {
  try {
    transceiver.setCodecPreferences?.(wanted.length === 0 ? [] : orderedCodecs(able, wanted));
  } catch {
    // This is a preference: a browser that refuses it goes by its own.
  }
}
