/** The native side of data channels, as `DataChannelWrapper.java` and `PeerConnectionObserver.java` have it: each under a tag of its own. */

import { emit } from "./lines.ts";

const channels = new Map<string, RTCDataChannel>();
let made = 0;

/** Keeps a channel, has it tell what happens to it, and gives what the JavaScript side is told of it. */
function keep(pcId: number, channel: RTCDataChannel) {
  const reactTag = `channel-${++made}`;
  channels.set(reactTag, channel);
  const tellState = () =>
    emit("dataChannelStateChanged", {
      reactTag,
      peerConnectionId: pcId,
      id: channel.id ?? -1,
      state: channel.readyState,
    });
  channel.onopen = channel.onclose = tellState;
  channel.onmessage = ({ data }) =>
    emit("dataChannelReceiveMessage", { reactTag, peerConnectionId: pcId, type: "text", data });
  const { label, id, readyState } = channel;
  return {
    peerConnectionId: pcId,
    reactTag,
    label,
    id: id ?? -1,
    ordered: true,
    maxPacketLifeTime: -1,
    maxRetransmits: -1,
    protocol: "",
    negotiated: false,
    readyState,
  };
}

/** Has channels that the other side opens told of. */
export function tellDataChannels(pcId: number, pc: RTCPeerConnection): void {
  pc.ondatachannel = ({ channel }) =>
    emit("peerConnectionDidOpenDataChannel", { pcId, dataChannel: keep(pcId, channel) });
}

/** What the native module does with them; texts alone, since the app sends nothing else. */
export const dataChannels = (pcOf: (id: number) => RTCPeerConnection) => ({
  createDataChannel: (pcId: number, label: string) => keep(pcId, pcOf(pcId).createDataChannel(label)),
  dataChannelSend: (_: number, tag: string, data: string) => channels.get(tag)?.send(data),
  dataChannelClose: (_: number, tag: string) => channels.get(tag)?.close(),
  dataChannelDispose: (_: number, tag: string) => void channels.delete(tag),
});
