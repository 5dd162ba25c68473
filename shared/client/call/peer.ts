/**
 * One RTCPeerConnection for one call (W3C WebRTC; JSEP, RFC 8829; trickle ICE, RFC 8838). The caller makes the first offer;
 * tracks are put into transceivers that exist already, so a device that opens late delays nothing.
 */

import { type Candidate, withSection } from "../../protocol/candidate.ts";
import { orderedCodecs } from "./codecs.ts";
import { type FailureCause, NoPeerConnection } from "./failure.ts";
import { bundledAnswer } from "./bundle.ts";
import type { Platform } from "../platform/platform.ts";
import {
  addSection,
  giveWay,
  hasUnsaid,
  type Section,
  sectionOf,
  startSmall,
  type Tracks,
  transceiverOf,
  transceivers,
} from "./sections.ts";
import type { Descriptions } from "../state.ts";
import { tuned } from "./tuning.ts";

/** Which ways a connection may take. */
export type IceOptions = Pick<RTCConfiguration, "iceServers" | "iceTransportPolicy">;

/** Video codecs by preference; none: the other side's order, or the browser's. */
export interface CodecOrder {
  /** What this side's offers say. */
  readonly offered: readonly string[];
  /** What its answers say, whatever was offered: what the user chose. */
  readonly insisted: readonly string[];
}

/** How a peer connection is made. */
export interface PeerOptions {
  readonly ice: IceOptions;
  readonly codecs: CodecOrder;
  /** One transport for all, or one for each section, for a side that knows no other way. */
  readonly bundlePolicy: RTCBundlePolicy;
}

/** Where the connection's news goes. */
export interface PeerHandlers {
  /** A local candidate to send; `null` ends them. Held back until `release` is called. */
  onCandidate(candidate: Candidate | null): void;
  onState(state: RTCPeerConnectionState): void;
  /** A remote candidate was left out: this browser does not take it. */
  onDropped(): void;
  /** The other side's streams have (more) tracks. */
  onRemote(remote: RemoteStreams): void;
}

/** The other person, and the screen they share (`null` where the call has no section for one). */
export interface RemoteStreams {
  readonly person: MediaStream;
  readonly screen: MediaStream | null;
}

type Offer = { type: "offer"; sdp: string };
type Answer = { type: "answer"; sdp: string };
type Description = { type: "offer" | "answer"; sdp: string };

/** What it takes of the platform. */
type PeerPorts = Pick<Platform, "rtc" | "media">;

export class Peer {
  readonly #pc: RTCPeerConnection;
  readonly #platform: PeerPorts;
  #codecs: CodecOrder;
  readonly #handlers: PeerHandlers;
  readonly #remote = new Map<Section, MediaStreamTrack>();
  /** Local candidates that wait for `release`; `null` once it was called. */
  #unsent: (Candidate | null)[] | null = [];
  /** Remote candidates that came before the remote description; `null` once it is there. */
  #early: (Candidate | null)[] | null = [];
  /** The codecs are other ones than when they were last agreed on. */
  #isRecoded = false;
  readonly #bundlePolicy: RTCBundlePolicy;
  /** The next offer gathers anew; or the open one does. */
  #restart: "no" | "due" | "offered" = "no";

  constructor(platform: PeerPorts, { ice, codecs, bundlePolicy }: PeerOptions, handlers: PeerHandlers) {
    this.#platform = platform;
    this.#codecs = codecs;
    this.#bundlePolicy = bundlePolicy;
    this.#handlers = handlers;
    this.#pc = connection(platform, { ...ice, bundlePolicy });
    this.#pc.onicecandidate = ({ candidate }) => this.#local(candidate);
    this.#pc.onconnectionstatechange = () => handlers.onState(this.#pc.connectionState);
    this.#pc.ontrack = ({ track, transceiver }) => this.#addRemote(track, transceiver);
  }

