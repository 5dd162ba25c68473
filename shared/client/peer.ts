/**
 * One RTCPeerConnection for one call (W3C WebRTC; JSEP, RFC 8829; trickle ICE, RFC 8838). The caller makes the first offer;
 * tracks are put into transceivers that exist already, so a device that opens late delays nothing.
 */

import type { CallMedia } from "../protocol.ts";
import type { Candidate } from "../sdp.ts";
import type { Kind } from "./devices.ts";
import type { Environment } from "./ports.ts";

/** Where the connection's news goes. */
export interface PeerHandlers {
  /** A local candidate to send; `null` ends them. Held back until `release` is called. */
  onCandidate(candidate: Candidate | null): void;
  onState(state: RTCPeerConnectionState): void;
  /** The remote stream has (more) tracks. */
  onRemote(stream: MediaStream): void;
}

type Description = { type: "offer" | "answer"; sdp: string };

export class Peer {
  readonly #pc: RTCPeerConnection;
  readonly #env: Environment;
  readonly #handlers: PeerHandlers;
  readonly #remote = new Map<string, MediaStreamTrack>();
  /** Local candidates that wait for `release`; `null` once it was called. */
  #unsent: (Candidate | null)[] | null = [];
  /** Remote candidates that came before the remote description; `null` once it is there. */
  #early: (Candidate | null)[] | null = [];

  constructor(env: Environment, iceServers: RTCIceServer[], handlers: PeerHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    this.#pc = connection(env, iceServers);
    this.#pc.onicecandidate = ({ candidate }) => this.#local(candidate);
    this.#pc.onconnectionstatechange = () => handlers.onState(this.#pc.connectionState);
    this.#pc.ontrack = ({ track }) => this.#addRemote(track);
  }

  /** The caller's side: one section for each kind of media, sending `tracks`. */
  async offer(media: CallMedia, tracks: MediaStreamTrack[]): Promise<Description & { type: "offer" }> {
    for (const kind of media === "video" ? ["audio", "video"] : ["audio"]) {
      this.#pc.addTransceiver(tracks.find((track) => track.kind === kind) ?? kind, { direction: "sendrecv" });
    }
    const { sdp } = await this.#pc.createOffer();
    await this.#pc.setLocalDescription({ type: "offer", sdp: sdp! });
    return { type: "offer", sdp: sdp! };
  }

  /**
   * The answer to an offer, without applying it: for a call that rings. What could be done is done, and nothing is gathered or
   * checked yet; a browser whose ICE agent finds nobody to talk to gives up (Firefox after five seconds).
   */
  async prepareAnswer(offer: Description & { type: "offer" }): Promise<Description & { type: "answer" }> {
    await this.#remoteDescription(offer);
    for (const kind of ["audio", "video"] as const) {
      const transceiver = this.#transceiver(kind);
      if (transceiver) transceiver.direction = "sendrecv";
    }
    const { sdp } = await this.#pc.createAnswer();
    return { type: "answer", sdp: sdp! };
  }

  /** Applies an answer that was prepared: from here on candidates are gathered. */
  async applyAnswer(answer: Description & { type: "answer" }): Promise<void> {
    await this.#pc.setLocalDescription(answer);
  }

  /** The answer that was applied, with the candidates gathered since: for one who may not have had it. */
  get appliedAnswer(): (Description & { type: "answer" }) | null {
    const { localDescription } = this.#pc;
    return localDescription?.type === "answer" ? { type: "answer", sdp: localDescription.sdp } : null;
  }

  /** No offer of either side is open. */
  get isStable(): boolean {
    return this.#pc.signalingState === "stable";
  }

  /** An offer that gathers anew, for a connection that lost its way (RFC 8445, section 2.4). */
  async restart(): Promise<Description & { type: "offer" }> {
    const { sdp } = await this.#pc.createOffer({ iceRestart: true });
    await this.#pc.setLocalDescription({ type: "offer", sdp: sdp! });
    return { type: "offer", sdp: sdp! };
  }

  /**
   * A description for a call that is going on: perfect negotiation (W3C WebRTC, section 10.7). The impolite side ignores an offer
   * that collides with its own; the polite one takes its own back. Gives the answer to send, if there is one to give.
   */
  async negotiate(description: Description, polite: boolean): Promise<(Description & { type: "answer" }) | null> {
    if (description.type === "answer") {
      // A repeat, or the answer to an offer that was taken back.
      if (this.#pc.signalingState === "have-local-offer") await this.#remoteDescription(description);
      return null;
    }
    if (this.#pc.signalingState !== "stable" && !polite) return null;
    const answer = await this.prepareAnswer({ ...description, type: "offer" });
    await this.applyAnswer(answer);
    return answer;
  }

  /** The description is sent: the candidates that waited for it go out, and later ones at once. */
  release(): void {
    const waiting = this.#unsent ?? [];
    this.#unsent = null;
    for (const candidate of waiting) this.#handlers.onCandidate(candidate);
  }

  /** Takes a remote candidate. One that this browser cannot use is left out: ICE goes on with the others. */
  addCandidate(candidate: Candidate | null): void {
    if (this.#early !== null) {
      this.#early.push(candidate);
      return;
    }
    this.#pc.addIceCandidate(candidate ?? { candidate: "" }).catch(() => {});
  }

  /** Sends `track` where the call has a section for its kind, or nothing there (`null`), without renegotiation. */
  async setTrack(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    await this.#transceiver(kind)?.sender.replaceTrack(track);
  }

  close(): void {
    this.#pc.onicecandidate = this.#pc.onconnectionstatechange = this.#pc.ontrack = null;
    this.#pc.close();
  }

  #local(candidate: RTCIceCandidate | null): void {
    const init = candidate === null || candidate.candidate === "" ? null : initOf(candidate);
    if (this.#unsent === null) this.#handlers.onCandidate(init);
    else this.#unsent.push(init);
  }

  async #remoteDescription(description: Description): Promise<void> {
    await this.#pc.setRemoteDescription(description);
    const early = this.#early ?? [];
    this.#early = null;
    for (const candidate of early) this.addCandidate(candidate);
  }

  #transceiver(kind: Kind): RTCRtpTransceiver | undefined {
    return this.#pc.getTransceivers().find((transceiver) => transceiver.receiver.track.kind === kind);
  }

  /** A track that was put in late carries no `msid`, so the stream to show is built here. */
  #addRemote(track: MediaStreamTrack): void {
    this.#remote.set(track.kind, track);
    this.#handlers.onRemote(this.#env.createMediaStream([...this.#remote.values()]));
  }
}

/** Only the members of `RTCIceCandidateInit`: some implementations put more into `toJSON()`, and the protocol is strict. */
function initOf({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate): Candidate {
  return { candidate, sdpMid, sdpMLineIndex, ...(usernameFragment ? { usernameFragment } : {}) };
}

/** With servers that this browser refuses (a wrong URL, say), a call on the same network is still better than none. */
function connection(env: Environment, iceServers: RTCIceServer[]): RTCPeerConnection {
  try {
    return env.createPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  } catch {
    return env.createPeerConnection({ bundlePolicy: "max-bundle" });
  }
}
