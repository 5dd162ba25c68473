/**
 * One RTCPeerConnection for one call (W3C WebRTC; JSEP, RFC 8829; trickle ICE, RFC 8838). The caller makes the first offer;
 * tracks are put into transceivers that exist already, so a device that opens late delays nothing.
 */

import type { Candidate } from "../../protocol/candidate.ts";
import type { Descriptions } from "../state.ts";
import type { CodecOrder } from "./codecs.ts";
import type { FailureCause } from "./failure.ts";
import {
  type Answer,
  type Description,
  needsAfter,
  type NeedsEvent,
  NO_NEEDS,
  type Offer,
  verdictOn,
} from "./negotiation.ts";
import { type IceOptions, peerConnection } from "./peer_connection.ts";
import type { PeerHandlers, PeerOptions, PeerPorts } from "./peer_ports.ts";
import { remoteStreams } from "./remote_streams.ts";
import { giveWay, isBundled, isNegotiationNeeded, sectionOf } from "./media_sections.ts";
import { PeerSections } from "./peer_sections.ts";
import { HeldCandidates, placed, trickled, ufragOf } from "./trickle.ts";
import { withSenderHints } from "./sdp_munging.ts";

export class Peer {
  readonly sections: PeerSections;
  readonly #pc: RTCPeerConnection;
  readonly #handlers: PeerHandlers;
  /** Local candidates wait until this side's description is sent, remote ones for the other's. */
  readonly #local: HeldCandidates;
  readonly #remote = new HeldCandidates((candidate) => this.#take(placed(candidate)));
  readonly #bundlePolicy: RTCBundlePolicy;
  /** Data channels by label, of whichever side opened them. */
  readonly #channels = new Map<string, RTCDataChannel>();
  #needs = NO_NEEDS;

