/** What the senders of a call are told for where it stands on the ladder: pure functions. */

import type { Step } from "../../protocol/server_messages.ts";
import { type EncoderLoad, SIZES } from "./encoder_load.ts";
import { BITRATES, type Ladder } from "./ladder.ts";

/** Of a camera, in lines; what is smaller already is not scaled. */
export const LINES: Readonly<Record<Step, number>> = { high: 720, medium: 360, low: 180, paused: 180, audio: 180 };
/** The least picture: of a line of 100 kbit/s it leaves the voice enough, with its headers. */
const LEAST = { lines: 120, fps: 10, kbps: 40 };
/** Of six quiet seconds on the lowest step, three have a higher limit: each time that it is raised Chromium tries whether there is more room. */
const PROBE = { every: 6, from: 3 };
/** Opus is good at 32 kbit/s and clear at 16 (RFC 7587, section 3.1.1); in bit/s. */
const VOICE_BPS: Readonly<Record<Step, number>> = {
  high: 40_000,
  medium: 40_000,
  low: 20_000,
  paused: 20_000,
  audio: 16_000,
};
/** Of that, for each of the two copies that redundant audio sends (RFC 2198). */
const REDUNDANT_SHARE = 0.75;

export function voiceOf(step: Step, codec: RTCRtpCodec | undefined): Partial<RTCRtpEncodingParameters> {
  const share = codec?.mimeType.toLowerCase() === "audio/red" ? REDUNDANT_SHARE : 1;
  return { maxBitrate: VOICE_BPS[step] * share, priority: "high", networkPriority: "high" };
}

/** `lines`: of the camera itself. `load`: what this computer encodes in time. `codecs`: those that were negotiated. */
export function cameraOf(
  { step, isLeast, isOther, quiet }: Ladder,
  { size }: EncoderLoad,
  lines: number,
  codecs: readonly RTCRtpCodec[],
): Partial<RTCRtpEncodingParameters> & { codec: RTCRtpCodec | undefined } {
  const most = SIZES[size]!;
  const usual = isLeast ? LEAST.kbps : Math.max(BITRATES[step].takes, BITRATES.low.takes);
  const isProbing = step === "low" && quiet % PROBE.every >= PROBE.from;
  return {
    active: BITRATES[step].takes > 0,
    scaleResolutionDownBy: Math.max(1, lines / Math.min(isLeast ? LEAST.lines : LINES[step], most.lines)),
    maxFramerate: isLeast ? LEAST.fps : most.fps,
    maxBitrate: (isProbing ? BITRATES.medium.takes : usual) * 1000,
    codec: isOther ? otherCodec(codecs) : undefined,
  };
}

/**
 * Another codec than the first. A sender that changes its codec has nothing left of what it sent before (Chromium 156): where a network
 * has become narrow, the other side's requests for it would fill the line for half a minute.
 */
function otherCodec(codecs: readonly RTCRtpCodec[]): RTCRtpCodec | undefined {
  const nameOf = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase();
  const first = codecs[0] && nameOf(codecs[0]);
  // VP9 makes more of few bits than VP8.
  const name = ["video/vp9", "video/vp8"].find((name) => name !== first);
  return codecs.find((codec) => nameOf(codec) === name);
}
