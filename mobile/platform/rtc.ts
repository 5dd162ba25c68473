/** A phone's peer connections and codecs. */

import type { Rtc } from "../../shared/client/platform/platform.ts";
import { PeerConnection } from "./peer_connection.ts";
import { RTCRtpReceiver } from "./webrtc";

export const rtc: Rtc = {
  // The types of react-native-webrtc are its own, and narrower than what it does.
  createPeerConnection: (config) => new PeerConnection(config) as unknown as RTCPeerConnection,
  // `null` where the native side cannot say.
  videoCodecs: () => RTCRtpReceiver.getCapabilities("video")?.codecs as unknown as RTCRtpCodec[] | undefined ?? [],
  // No phone says which codecs it has in hardware: the server's order stands.
  efficientCodecs: () => Promise.resolve([]),
  canAnswerEarly: true, // it is libwebrtc, as in Chromium
};
