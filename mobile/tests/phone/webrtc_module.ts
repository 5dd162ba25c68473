/**
 * The native module of react-native-webrtc 124.0.8, over libwebrtc in Node (`@roamhq/wrtc`), as its Java and Objective-C do it: what it
 * answers and tells has the same form (`SerializeUtils.java`, `PeerConnectionObserver.java`), a `mid` that there is none of is `undefined`
 * as on iOS, and what the app does not release is kept, and counted.
 */

import wrtc from "@roamhq/wrtc";
import { type Capture, type Facing, openCamera, openMicrophone } from "./cameras.ts";
import { dataChannels, tellDataChannels } from "./data_channels.ts";
import { emit, emitNow } from "./lines.ts";
import { CodedParameters } from "./parameters.ts";

const connections = new Map<number, RTCPeerConnection>();
const tracks = new Map<string, Capture>();
const streams = new Map<string, Set<string>>();
/** What the person was asked for, and what they refuse. */
const asked = new Set<string>();
const denied = new Set<string>();
const parameters = new CodedParameters();
const ids = new WeakMap<object, string>();
let made = 0;

/** What the native side holds, for a test to see. */
export const native = {
  held: () => ({ tracks: tracks.size, streams: streams.size, connections: connections.size }),
  deny: (device: string, isDenied: boolean) => void (isDenied ? denied.add(device) : denied.delete(device)),
  /** What came in over all connections, by libwebrtc's statistics. */
  async received() {
    const found = { framesDecoded: 0, audioEnergy: 0 };
    for (const pc of connections.values()) {
      for (const report of (await pc.getStats() as unknown as Map<string, Record<string, number | string>>).values()) {
        if (report.type !== "inbound-rtp") continue;
        found.framesDecoded += Number(report.framesDecoded ?? 0);
        found.audioEnergy += Number(report.totalAudioEnergy ?? 0);
      }
    }
    return found;
  },
};

/** The id that libwebrtc would give it. */
function idOf(thing: object): string {
  const id = ids.get(thing) ?? `native-${++made}`;
  ids.set(thing, id);
  return id;
}

const remoteTrack = (pcId: number, { id, kind, enabled, readyState }: MediaStreamTrack) => ({
  id,
  kind,
  enabled,
  readyState,
  remote: true,
  peerConnectionId: pcId,
});

function transceiverInfo(pcId: number, transceiver: RTCRtpTransceiver) {
  const { sender, receiver, mid, direction, currentDirection } = transceiver;
  return {
    id: idOf(sender),
    peerConnectionId: pcId,
    mid: mid ?? undefined,
    direction,
    currentDirection: currentDirection ?? undefined,
    isStopped: direction === "stopped",
    sender: {
      id: idOf(sender),
      peerConnectionId: pcId,
      track: sender.track ? remoteTrack(pcId, sender.track) : undefined,
      rtpParameters: parameters.of(sender),
    },
    receiver: {
      id: idOf(receiver),
      peerConnectionId: pcId,
      track: remoteTrack(pcId, receiver.track),
      rtpParameters: parameters.empty,
    },
  };
}

/** What every exchange of descriptions answers: the description, and all transceivers as they are now. */
function exchanged(pc: RTCPeerConnection, description: RTCSessionDescriptionInit | null) {
  return {
    sdpInfo: description === null ? {} : { type: description.type, sdp: description.sdp },
    transceiversInfo: pc.getTransceivers().map(({ sender, mid, currentDirection, direction }) => ({
      transceiverId: idOf(sender),
      mid: mid ?? undefined,
      currentDirection: currentDirection ?? undefined,
      isStopped: direction === "stopped",
      senderRtpParameters: parameters.of(sender),
      receiverRtpParameters: parameters.empty,
    })),
  };
}

const pcOf = (id: number) => connections.get(id) ?? fail("Peer Connection is not initialized");

function transceiverOf(pcId: number, senderId: string): RTCRtpTransceiver {
  return pcOf(pcId).getTransceivers().find(({ sender }) => idOf(sender) === senderId) ??
    fail("Could not get transceiver");
}

function fail(why: string): never {
  throw new Error(why);
}

