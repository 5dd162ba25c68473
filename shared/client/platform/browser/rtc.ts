/** The browser's peer connections and codecs. */

import type { VideoCodec } from "../../../protocol/video_codecs.ts";
import type { Rtc } from "../platform.ts";

export const rtc: Rtc = {
  createPeerConnection: (config) => new RTCPeerConnection(config),
  videoCodecs: () => globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? [],
  async efficientCodecs(codecs) {
    const efficient = await Promise.all(codecs.map(isEfficient));
    return codecs.filter((_, at) => efficient[at]);
  },
  canAnswerEarly: !navigator.userAgent.includes("Firefox/"),
};

/** Whether this device encodes a codec in hardware, as far as it says (W3C Media Capabilities). */
async function isEfficient(codec: VideoCodec): Promise<boolean> {
  const video = { contentType: `video/${codec}`, width: 1280, height: 720, framerate: 30, bitrate: 2_500_000 };
  try {
    return (await navigator.mediaCapabilities.encodingInfo({ type: "webrtc", video })).powerEfficient;
  } catch {
    return false;
  }
}
