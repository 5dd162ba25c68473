/** Makes an RTCPeerConnection, wherever one can be made. */

import type { Rtc } from "../platform/platform.ts";
import { NoPeerConnection } from "./failure.ts";

/** Which ways a connection may take. */
export type IceOptions = Pick<RTCConfiguration, "iceServers" | "iceTransportPolicy">;

/** With servers that this browser refuses (a wrong URL, say), a call on the same network is still better than none. */
export function peerConnection(
  rtc: Pick<Rtc, "createPeerConnection">,
  options: RTCConfiguration,
): RTCPeerConnection {
  try {
    return rtc.createPeerConnection(options);
  } catch {
    try {
      return rtc.createPeerConnection({ ...options, iceServers: [] });
    } catch (cause) {
      throw new NoPeerConnection("This browser makes no peer connection", { cause });
    }
  }
}