  constructor(platform: PeerPorts, { ice, codecs, bundlePolicy }: PeerOptions, handlers: PeerHandlers) {
    this.#bundlePolicy = bundlePolicy;
    this.#handlers = handlers;
    this.#local = new HeldCandidates(handlers.onCandidate);
    this.#pc = peerConnection(platform.rtc, { ...ice, bundlePolicy });
    this.sections = new PeerSections(this.#pc, platform.rtc, codecs);
    this.#pc.onicecandidate = ({ candidate }) => this.#local.add(trickled(candidate));
    this.#pc.onconnectionstatechange = () => handlers.onState(this.#pc.connectionState);
    this.#pc.ondatachannel = ({ channel }) => {
      // Where both sides opened one, since their first offers collided, that of the impolite side stands.
      if (!handlers.isPolite && this.#channels.has(channel.label)) return;
      this.#channels.set(channel.label, channel);
      handlers.onChannel();
    };
    const streams = remoteStreams(platform.media);
    this.#pc.ontrack = ({ track, transceiver }) => {
      const section = sectionOf(this.#pc, transceiver);
      if (section !== undefined) handlers.onRemote(streams(section, track));
    };
  }

  /** What both sides agreed on last; `null` before that. */
  get descriptions(): Descriptions | null {
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.#pc;
    return local && remote && { local: local.sdp, remote: remote.sdp };
  }

  /** An offer of all there is. */
  async offer(): Promise<Offer> {
    const iceRestart = this.#needs.due.includes("restart");
    // A need that comes up while the offer is made may not be in it.
    this.#note({ type: "offered" });
    const { sdp } = await this.#pc.createOffer({ iceRestart });
    await this.#pc.setLocalDescription({ type: "offer", sdp: sdp! });
    return { type: "offer", sdp: sdp! };
  }

  /** Makes the next offer prefer other video codecs. */
  prefer(codecs: CodecOrder): void {
    this.sections.prefer(codecs);
    this.#note({ type: "need", need: "codecs" });
  }

  /** Makes the next offer restart ICE, for a connection that lost its path (RFC 8445, section 2.4). */
  restart(): void {
    this.#note({ type: "need", need: "restart" });
  }

  /** Takes other servers, or other credentials for them: for the next time it gathers. */
  useIce(ice: IceOptions): void {
    try {
      this.#pc.setConfiguration({ ...ice, bundlePolicy: this.#bundlePolicy });
    } catch {
      // The browser refuses them, as it did when the connection was made; it goes on with what it has.
    }
  }

  /** There is something to offer, and no offer of either side is pending (W3C WebRTC, negotiation-needed flag). */
  get negotiationNeeded(): boolean {
    return this.#pc.signalingState === "stable" && (this.#needs.due.length > 0 || isNegotiationNeeded(this.#pc));
  }

  /** The offer that has no answer yet: for one who may not have had it. */
  get pendingOffer(): Offer | null {
    const { signalingState, localDescription } = this.#pc;
    return signalingState === "have-local-offer" ? { type: "offer", sdp: localDescription!.sdp } : null;
  }

  /** The answer to an offer, without applying it. */
  async prepareAnswer(offer: Offer): Promise<Answer> {
    await this.#remoteDescription(offer);
    return await this.#answer();
  }

  /** Applies an answer that was prepared: from here on candidates are gathered. */
  async applyAnswer(answer: Answer): Promise<void> {
    await this.#pc.setLocalDescription(answer);
  }

  /** Where it stands, should no media come about. */
  transport(hasConnected: boolean): FailureCause {
    const { iceConnectionState: ice, connectionState: connection } = this.#pc;
    return { at: "transport", ice, connection, hasConnected };
  }

  /** The other side's ICE user name fragment: another one is a restart. */
  get remoteUfrag(): string | undefined {
    return ufragOf(this.#pc.remoteDescription?.sdp);
  }

  /** How many packets of media came so far. A report may be there before it counts them. */
  async received(): Promise<number> {
    let packets = 0;
    (await this.#pc.getStats()).forEach((report) =>
      packets += report.type === "inbound-rtp" ? report.packetsReceived ?? 0 : 0
    );
    return packets;
  }

  /** The answer that was applied, with the candidates gathered since: for one who may not have had it. */
  get appliedAnswer(): Answer | null {
    const { localDescription } = this.#pc;
    return localDescription?.type === "answer" ? { type: "answer", sdp: localDescription.sdp } : null;
  }

  /** Takes a description for a call that is going on. Gives the answer to send, if there is one to give. */
  async negotiate({ type, sdp }: Description, isPolite: boolean): Promise<Answer | null> {
    switch (verdictOn(type, this.#pc.signalingState, isPolite)) {
      case "ignore":
        return null;
      case "apply":
        await this.#remoteDescription({ type, sdp });
        this.#note({ type: "answered" });
        return null;
      case "answer": {
        const before = this.remoteUfrag;
        await giveWay(this.#pc, () => this.#remoteDescription({ type, sdp }));
        this.#note({ type: "gave-way", isRestart: ufragOf(sdp) !== before });
        const answer = await this.#answer();
        await this.applyAnswer(answer);
        return answer;
      }
    }
  }

  /** This side's description was sent, and its candidates with it: other messages about the call may follow. */
  get isFlushed(): boolean {
    return this.#local.isFlushed;
  }

  /** This side's description is sent: the candidates that waited for it are flushed, and later ones go out at once. */
  flush(): void {
    this.#local.flush();
  }

  /** Takes a remote candidate. One that this browser cannot use is left out: ICE goes on with the others. */
  addCandidate(candidate: Candidate | null): void {
    this.#remote.add(candidate);
  }

  /** What is known of the connection (W3C WebRTC Statistics). */
  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** The data channel with a label, if it is open or opens. `isOpener`: this side opens those that there are not (W3C WebRTC, section 6). */
  channel(label: string, isOpener: boolean): RTCDataChannel | null {
    if (isOpener && !this.#channels.has(label)) {
      this.#channels.set(label, this.#pc.createDataChannel(label));
      const isCarried = /^m=application /m.test(this.#pc.currentLocalDescription?.sdp ?? "");
      if (!isCarried) this.#note({ type: "need", need: "channels" });
    }
    return this.#channels.get(label) ?? null;
  }

  close(): void {
    this.#pc.ondatachannel = null;
    this.#pc.onicecandidate = this.#pc.onconnectionstatechange = this.#pc.ontrack = null;
    this.#pc.close();
  }

  #note(event: NeedsEvent): void {
    this.#needs = needsAfter(this.#needs, event);
  }

  #take(candidate: Candidate): void {
    this.#pc.addIceCandidate(candidate).catch(() => this.#isOfThisGeneration(candidate) && this.#handlers.onDropped());
  }

  /** Whether a candidate was meant for what is agreed on, and not for an offer that was ignored, or for a time before a restart. */
  #isOfThisGeneration({ usernameFragment }: Candidate): boolean {
    const isOpen = this.#pc.signalingState !== "closed";
    return isOpen && (!usernameFragment || usernameFragment === this.remoteUfrag);
  }

  async #remoteDescription({ type, sdp }: Description): Promise<void> {
    let whole = sdp;
    if (type === "answer" && !isBundled(sdp)) {
      // No browser answers unbundled: what other stacks need is loaded only for them.
      const { bundledAnswer } = await import("./bundle.ts");
      whole = bundledAnswer(sdp, this.#pc.localDescription!.sdp);
    }
    await this.#pc.setRemoteDescription({ type, sdp: withSenderHints(whole) });
    this.#remote.flush();
  }

  async #answer(): Promise<Answer> {
    await this.sections.accept();
    // A browser sends in the order of the offer, whatever it answers: this side's choice needs an offer of its own.
    const isFirst = this.#pc.currentRemoteDescription === null;
    if (isFirst && this.sections.isInsisting) this.#note({ type: "need", need: "codecs" });
    const { sdp } = await this.#pc.createAnswer();
    return { type: "answer", sdp: sdp! };
  }
}
