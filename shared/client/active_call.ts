/**
 * One call that this client has: its peer connection, its negotiation, and how far it has come. Once closed it says and sends
 * nothing more, so whoever replaces it need not ask whose late promise that was.
 */

import type { ClientMessage, FailureReason, ServerMessages, Step } from "../protocol.ts";
import type { Candidate } from "../candidate.ts";
import { talkedUntil } from "./duration.ts";
import { type FailureCause, failureOf, NoPeerConnection, reasonOf } from "./failure.ts";
import type { Kind } from "./opening.ts";
import { type CodecOrder, type IceOptions, Peer, type RemoteStreams, type Tracks } from "./peer.ts";
import { awaitFirstMedia } from "./first_media.ts";
import type { Environment } from "./ports.ts";
import { Tally } from "./receipt.ts";
import { RecoveryRunner } from "./recovery_runner.ts";
import type { SignalingStatus } from "./recovery_state.ts";
import { loadUntilThere } from "./retry.ts";
import { bundlePolicyFor, type Section } from "./sections.ts";
import { keepSending } from "./tab.ts";
import { saving } from "./tuning.ts";
import type { Adaptation } from "./quality/adaptation.ts";
import type { CallInfo, CallPhase, Descriptions, LocalMedia, Quality, Snapshot } from "./state.ts";

type Offer = ServerMessages["call:offer"]["offer"];
type Answer = ServerMessages["call:answer"]["answer"];
type Description = ServerMessages["call:negotiate"]["description"];

/** What a call needs of the client it belongs to. */
export interface CallPorts {
  readonly env: Environment;
  /** Which ways media may take, now. */
  ice(): IceOptions;
  codecs(): CodecOrder;
  /** What this side has to send now, and whether it does. */
  tracks(): Tracks;
  local(): LocalMedia;
  /** Whether the user wants a kind sent, and it is open or on its way. */
  isWanted(kind: Kind): boolean;
  send(message: ClientMessage): void;
  /** Has the signaling socket prove that it leads somewhere. */
  check(): void;
  /** Whether the signaling socket is open, is away and may come back, or is gone for good. */
  signaling(): Snapshot["signaling"];
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  /** The user wants little data used. */
  isSaving(): boolean;
  onQuality(quality: Quality): void;
  /** The progress, or the remote stream, is another one. */
  onChange(): void;
  /** It rings, but this browser cannot take it. */
  onNoWebRtc(): void;
  /** The media cannot be set up, or broke down for good. */
  onFailure(reason: FailureReason): void;
}

/** A first picture that is not there so long after the connection, in ms, keeps nothing else waiting. */
const LATE_MS = 1_000;

export class ActiveCall {
  readonly info: CallInfo;
  /** This user wants it: placed, accepted, or taken up again after a reload. */
  wanted: boolean;
  /** Both sides have the other's description, as far as this one knows; the server may be asked whether it still stands. */
  isAnswered = false;
  remote: RemoteStreams | null = null;
  readonly #ports: CallPorts;
  /** `null` after a reload, until the other side makes a new offer (R13). */
  #peer: Peer | null;
  /** The callee's, which waits for the user. */
  readonly #offered: Offer | null;
  /** The answer to it: made while it rings, sent on accept. */
  #answer: Promise<Answer> | null;
  /** The peer connection gave up while it rang. The caller's candidates come after the answer (R6), so another one misses none. */
  #isStale = false;
  /** This side's description is on its way; before that nothing else about the call may be sent. */
  #described = false;
  #closed = false;
  /** One thing is negotiated after the other: two at once would be collisions of a side with itself. */
  #negotiation: Promise<unknown> = Promise.resolve();
  readonly #recovery: RecoveryRunner;
  /** What it was like so far. */
  readonly tally: Tally;
  /** Begins with the connection. */
  #adaptation: Adaptation | null = null;
  /** Ends the wait for the module of that, which begins with the first picture. */
  #cancelLoad: (() => void) | null = null;
  /** Ends the wait for the other side's first picture, which begins with the connection. */
  #cancelFirst: (() => void) | null = null;
  #step: Step | undefined;
  /** What the call has sections for, over all its peer connections. */
  readonly #sections: Set<Section>;
  /** How the other side's offers want their sections carried; ours are bundled until then. */
  #bundlePolicy: RTCBundlePolicy = "max-bundle";
  #since: number | null = null;
  /** Since when the other side's signaling, and the connection, has been away. */
  #awayAt: number | null = null;
  #lostAt: number | null = null;
  #cancelTimer = () => {};

