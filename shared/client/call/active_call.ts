/**
 * The media of one call that this client has: its peer connection and its negotiation. How far the call has come is its course's to know
 * (`course.ts`). Once closed it says and sends nothing more, so whoever replaces it need not ask whose late promise that was.
 */

import type { FailureReason } from "../../protocol/formats.ts";
import type { ServerMessages, Step } from "../../protocol/server_messages.ts";
import type { Candidate } from "../../protocol/candidate.ts";
import { talkedUntil } from "./duration.ts";
import { type FailureCause, failureOf, NoPeerConnection, reasonOf } from "./failure.ts";
import type { OwnMedia } from "../devices/own_media.ts";
import { type CodecOrder, type IceOptions, Peer, type RemoteStreams } from "./peer.ts";
import { awaitFirstMedia } from "./first_media.ts";
import type { Platform } from "../platform/platform.ts";
import { Tally } from "./receipt.ts";
import { RecoveryRunner } from "./recovery_runner.ts";
import type { SignalingStatus } from "./recovery_state.ts";
import { loadUntilThere } from "../retry.ts";
import { bundlePolicyFor, type Section } from "./sections.ts";
import { keepSending } from "../tab.ts";
import type { SignalSocket, SignalStatus } from "../signaling/socket.ts";
import { saving } from "./tuning.ts";
import type { Adaptation } from "../quality/adaptation.ts";
import type { CallInfo, Descriptions, Quality } from "../state.ts";

type Offer = ServerMessages["call:offer"]["offer"];
type Answer = ServerMessages["call:answer"]["answer"];
type Description = ServerMessages["call:negotiate"]["description"];

/** What a call needs of the client it belongs to. */
export interface CallPorts {
  readonly platform: Pick<Platform, "rtc" | "media" | "storage" | "clock">;
  /** Which ways media may take, now. */
  ice(): IceOptions;
  codecs(): CodecOrder;
  /** What this side has to send, and whether it does. */
  readonly media: Pick<OwnMedia, "tracks" | "shown" | "isWanted">;
  readonly signal: Pick<SignalSocket, "send" | "check">;
  /** Whether the signaling socket is open, is away and may come back, or is gone for good, when the call begins. */
  readonly signaling: SignalStatus;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  /** The user wants little data used. */
  isSaving(): boolean;
  onQuality(quality: Quality): void;
  /** What the other side sends is in other streams. */
  onRemote(remote: RemoteStreams): void;
  onNews(news: CallNews): void;
}

/** What the course of the call is told of its peer connection; the course says what each means. */
export type CallNews =
  | { readonly type: "placed" | "answered" | "stale" | "no-webrtc" }
  | { readonly type: "progress"; readonly since: number | null; readonly isWell: boolean }
  | { readonly type: "failed"; readonly reason: FailureReason };

/** A first picture that is not there so long after the connection, in ms, keeps nothing else waiting. */
const LATE_MS = 1_000;

export class ActiveCall {
  readonly info: CallInfo;
  readonly #ports: CallPorts;
  /** `null` after a reload, until the other side makes a new offer (R13). */
  #peer: Peer | null;
  /** The callee's, which waits for the user. */
  readonly #offered: Offer | null;
  /** The answer to it: made while it rings, sent on accept. */
  #answer: Promise<Answer> | null;
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