  /** What both sides agreed on last; `null` before that. */
  get descriptions(): Descriptions | null {
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.#pc;
    return local && remote && { local: local.sdp, remote: remote.sdp };
  }

  /** What the call has sections for. */
  get sections(): Section[] {
    return (["audio", "video", "screen"] as const).filter((section) => transceiverOf(this.#pc, section));
  }

  /** Adds sections where there are none, which send `tracks`; the other side has them after the next offer. */
  add(sections: Iterable<Section>, tracks: Tracks): void {
    for (const section of sections) {
      addSection(this.#pc, section, tracks[section] ?? null);
      this.#prefer(section, this.#codecs.offered);
    }
  }

  /** An offer of all there is. */
  async offer(): Promise<Offer> {
    const { sdp } = await this.#pc.createOffer({ iceRestart: this.#restart !== "no" });
    await this.#pc.setLocalDescription({ type: "offer", sdp: sdp! });
    if (this.#restart === "due") this.#restart = "offered";
    this.#isRecoded = false;
    return { type: "offer", sdp: sdp! };
  }

  /** Makes the next offer prefer other video codecs. */
  prefer(codecs: CodecOrder): void {
    this.#codecs = codecs;
    for (const section of this.sections) this.#prefer(section, codecs.offered);
    this.#isRecoded = true;
  }

  /** Makes the next offer gather anew, for a connection that lost its way (RFC 8445, section 2.4). */
  restart(): void {
    this.#restart = "due";
  }

  /** Takes other servers, or other credentials for them: for the next time it gathers. */
  useIce(ice: IceOptions): void {
    try {
      this.#pc.setConfiguration({ ...ice, bundlePolicy: this.#bundlePolicy });
    } catch {
      // The browser refuses them, as it did when the connection was made; it goes on with what it has.
    }
  }

  /** There is something to offer, and no offer of either side is open. */
  get isDue(): boolean {
    return this.#pc.signalingState === "stable" && (this.#restart === "due" || this.#isRecoded || hasUnsaid(this.#pc));
  }

  /** The offer that has no answer yet: for one who may not have had it. */
  get openOffer(): Offer | null {
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
  get remoteUser(): string | undefined {
    return iceUser(this.#pc.remoteDescription?.sdp);
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

  /**
   * A description for a call that is going on: perfect negotiation (W3C WebRTC, section 10.7). The impolite side ignores an offer
   * that collides with its own; the polite one takes its own back. Gives the answer to send, if there is one to give.
   */
  async negotiate({ type, sdp }: Description, polite: boolean): Promise<Answer | null> {
    const { signalingState } = this.#pc;
    if (type === "answer") {
      // A repeat, or the answer to an offer that was taken back.
      if (signalingState === "have-local-offer") {
        await this.#remoteDescription({ type, sdp });
        if (this.#restart === "offered") this.#restart = "no";
      }
      return null;
    }
    if (signalingState !== "stable" && !polite) return null;
    await this.#giveWay({ type, sdp });
    const answer = await this.#answer();
    await this.applyAnswer(answer);
    return answer;
  }

  /** This side's description is on its way: what else is to be said of the call may follow. */
  get isReleased(): boolean {
    return this.#unsent === null;
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
    // An older server passes on what other stacks write for "no mid".
    const init = candidate ?? { candidate: "" };
    const placed = withSection(init.sdpMid === "" ? { ...init, sdpMid: null } : init);
    this.#pc.addIceCandidate(placed).catch(() => this.#isOfThisGeneration(placed) && this.#handlers.onDropped());
  }

  /** Whether a candidate was meant for what is agreed on, and not for an offer that was ignored, or for a time before a restart. */
  #isOfThisGeneration({ usernameFragment }: Candidate): boolean {
    const isOpen = this.#pc.signalingState !== "closed";
    return isOpen && (!usernameFragment || usernameFragment === this.remoteUser);
  }

  /**
   * Sends `track`, without renegotiation where the call has a section for it; or (`null`) nothing there. Before the first exchange
   * of descriptions no section is added: they come with that.
   */
  async setTrack(section: Section, track: MediaStreamTrack | null): Promise<void> {
    const transceiver = transceiverOf(this.#pc, section);
    if (transceiver) await transceiver.sender.replaceTrack(track);
    else if (track !== null && this.#pc.remoteDescription) this.add([section], { [section]: track });
  }

  /** What is known of the connection (W3C WebRTC Statistics). */
  stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** What sends in a section. */
  sender(section: Section): RTCRtpSender | undefined {
    return transceiverOf(this.#pc, section)?.sender;
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

  async #remoteDescription({ type, sdp }: Description): Promise<void> {
    const offered = this.#pc.localDescription?.sdp;
    const whole = type === "answer" && offered !== undefined ? bundledAnswer(sdp, offered) : sdp;
    await this.#pc.setRemoteDescription({ type, sdp: tuned(whole) });
    const early = this.#early ?? [];
    this.#early = null;
    for (const candidate of early) this.addCandidate(candidate);
  }

  /** The other side's offer stands; what this side had offered, if it had, is offered again, unless the other's does the same. */
  async #giveWay(offer: Offer): Promise<void> {
    const before = iceUser(this.#pc.remoteDescription?.sdp);
    await giveWay(this.#pc, () => this.#remoteDescription(offer));
    if (this.#restart === "offered") this.#restart = iceUser(offer.sdp) === before ? "due" : "no";
  }

  /** Whatever the other side offers is open in both directions: who sends nothing has no track there. */
  async #answer(): Promise<Answer> {
    for (const transceiver of transceivers(this.#pc)) transceiver.direction = "sendrecv";
    for (const section of this.sections) this.#prefer(section, this.#codecs.insisted);
    await startSmall(this.#pc);
    // A browser sends in the order of the offer, whatever it answers: this side's choice needs an offer of its own.
    if (this.#pc.currentRemoteDescription === null) this.#isRecoded = this.#codecs.insisted.length > 0;
    const { sdp } = await this.#pc.createAnswer();
    return { type: "answer", sdp: sdp! };
  }

  #prefer(section: Section, wanted: readonly string[]): void {
    if (section === "audio") return;
    const codecs = wanted.length === 0 ? [] : orderedCodecs(this.#platform.rtc.videoCodecs(), wanted);
    try {
      transceiverOf(this.#pc, section)?.setCodecPreferences?.(codecs);
    } catch {
      // It is a preference: a browser that will not have it has its own.
    }
  }

  /** A track that was put in late carries no `msid`, so the streams to show are built here. */
  #addRemote(track: MediaStreamTrack, transceiver: RTCRtpTransceiver): void {
    const section = sectionOf(this.#pc, transceiver);
    if (section === undefined) return;
    this.#remote.set(section, track);
    const stream = (...sections: Section[]) =>
      this.#platform.media.createMediaStream(sections.flatMap((section) => this.#remote.get(section) ?? []));
    this.#handlers.onRemote({
      person: stream("audio", "video"),
      screen: this.#remote.has("screen") ? stream("screen") : null,
    });
  }
}

/** The ICE user name fragment of a description: another one is a restart (RFC 8839, section 4.4.1.1.1). */
function iceUser(sdp: string | undefined): string | undefined {
  return sdp?.match(/^a=ice-ufrag:(\S+)/m)?.[1];
}

/** Only the members of `RTCIceCandidateInit`: some implementations put more into `toJSON()`, and the protocol is strict. */
function initOf({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate): Candidate {
  return { candidate, sdpMid, sdpMLineIndex, ...(usernameFragment ? { usernameFragment } : {}) };
}

/** With servers that this browser refuses (a wrong URL, say), a call on the same network is still better than none. */
function connection({ rtc }: PeerPorts, options: RTCConfiguration): RTCPeerConnection {
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
