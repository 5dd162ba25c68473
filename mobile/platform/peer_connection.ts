/**
 * react-native-webrtc's peer connection (124.0.8), made to do what W3C WebRTC says where the call client relies on it:
 *
 * - it has no `currentLocalDescription` and `currentRemoteDescription`, without which there are no digits to compare;
 * - its `signalingState` is set by an event that may come after the promise that it belongs to;
 * - its constructor changes the ICE servers that it is given, and `setConfiguration` then takes them otherwise spelled;
 * - `stop` of a transceiver shows only once the native side is done, so that a stopped section would be taken for one in use;
 * - `replaceTrack` keeps errors to itself.
 *
 * It also tells `releases.ts` where tracks are sent, since nothing but that frees them.
 */

import { noLongerSent, watchSenders } from "./releases.ts";
import { RTCPeerConnection, type RTCRtpTransceiver } from "./webrtc";

type Description = NonNullable<RTCPeerConnection["localDescription"]>;
type Track = Parameters<RTCRtpTransceiver["sender"]["replaceTrack"]>[0];

/** What is private there, and has to be set for a transceiver that stops. */
interface Inner {
  _direction: string;
}

export class PeerConnection extends RTCPeerConnection {
  currentLocalDescription: Description | null = null;
  currentRemoteDescription: Description | null = null;
  readonly #mended = new WeakSet<RTCRtpTransceiver>();
  #state: RTCPeerConnection["signalingState"] = "stable";

  constructor(config: RTCConfiguration) {
    super(ownCopy(config));
    // The events of the native side say the same, earlier or later.
    Object.defineProperty(this, "signalingState", { get: () => this.#state, set: () => {} });
    watchSenders(this);
  }

  override setConfiguration(config: RTCConfiguration): void {
    super.setConfiguration(ownCopy(config));
  }

  override async setLocalDescription(
    description?: Parameters<RTCPeerConnection["setLocalDescription"]>[0],
  ): Promise<void> {
    await super.setLocalDescription(description);
    this.#described(this.localDescription?.type, "have-local-offer");
  }

  override async setRemoteDescription(
    description: Parameters<RTCPeerConnection["setRemoteDescription"]>[0],
  ): Promise<void> {
    await super.setRemoteDescription(description);
    this.#described(this.remoteDescription?.type, "have-remote-offer");
  }

  override getTransceivers(): RTCRtpTransceiver[] {
    const all = super.getTransceivers();
    for (const transceiver of all) this.#mend(transceiver);
    return all;
  }

  override close(): void {
    super.close();
    this.#state = "closed";
    noLongerSent();
  }

  /** A description was applied (JSEP, RFC 8829, section 3.2): an answer, of whichever side, makes both the current ones. */
  #described(type: string | null | undefined, afterOffer: RTCPeerConnection["signalingState"]): void {
    if (this.#state === "closed") return;
    this.#state = type === "answer" ? "stable" : afterOffer;
    if (type !== "answer") return;
    this.currentLocalDescription = this.localDescription;
    this.currentRemoteDescription = this.remoteDescription;
  }

  #mend(transceiver: RTCRtpTransceiver): void {
    if (this.#mended.has(transceiver)) return;
    this.#mended.add(transceiver);
    const { sender } = transceiver;
    const [stop, replaceTrack] = [transceiver.stop.bind(transceiver), sender.replaceTrack.bind(sender)];
    transceiver.stop = () => {
      stop();
      (transceiver as unknown as Inner)._direction = "stopped";
    };
    sender.replaceTrack = async (track: Track) => {
      await replaceTrack(track);
      if (sender.track !== track) throw new Error("The native side did not replace the track");
      noLongerSent();
    };
  }
}

function ownCopy({ iceServers = [], ...config }: RTCConfiguration) {
  const servers = iceServers.map(({ urls, ...server }) => ({
    ...server,
    urls: (typeof urls === "string" ? [urls] : urls).map((url) => url.toLowerCase()),
  }));
  return { ...config, iceServers: servers } as ConstructorParameters<typeof RTCPeerConnection>[0];
}