  /**
   * A call that this user places, or (`offer`) that rings, or (`rejoin`) that a reload interrupted. One that is placed throws
   * `NoPeerConnection` where there is no WebRTC; one that rings says so by `onNews`.
   */
  constructor(ports: CallPorts, info: CallInfo, start: "place" | "rejoin" | { readonly offer: Offer }) {
    this.#ports = ports;
    this.info = info;
    this.#sections = new Set(info.media === "video" ? ["audio", "video"] : ["audio"]);
    this.tally = new Tally(ports.platform.clock.now);
    this.#recovery = new RecoveryRunner({
      clock: ports.platform.clock,
      role: info.role,
      graceMs: ports.graceMs,
      received: () => this.#peer?.received() ?? Promise.resolve(0),
      effects: {
        "restart-ice": () => this.#restart(),
        "check-signaling": () => ports.signal.check(),
        "send-key-frame": () => this.#adaptation?.refresh(),
        "give-up": () => this.#fail(this.#peer?.transport(this.#since !== null) ?? NO_TRANSPORT),
      },
      onChange: () => this.#changed(),
    });
    this.signaling(ports.signaling);
    this.#peer = start === "place" ? this.#newPeer() : null;
    this.#offered = typeof start === "string" ? null : start.offer;
    this.#answer = this.#offered && this.#prepare(this.#offered);
    this.#answer?.catch((error) =>
      error instanceof NoPeerConnection ? ports.onNews({ type: "no-webrtc" }) : this.#fail(failureOf(error))
    );
  }

  /** When media first flowed, on the monotonic clock. */
  get since(): number | null {
    return this.#since;
  }

  /** When the two last had each other, on the monotonic clock; `null` where they never had. `sends`: the other side says it sends something. */
  talkedUntil(sends: boolean): number | null {
    if (this.#since === null) return null;
    const [mediaAt, awayAt, lostAt] = [this.#recovery.lastMediaAt, this.#awayAt, this.#lostAt];
    const until = talkedUntil({ now: this.#ports.platform.clock.now(), mediaAt, awayAt, lostAt, sends });
    return Math.max(until, this.#since);
  }

  /** What both sides agreed on last; `null` before that. */
  get descriptions(): Descriptions | null {
    return this.#peer?.descriptions ?? null;
  }

  /** Makes and sends the offer that starts the call; `to` where the chat has several other members. */
  async place(to?: string): Promise<void> {
    this.tally.mark("placed");
    const { media } = this.info;
    const callee = to === undefined ? {} : { to };
    await this.#offer((offer) => {
      this.#ports.signal.send({ ...this.#ids, type: "call:initiate", offer: this.#asking(offer), media, ...callee });
      this.#ports.onNews({ type: "placed" });
    });
  }

  /** Sends the answer that was made while it rang, or (`isStale`) another one. What this side sends may follow later. */
  async accept(isStale: boolean): Promise<void> {
    if (isStale) {
      this.#peer!.close();
      this.#answer = this.#prepare(this.#offered!);
    }
    try {
      const answer = await this.#answer!;
      if (!this.#ports.platform.rtc.canAnswerEarly) await this.#peer!.applyAnswer(answer);
      if (this.#recovery.isClosed) return;
      this.#ports.signal.send({ ...this.#ids, type: "call:answer", answer: this.#asking(answer) });
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
    if (!this.#peer?.isReleased || this.#recovery.isClosed) return;
    const { microphone, camera, screen } = this.#ports.media.shown.local;
    this.#ports.signal.send({
      ...this.#ids,
      type: "call:media",
      audio: microphone,
      video: camera,
      screen: screen !== null,
      step: this.#step,
    });
    keepSending(this.#ports.platform.storage.tab, {
      callId: this.info.callId,
      microphone: this.#ports.media.isWanted("audio"),
      camera: this.#ports.media.isWanted("video"),
    });
  }

  // --- What the other side says ----------------------------------------------------------------------------------------

  /** The caller's: somebody accepted. */
  answered(answer: Answer): void {
    this.#answered();
    this.negotiate(answer).then(() => this.saySending());
  }

  /** The callee's: it still rings for the server, so the answer was lost on the way. */
  repeatAnswer(): void {
    const answer = this.#peer?.appliedAnswer;
    if (answer) this.#ports.signal.send({ ...this.#ids, type: "call:answer", answer: this.#asking(answer) });
  }

  candidate(candidate: Candidate | null): void {
    this.#peer?.addCandidate(candidate);
  }

  /** The other side's signaling. `reloaded` (R13): its peer connection is gone with its page, and a new one is offered. */
  peer(state: ServerMessages["call:peer"]["state"]): void {
    this.#awayAt = state === "reconnecting" ? this.#ports.platform.clock.now() : null;
    if (state === "back") this.#repeatOffer();
    if (state !== "reloaded") this.#recovery.tell({ type: "peer", isAway: state === "reconnecting" });
    if (state === "back") this.saySending();
    if (state === "reloaded") {
      this.#peer?.close();
      if (this.#renew() === null) return;
      this.#recovery.tell({ type: "replaced" });
      this.#offer((description) => this.#negotiates(description));
    }
    this.#changed();
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
  signaling(status: SignalStatus): void {
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
    this.#recovery.tell({ type: "close" });
    this.#cancelFirst?.();
    this.#cancelLoad?.();
    this.#adaptation?.close();
    this.#peer?.close();
    keepSending(this.#ports.platform.storage.tab, null);
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
    if (this.#ports.platform.rtc.canAnswerEarly) await peer.applyAnswer(answer);
    return answer;
  }

  #offer(send: (offer: Offer) => void): Promise<void> {
    const peer = this.#peer!;
    return this.#inTurn(peer, async () => {
      peer.add(this.#sections, this.#ports.media.tracks);
      const offer = await peer.offer();
      if (!this.#isCurrent(peer)) return;
      send(offer);
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
    for (const [section, track] of Object.entries(this.#ports.media.tracks)) {
      await peer.setTrack(section as Section, track);
    }
    await this.#adaptation?.apply();
    if (!this.#recovery.isAnswered || !peer.isDue) return;
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
    const offer = this.#recovery.isAnswered ? this.#peer?.openOffer : null;
    if (offer) this.#negotiates(offer);
  }

  #negotiates(description: Description): void {
    this.#ports.signal.send({ ...this.#ids, type: "call:negotiate", description: this.#asking(description) });
  }

  /** A description as the other side gets it. */
  #asking<T extends Description>(description: T): T {
    return this.#ports.isSaving() ? { ...description, sdp: saving(description.sdp) } : description;
  }

  #answered(): void {
    this.#ports.onNews({ type: "answered" });
    this.tally.mark("answered");
    this.#recovery.tell({ type: "answered" });
  }

  #isCurrent(peer: Peer): boolean {
    return peer === this.#peer && !this.#recovery.isClosed;
  }

  /** This side's description was sent: its candidates may follow, and word of what it sends. */
  #released(): void {
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
    const { platform } = this.#ports;
    const options = { ice: this.#ports.ice(), codecs: this.#ports.codecs(), bundlePolicy: this.#bundlePolicy };
    const peer: Peer = new Peer(platform, options, {
      onCandidate: (candidate) => this.#ports.signal.send({ ...this.#ids, type: "call:ice-candidate", candidate }),
      onState: (state) => this.#isCurrent(peer) && this.#moved(state),
      onDropped: () => this.tally.candidatesDropped++,
      onRemote: (remote) => this.#isCurrent(peer) && this.#ports.onRemote(remote),
    });
    return peer;
  }

  #moved(state: RTCPeerConnectionState): void {
    if (!this.#recovery.isAnswered) {
      if (state === "failed") this.#ports.onNews({ type: "stale" });
      return;
    }
    this.#lostAt = state === "connected" ? null : this.#lostAt ?? this.#ports.platform.clock.now();
    if (state === "connected") {
      this.#since ??= this.#ports.platform.clock.now();
      this.tally.mark("connected");
      this.#awaitFirst();
      this.#adaptation?.settle();
    }
    this.#recovery.tell({ type: "connection", state });
    this.#changed();
  }

  /** Whatever looks after the quality is loaded when the first picture is there, which it must not delay, or when that is late. */
  #awaitFirst(): void {
    if (this.#cancelFirst !== null) return;
    const { clock } = this.#ports.platform;
    const cancelLate = clock.after(LATE_MS, () => this.#adapt());
    const cancelWait = awaitFirstMedia(clock, () => this.#stats(), () => {
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
    const load = () => import("../quality/adaptation.ts");
    this.#cancelLoad ??= loadUntilThere(this.#ports.platform.clock.after, load, ({ Adaptation }) => {
      this.#adaptation = new Adaptation({
        clock: this.#ports.platform.clock,
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
    if (!this.#recovery.isClosed) this.#ports.onNews({ type: "failed", reason: reasonOf(cause) });
  }

  #changed(): void {
    if (this.#recovery.isClosed) return;
    this.#ports.onNews({ type: "progress", since: this.#since, isWell: this.#recovery.isWell });
  }
}

const SIGNALING: Record<SignalStatus, SignalingStatus> = {
  open: "open",
  connecting: "away",
  replaced: "gone",
  unauthorized: "gone",
};

/** After a reload, when the other side never offered anew: there was nothing to find a path with. */
const NO_TRANSPORT: FailureCause = { at: "transport", ice: "new", connection: "new", hasConnected: false };