  /**
   * A call that this user places, or (`offer`) that rings, or (`rejoin`) that a reload interrupted. One that is placed throws
   * `NoPeerConnection` where there is no WebRTC; one that rings says so by `onNoWebRtc`.
   */
  constructor(ports: CallPorts, info: CallInfo, start: "place" | "rejoin" | { readonly offer: Offer }) {
    this.#ports = ports;
    this.info = info;
    this.wanted = typeof start === "string";
    this.#sections = new Set(info.media === "video" ? ["audio", "video"] : ["audio"]);
    this.tally = new Tally(ports.env.now);
    this.#recovery = new RecoveryRunner({
      env: ports.env,
      role: info.role,
      graceMs: ports.graceMs,
      received: () => this.#peer?.received() ?? Promise.resolve(0),
      effects: {
        "restart-ice": () => this.#restart(),
        "check-signaling": () => ports.check(),
        "send-key-frame": () => this.#adaptation?.refresh(),
        "give-up": () => this.#fail(this.#peer?.transport(this.#since !== null) ?? NO_TRANSPORT),
      },
      onChange: () => this.#closed || ports.onChange(),
    });
    this.signaling(ports.signaling());
    this.#peer = start === "place" ? this.#newPeer() : null;
    this.#offered = typeof start === "string" ? null : start.offer;
    this.#answer = this.#offered && this.#prepare(this.#offered);
    this.#answer?.catch((error) =>
      error instanceof NoPeerConnection ? ports.onNoWebRtc() : this.#fail(failureOf(error))
    );
  }

  /** It has offered and waits for the answer; after a reload there is nothing to wait with. */
  get hasOffered(): boolean {
    return this.#peer !== null && this.#described;
  }

  /** It is being placed: the server has not heard of it yet. */
  get isUnheardOf(): boolean {
    return this.#peer !== null && !this.#described && this.info.role === "caller";
  }

  /** When media first flowed, on the monotonic clock. */
  get since(): number | null {
    return this.#since;
  }

  /** When the two last had each other, on the monotonic clock; `null` where they never had. `sends`: the other side says it sends something. */
  talkedUntil(sends: boolean): number | null {
    if (this.#since === null) return null;
    const [mediaAt, awayAt, lostAt] = [this.#recovery.lastMediaAt, this.#awayAt, this.#lostAt];
    const until = talkedUntil({ now: this.#ports.env.now(), mediaAt, awayAt, lostAt, sends });
    return Math.max(until, this.#since);
  }

  /** What both sides agreed on last; `null` before that. */
  get descriptions(): Descriptions | null {
    return this.#peer?.descriptions ?? null;
  }

  /** How far a call that was answered has come. */
  get progress(): CallPhase {
    const call = this.info;
    const since = this.#since;
    if (since === null) return { phase: "connecting", call };
    return { phase: this.#recovery.isWell ? "connected" : "reconnecting", call, since };
  }

  /** Calls `action` after `ms`, unless the call is answered or over by then. */
  expire(ms: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.env.after(ms, action);
  }

  /** Makes and sends the offer that starts the call; `to` where the chat has several other members. */
  place(to?: string): Promise<void> {
    this.tally.mark("placed");
    const { media } = this.info;
    const callee = to === undefined ? {} : { to };
    return this.#offer((offer) => ({ ...this.#ids, type: "call:initiate", offer, media, ...callee }));
  }

  /** Sends the answer that was made while it rang. What this side sends may follow later. */
  async accept(): Promise<void> {
    this.wanted = true;
    this.#cancelTimer();
    if (this.#isStale) {
      this.#peer!.close();
      this.#answer = this.#prepare(this.#offered!);
    }
    try {
      const answer = await this.#answer!;
      if (!this.#ports.env.canAnswerEarly) await this.#peer!.applyAnswer(answer);
      if (this.#closed) return;
      this.#ports.send({ ...this.#ids, type: "call:answer", answer: this.#asking(answer) });
      this.#answered();
      this.#released();
    } catch (error) {
      this.#fail(failureOf(error));
    }
  }

  /** Puts this side's tracks into the call, and offers what it had no section for. */
  sendTracks(): Promise<void> {
    const peer = this.#peer;
    if (peer === null) return Promise.resolve();
    return this.#inTurn(peer, async () => {
      await this.#answer;
      await this.#putTracks(peer);
    });
  }

  /** Wants video in other codecs, or of less or more data, and offers that. */
  prefer(codecs: CodecOrder): void {
    this.#peer?.prefer(codecs);
    this.sendTracks();
  }

  /** There are other servers to gather with, from the next time on. */
  iceChanged(): void {
    this.#peer?.useIce(this.#ports.ice());
  }

  /** Sends no more in a section. */
  stopTrack(section: Section): void {
    this.#peer?.setTrack(section, null).catch(() => {});
  }

  /** Tells the other side what this one sends now, and keeps for a reload what it is to send, also where that is still being opened. */
  saySending(): void {
    if (!this.#described || this.#closed) return;
    const { microphone, camera, screen } = this.#ports.local();
    this.#ports.send({
      ...this.#ids,
      type: "call:media",
      audio: microphone,
      video: camera,
      screen: screen !== null,
      step: this.#step,
    });
    keepSending(this.#ports.env, {
      callId: this.info.callId,
      microphone: this.#ports.isWanted("audio"),
      camera: this.#ports.isWanted("video"),
    });
  }

  // --- What the other side says ----------------------------------------------------------------------------------------

  /** The caller's: somebody accepted. */
  answered(answer: Answer): void {
    if (this.isAnswered) return;
    this.#cancelTimer();
    this.#answered();
    this.negotiate(answer).then(() => this.saySending());
  }

  /** The callee's: it still rings for the server, so the answer was lost on the way. */
  repeatAnswer(): void {
    const answer = this.#peer?.appliedAnswer;
    if (answer) this.#ports.send({ ...this.#ids, type: "call:answer", answer: this.#asking(answer) });
  }

  candidate(candidate: Candidate | null): void {
    this.#peer?.addCandidate(candidate);
  }

  /** The other side's signaling. `reloaded` (R13): its peer connection is gone with its page, and a new one is offered. */
  peer(state: ServerMessages["call:peer"]["state"]): void {
    this.#awayAt = state === "reconnecting" ? this.#ports.env.now() : null;
    if (state === "back") this.#repeatOffer();
    if (state !== "reloaded") this.#recovery.tell({ type: "peer", isAway: state === "reconnecting" });
    if (state === "back") this.saySending();
    if (state === "reloaded") {
      this.#peer?.close();
      if (this.#renew() === null) return;
      this.#recovery.tell({ type: "replaced" });
      this.#offer((description) => ({ ...this.#ids, type: "call:negotiate", description }));
    }
    this.#ports.onChange();
  }

  /** R15: an offer or answer inside the call. */
  negotiate(description: Description): Promise<void> {
    if (this.#peer === null && description.type === "offer") this.#bundlePolicy = bundlePolicyFor(description.sdp);
    const peer = this.#peer ?? this.#renew();
    if (peer === null) return Promise.resolve();
    return this.#inTurn(peer, async () => {
      const before = peer.remoteUser;
      const answer = await peer.negotiate(description, this.#isPolite);
      if (answer !== null && peer.remoteUser !== before) {
        this.#recovery.tell({ type: "peer-restarted" });
        this.#adaptation?.settle();
      }
      if (!this.#isCurrent(peer)) return;
      // It was ignored, since this side's own stands; which may have been lost.
      const own = peer.openOffer;
      if (description.type === "offer" && own) this.#negotiates(own);
      for (const section of peer.sections) this.#sections.add(section);
      // After a reload of both, the side that offers has no other sign of it.
      if (answer !== null || description.type === "answer") this.#answered();
      if (answer !== null) {
        this.#negotiates(answer);
        this.#released();
      }
      await this.#putTracks(peer);
      if (answer !== null) this.saySending();
    });
  }

  /** What the other side sends by its own word. A shared screen may stand still, and then nothing of it comes. */
  peerSends({ audio, video, step = "high" }: Pick<ServerMessages["call:media"], "audio" | "video" | "step">): void {
    const hasPictures = video && step !== "paused" && step !== "audio";
    this.#recovery.tell({ type: "peer-sends", isSending: audio || hasPictures });
  }

  // --- What the network does -------------------------------------------------------------------------------------------

  /** This side's socket is another one, or gone. */
  signaling(status: Snapshot["signaling"]): void {
    this.#recovery.tell({ type: "signaling", status: SIGNALING[status] });
  }

  /** The server knows of the call, which stands: an offer that may be lost is repeated, and a lost path is given another one. */
  synced(): void {
    this.#repeatOffer();
    this.#recovery.tell({ type: "synced" });
  }

  /** The network is there again, or another one. */
  networkChanged(): void {
    this.#recovery.tell({ type: "network-changed" });
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    this.#recovery.tell({ type: "close" });
    this.#cancelFirst?.();
    this.#cancelLoad?.();
    this.#adaptation?.close();
    this.#peer?.close();
    keepSending(this.#ports.env, null);
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** Perfect negotiation (W3C WebRTC, section 10.7): the callee gives way. */
  get #isPolite(): boolean {
    return this.info.role === "callee";
  }

  get #ids(): { chatId: string; callId: string } {
    const { chatId, callId } = this.info;
    return { chatId, callId };
  }

  /** What can be done while it rings. This side's candidates wait for the answer, and so does everything it sends. */
  async #prepare(offer: Offer): Promise<Answer> {
    this.#bundlePolicy = bundlePolicyFor(offer.sdp);
    const peer = this.#peer = this.#newPeer();
    const answer = await peer.prepareAnswer(offer);
    if (this.#ports.env.canAnswerEarly) await peer.applyAnswer(answer);
    return answer;
  }

  #offer(message: (offer: Offer) => ClientMessage): Promise<void> {
    const peer = this.#peer!;
    this.#described = false;
    return this.#inTurn(peer, async () => {
      peer.add(this.#sections, this.#ports.tracks());
      const offer = await peer.offer();
      if (!this.#isCurrent(peer)) return;
      this.#ports.send(message(this.#asking(offer)));
      this.#released();
    });
  }

  /** Runs a step of negotiation after those before it; one that fails ends the call, unless its peer connection was given up. */
  #inTurn(peer: Peer, step: () => Promise<void>): Promise<void> {
    const turn = this.#negotiation.then(() => this.#isCurrent(peer) ? step() : undefined)
      .catch((error) => this.#isCurrent(peer) && this.#fail(failureOf(error))).then(() => {});
    this.#negotiation = turn;
    return turn;
  }

  async #putTracks(peer: Peer): Promise<void> {
    for (const [section, track] of Object.entries(this.#ports.tracks())) {
      await peer.setTrack(section as Section, track);
    }
    await this.#adaptation?.apply();
    if (!this.isAnswered || !peer.isDue) return;
    const offer = await peer.offer();
    if (this.#isCurrent(peer)) this.#negotiates(offer);
  }

  /** An ICE restart; or, where an offer is pending, that one again: it or its answer may be lost. */
  #restart(): void {
    const offer = this.#peer?.openOffer;
    if (offer) return this.#negotiates(offer);
    this.tally.reconnects++;
    this.#peer?.restart();
    this.#adaptation?.settle();
    this.sendTracks();
  }

  #repeatOffer(): void {
    const offer = this.isAnswered ? this.#peer?.openOffer : null;
    if (offer) this.#negotiates(offer);
  }

  #negotiates(description: Description): void {
    this.#ports.send({ ...this.#ids, type: "call:negotiate", description: this.#asking(description) });
  }

  /** A description as the other side gets it. */
  #asking<T extends Description>(description: T): T {
    return this.#ports.isSaving() ? { ...description, sdp: saving(description.sdp) } : description;
  }

  #answered(): void {
    this.isAnswered = true;
    this.tally.mark("answered");
    this.#recovery.tell({ type: "answered" });
  }

  #isCurrent(peer: Peer): boolean {
    return peer === this.#peer && !this.#closed;
  }

  /** This side's description was sent: its candidates may follow, and word of what it sends. */
  #released(): void {
    this.#described = true;
    this.#peer!.release();
    this.saySending();
  }

  /** A peer connection for a call that goes on; a browser that makes none any more ends it. */
  #renew(): Peer | null {
    try {
      return this.#peer = this.#newPeer();
    } catch (error) {
      this.#fail(failureOf(error));
      return null;
    }
  }

  #newPeer(): Peer {
    const { env } = this.#ports;
    const options = { ice: this.#ports.ice(), codecs: this.#ports.codecs(), bundlePolicy: this.#bundlePolicy };
    const peer: Peer = new Peer(env, options, {
      onCandidate: (candidate) => this.#ports.send({ ...this.#ids, type: "call:ice-candidate", candidate }),
      onState: (state) => this.#isCurrent(peer) && this.#moved(state),
      onDropped: () => this.tally.candidatesDropped++,
      onRemote: (remote) => {
        if (!this.#isCurrent(peer)) return;
        this.remote = remote;
        this.#ports.onChange();
      },
    });
    return peer;
  }

  #moved(state: RTCPeerConnectionState): void {
    this.#isStale = state === "failed";
    if (!this.isAnswered) return;
    this.#lostAt = state === "connected" ? null : this.#lostAt ?? this.#ports.env.now();
    if (state === "connected") {
      this.#since ??= this.#ports.env.now();
      this.tally.mark("connected");
      this.#awaitFirst();
      this.#adaptation?.settle();
    }
    this.#recovery.tell({ type: "connection", state });
    if (!this.#closed) this.#ports.onChange();
  }

  /** Whatever looks after the quality is loaded when the first picture is there, which it must not delay, or when that is late. */
  #awaitFirst(): void {
    if (this.#cancelFirst !== null) return;
    const { env } = this.#ports;
    const cancelLate = env.after(LATE_MS, () => this.#adapt());
    const cancelWait = awaitFirstMedia(env, () => this.#stats(), () => {
      this.tally.mark("frame");
      cancelLate();
      this.#adapt();
    });
    this.#cancelFirst = () => {
      cancelLate();
      cancelWait();
    };
  }

  #stats(): Promise<RTCStatsReport> {
    return this.#peer?.stats() ?? Promise.reject(new Error("No connection now"));
  }

  #adapt(): void {
    const load = () => import("./quality/adaptation.ts");
    this.#cancelLoad ??= loadUntilThere(this.#ports.env.after, load, ({ Adaptation }) => {
      this.#adaptation = new Adaptation({
        env: this.#ports.env,
        stats: () => this.#stats(),
        sender: (section) => this.#peer?.sender(section),
        ceiling: () => this.#ports.isSaving() ? "medium" : "high",
        onChange: (quality) => {
          this.tally.add(quality.sample);
          this.#ports.onQuality(quality);
          if (quality.step === this.#step) return;
          this.#step = quality.step;
          this.saySending();
        },
      });
    });
  }

  #fail(cause: FailureCause): void {
    if (this.#closed) return;
    this.#ports.onFailure(reasonOf(cause));
  }
}

const SIGNALING: Record<Snapshot["signaling"], SignalingStatus> = {
  open: "open",
  connecting: "away",
  replaced: "gone",
  unauthorized: "gone",
};

/** After a reload, when the other side never offered anew: there was nothing to find a path with. */
const NO_TRANSPORT: FailureCause = { at: "transport", ice: "new", connection: "new", hasConnected: false };