const description = ({ type, sdp }: RTCSessionDescription | RTCSessionDescriptionInit) => ({ type, sdp });

export const webrtcModule = {
  addListener() {},
  removeListeners() {},
  ...dataChannels(pcOf),

  // --- Peer connections ------------------------------------------------------------------------------------------------

  peerConnectionInit(config: RTCConfiguration, pcId: number): boolean {
    const pc: RTCPeerConnection = new wrtc.RTCPeerConnection(config);
    connections.set(pcId, pc);
    tellDataChannels(pcId, pc);
    pc.onsignalingstatechange = () =>
      emit("peerConnectionSignalingStateChanged", { pcId, signalingState: pc.signalingState });
    pc.onconnectionstatechange = () =>
      emit("peerConnectionStateChanged", { pcId, connectionState: pc.connectionState });
    pc.oniceconnectionstatechange = () =>
      emit("peerConnectionIceConnectionChanged", { pcId, iceConnectionState: pc.iceConnectionState });
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate?.candidate || !pc.localDescription) return;
      const { sdpMLineIndex, sdpMid, candidate: sdp } = candidate;
      emit("peerConnectionGotICECandidate", {
        pcId,
        candidate: { sdpMLineIndex, sdpMid, candidate: sdp },
        sdp: description(pc.localDescription),
      });
    };
    pc.onicegatheringstatechange = () =>
      emit("peerConnectionIceGatheringChanged", {
        pcId,
        iceGatheringState: pc.iceGatheringState,
        sdp: pc.localDescription ? description(pc.localDescription) : {},
      });
    // Before the answer of `setRemoteDescription`, as the native queue has it.
    pc.ontrack = ({ transceiver, receiver, streams }) =>
      emitNow("peerConnectionOnTrack", {
        pcId,
        streams: streams.map(({ id }) => ({ streamId: id, streamReactTag: `remote-${id}`, tracks: [] })),
        receiver: { id: idOf(receiver) },
        transceiver: transceiverInfo(pcId, transceiver),
      });
    return true;
  },

  peerConnectionSetConfiguration(config: RTCConfiguration, pcId: number): void {
    pcOf(pcId).setConfiguration(config);
  },

  async peerConnectionCreateOffer(pcId: number, { IceRestart }: { IceRestart?: string }) {
    const pc = pcOf(pcId);
    return exchanged(pc, await pc.createOffer({ iceRestart: IceRestart === "true" }));
  },

  async peerConnectionCreateAnswer(pcId: number) {
    const pc = pcOf(pcId);
    return exchanged(pc, await pc.createAnswer());
  },

  async peerConnectionSetLocalDescription(pcId: number, wanted: RTCLocalSessionDescriptionInit | null) {
    const pc = pcOf(pcId);
    await pc.setLocalDescription(wanted ?? undefined);
    return exchanged(pc, pc.localDescription);
  },

  async peerConnectionSetRemoteDescription(pcId: number, wanted: RTCSessionDescriptionInit) {
    const pc = pcOf(pcId);
    const before = pc.getTransceivers();
    await pc.setRemoteDescription(wanted);
    const added = pc.getTransceivers().filter((transceiver) => !before.includes(transceiver));
    return {
      ...exchanged(pc, pc.remoteDescription),
      newTransceivers: added.map((transceiver) => ({
        transceiverOrder: ++made,
        transceiver: transceiverInfo(pcId, transceiver),
      })),
    };
  },

  async peerConnectionAddICECandidate(pcId: number, candidate: RTCIceCandidateInit) {
    const pc = pcOf(pcId);
    await pc.addIceCandidate(candidate);
    return description(pc.remoteDescription!);
  },

  peerConnectionAddTransceiver(
    pcId: number,
    { type, trackId, init }: { type?: string; trackId?: string; init: RTCRtpTransceiverInit },
  ) {
    const source = trackId === undefined ? type! : tracks.get(trackId)?.track ?? fail("There is no such track");
    const transceiver = pcOf(pcId).addTransceiver(source, init);
    return { transceiverOrder: ++made, transceiver: transceiverInfo(pcId, transceiver) };
  },

  async peerConnectionGetStats(pcId: number): Promise<string> {
    return JSON.stringify([...(await pcOf(pcId).getStats() as unknown as Map<string, unknown>).entries()]);
  },

  peerConnectionClose(pcId: number): void {
    connections.get(pcId)?.close();
    emit("peerConnectionStateChanged", { pcId, connectionState: "closed" });
    emit("peerConnectionSignalingStateChanged", { pcId, signalingState: "closed" });
  },

  peerConnectionDispose(pcId: number): void {
    connections.delete(pcId);
  },

  // --- Senders and transceivers ----------------------------------------------------------------------------------------

  receiverGetCapabilities: (kind: string) => wrtc.RTCRtpReceiver.getCapabilities(kind),
  senderGetCapabilities: (kind: string) => wrtc.RTCRtpSender.getCapabilities(kind),

  async senderReplaceTrack(pcId: number, senderId: string, trackId: string | null): Promise<boolean> {
    const track = trackId === null ? null : tracks.get(trackId)?.track ?? fail("There is no such track");
    await transceiverOf(pcId, senderId).sender.replaceTrack(track);
    return true;
  },

  async senderSetParameters(pcId: number, senderId: string, wanted: RTCRtpSendParameters) {
    return parameters.set(transceiverOf(pcId, senderId).sender, wanted);
  },

  async transceiverSetDirection(pcId: number, senderId: string, direction: RTCRtpTransceiverDirection) {
    transceiverOf(pcId, senderId).direction = direction;
  },

  async transceiverStop(pcId: number, senderId: string): Promise<boolean> {
    transceiverOf(pcId, senderId).stop();
    return true;
  },

  transceiverSetCodecPreferences(pcId: number, senderId: string, codecs: RTCRtpCodec[]): void {
    transceiverOf(pcId, senderId).setCodecPreferences(codecs);
  },

  // --- Devices ---------------------------------------------------------------------------------------------------------

  checkPermission: async (name: string) => !asked.has(name) ? "prompt" : denied.has(name) ? "denied" : "granted",

  async requestPermission(name: string): Promise<boolean> {
    asked.add(name);
    return !denied.has(name);
  },

  enumerateDevices(answer: (devices: unknown[]) => void): void {
    const camera = (facing: Facing, label: string) => ({
      deviceId: facing,
      groupId: "",
      kind: "videoinput",
      label,
      facing,
    });
    answer([
      camera("user", "Front camera"),
      camera("environment", "Back camera"),
      { deviceId: "audio-1", groupId: "", kind: "audioinput", label: "Microphone" },
    ]);
  },

  getUserMedia(
    { audio, video }: {
      audio?: unknown;
      video?: { facingMode: Facing; width: number; height: number; frameRate: number };
    },
    answer: (streamId: string, tracks: unknown[]) => void,
  ): void {
    const infos: ReturnType<typeof keep>[] = [];
    if (video) {
      const { facingMode, width, height, frameRate } = video;
      infos.push(keep("video", openCamera(facingMode, width, height, frameRate), { deviceId: facingMode, ...video }));
    }
    if (audio) infos.push(keep("audio", openMicrophone(), { deviceId: "audio-1" }));
    const streamId = `stream-${++made}`;
    streams.set(streamId, new Set(infos.map(({ id }) => id)));
    // Opening takes a phone some time.
    setTimeout(() => answer(streamId, infos), 50);
  },

  mediaStreamTrackSetEnabled(_: number, id: string, enabled: boolean): void {
    tracks.get(id)?.setEnabled(enabled);
  },

  mediaStreamTrackRelease(id: string): void {
    tracks.get(id)?.release();
    tracks.delete(id);
  },

  mediaStreamCreate: (id: string) => void streams.set(id, new Set()),
  mediaStreamAddTrack: (id: string, _: number, trackId: string) => void streams.get(id)?.add(trackId),
  mediaStreamRemoveTrack: (id: string, _: number, trackId: string) => void streams.get(id)?.delete(trackId),
  mediaStreamRelease: (id: string) => void streams.delete(id),
};

function keep(kind: string, capture: Capture, settings: object) {
  const { id } = capture.track;
  tracks.set(id, capture);
  return { id, kind, enabled: true, remote: false, readyState: "live", peerConnectionId: -1, settings };
}
