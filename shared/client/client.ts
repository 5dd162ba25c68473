/**
 * The call client, without a framework: it owns the signaling socket, at most one call with its peer connection, and this
 * device's camera and microphone while they are in use. What it shows is one `Snapshot` after the other.
 */

import type { CallMedia, ErrorCode, IceServer, ServerMessage, ServerMessages } from "../protocol.ts";
import { Devices, type Kind, type Opened } from "./devices.ts";
import { Peer } from "./peer.ts";
import type { Environment } from "./ports.ts";
import { SignalSocket } from "./signal.ts";
import type { CallActions, CallInfo, CallPhase, MediaProblem, Outcome, Snapshot } from "./state.ts";

/** A ringing device stops by itself this long after its time, should the server not say so. */
const RING_SLACK_MS = 2_000;
/** Missed calls shown at the most. */
const MAX_MISSED = 20;

type Offer = ServerMessages["call:offer"];
type Answer = ServerMessages["call:answer"]["answer"];
/** What the server says about a call that this client has. */
type InCall = Exclude<
  ServerMessages[Extract<keyof ServerMessages, `call:${string}`>],
  ServerMessages["call:offer" | "call:missed" | "call:state" | "call:error"]
>;

/** What a call in progress holds, beside what it shows. */
interface Active {
  readonly info: CallInfo;
  /** `null` after a reload, until the other side makes a new offer (R13). */
  peer: Peer | null;
  /** The callee's: made while ringing, sent on accept. */
  readonly answer: Promise<Answer> | null;
  /** This user wants it: placed, or accepted. */
  wanted: boolean;
  /** This side's description is on its way to the server; before that nothing about the call may be sent. */
  described: boolean;
  transport: RTCPeerConnectionState;
  /** The other side's signaling is gone for the moment. */
  peerAway: boolean;
  /** When media first flowed, on the monotonic clock. */
  since: number | null;
  stopTimer: () => void;
}

export class CallClient implements CallActions {
  readonly #env: Environment;
  readonly #onChange: (snapshot: Snapshot) => void;
  readonly #devices: Devices;
  readonly #signal: SignalSocket;
  readonly #watched = new Set<string>();
  #userId: string | null = null;
  #iceServers: IceServer[] = [];
  #active: Active | null = null;
  /** A call that came while this device was placing its own: it rings, or is answered (glare), when that is settled. */
  #waiting: { readonly offer: Offer; readonly expiresAt: number } | null = null;
  #snapshot: Snapshot = {
    signaling: "connecting",
    call: { phase: "idle" },
    local: { stream: null, microphone: false, camera: false },
    remote: { stream: null, audio: true, video: true, screen: false },
    problem: null,
    members: {},
    missed: [],
  };

  constructor(env: Environment, onChange: (snapshot: Snapshot) => void = () => {}) {
    this.#env = env;
    this.#onChange = onChange;
    this.#devices = new Devices(env, (local) => this.#show({ local }));
    this.#signal = new SignalSocket(env, {
      onStatus: (signaling) => this.#status(signaling),
      onMessage: (message) => this.#handle(message),
    });
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Keeps `members` of a chat up to date. */
  watch(chatId: string): void {
    if (this.#watched.has(chatId)) return;
    this.#watched.add(chatId);
    if (this.#snapshot.signaling === "open") this.#signal.send({ type: "chat:watch", chatId });
  }

  // --- Actions ---------------------------------------------------------------------------------------------------------

  call(chatId: string, media: CallMedia): void {
    if (!this.#isFree()) return;
    this.#show({ call: { phase: "preparing", chatId, media }, problem: null });
    this.#place(chatId, media);
  }

  accept(media: CallMedia): void {
    const active = this.#active;
    if (active === null || active.wanted) return;
    this.#answer(active, active.info.media === "audio" ? "audio" : media);
  }

  decline(): void {
    const active = this.#active;
    if (active === null || active.wanted) return;
    const { chatId, callId } = active.info;
    this.#signal.send({ type: "call:reject", chatId, callId });
    this.#finish("declined", true);
  }

  hangUp(): void {
    const { phase } = this.#snapshot.call;
    if (phase === "preparing") return this.#abandon();
    if (this.#active === null) return;
    if (phase === "incoming") return this.decline();
    const { chatId, callId } = this.#active.info;
    if (!this.#signal.withdraw(callId)) this.#signal.send({ type: "call:end", chatId, callId });
    this.#finish(phase === "calling" || phase === "ringing" ? "cancelled" : "hangup", true);
  }

  setMicrophone(on: boolean): void {
    if (on) this.#addDevice("audio");
    this.#devices.mute(!on);
    this.#saySending();
  }

  setCamera(on: boolean): void {
    const active = this.#active;
    if (active === null || active.info.media === "audio") return;
    if (on) {
      this.#addDevice("video");
    } else {
      this.#devices.stop("video");
      active.peer?.setTrack("video", null).catch(() => {});
      this.#saySending();
    }
  }

  dismiss(): void {
    const { call } = this.#snapshot;
    this.#show({ call: call.phase === "ended" ? { phase: "idle" } : call, problem: null });
  }

  dismissMissed(callId: string): void {
    this.#show({ missed: this.#snapshot.missed.filter((call) => call.callId !== callId) });
  }

  /** Hangs up where this user is in a call, and releases everything. The client is of no use afterwards. */
  close(): void {
    if (this.#snapshot.call.phase !== "incoming") this.hangUp();
    this.#release();
    this.#signal.close();
  }

  // --- Placing ---------------------------------------------------------------------------------------------------------

  async #place(chatId: string, media: CallMedia): Promise<void> {
    const opened = await this.#devices.open(media);
    if (opened === "superseded") return;
    if (opened !== "open") {
      this.#show({ problem: opened });
      return this.#abandon();
    }
    const callId = this.#env.newId();
    const info: CallInfo = { chatId, callId, role: "caller", media, peer: this.#otherMember(chatId) };
    const peer = this.#newPeer(info);
    const active = this.#start(info, peer, null);
    this.#show({ call: { phase: "calling", call: info } });
    try {
      const offer = await peer.offer(media, this.#devices.tracks());
      if (this.#active !== active) return;
      this.#signal.send({ type: "call:initiate", chatId, callId, offer, media });
      this.#described(active);
    } catch {
      this.#fail(active);
    }
  }

  /** The call was not placed after all. */
  #abandon(): void {
    this.#release();
    this.#show({ call: { phase: "idle" } });
    this.#presentWaiting();
  }

  #start(info: CallInfo, peer: Peer | null, answer: Promise<Answer> | null): Active {
    const active: Active = {
      info,
      peer,
      answer,
      wanted: answer === null,
      described: false,
      transport: "new",
      peerAway: false,
      since: null,
      stopTimer: () => {},
    };
    answer?.catch(() => this.#fail(active));
    this.#active = active;
    this.#show({ remote: { stream: null, audio: true, video: info.media === "video", screen: false } });
    return active;
  }

  #newPeer({ chatId, callId }: CallInfo): Peer {
    const current = (): Active | null => this.#active?.peer === peer ? this.#active : null;
    const peer: Peer = new Peer(this.#env, this.#iceServers, {
      onCandidate: (candidate) => this.#signal.send({ type: "call:ice-candidate", chatId, callId, candidate }),
      onState: (state) => this.#transport(current(), state),
      onRemote: (stream) => current() && this.#show({ remote: { ...this.#snapshot.remote, stream } }),
    });
    return peer;
  }

  /** This side's description was sent: its candidates may follow, and word of what it sends. */
  #described(active: Active): void {
    active.described = true;
    active.peer?.release();
    this.#saySending();
  }

  // --- Being called ----------------------------------------------------------------------------------------------------

  #offered(offer: Offer): void {
    const active = this.#active;
    const expiresAt = this.#env.now() + offer.expiresInMs;
    if (active?.info.callId === offer.callId) {
      if (!active.wanted) this.#ring(active, expiresAt);
    } else if (offer.glare && active?.info.chatId === offer.chatId && active.info.role === "caller") {
      this.#answerGlare(active, offer);
    } else if (this.#isFree()) {
      this.#ring(this.#startCallee(offer), expiresAt);
    } else {
      this.#waiting = { offer, expiresAt };
    }
  }

  /** The peer connection and the answer are made while it rings, and held back until it is accepted. */
  #startCallee(offer: Offer): Active {
    const { chatId, callId, callerId, callerName, media } = offer;
    const info: CallInfo = { chatId, callId, role: "callee", media, peer: { id: callerId, name: callerName } };
    const peer = this.#newPeer(info);
    return this.#start(info, peer, peer.prepareAnswer(offer.offer));
  }

  #ring(active: Active, expiresAt: number): void {
    active.stopTimer();
    active.stopTimer = this.#env.after(expiresAt - this.#env.now() + RING_SLACK_MS, () => {
      if (this.#active === active && !active.wanted) this.#finish("timeout", false);
    });
    this.#show({ call: { phase: "incoming", call: active.info, expiresAt } });
  }

  /** Glare (R10): both called at once and the other call stands. This user wants to talk, so it is answered, with no more than was asked for. */
  #answerGlare(own: Active, offer: Offer): void {
    own.peer?.close();
    this.#waiting = null;
    const media = offer.media === "audio" ? "audio" : own.info.media;
    if (media === "audio") this.#devices.stop("video");
    this.#answer(this.#startCallee(offer), media);
  }

  async #answer(active: Active, media: CallMedia): Promise<void> {
    active.wanted = true;
    active.stopTimer();
    this.#showProgress(active);
    const devices = this.#openFor(active, media);
    try {
      const answer = await active.answer!;
      if (this.#active !== active) return;
      const { chatId, callId } = active.info;
      this.#signal.send({ type: "call:answer", chatId, callId, answer });
      this.#described(active);
    } catch {
      return; // `#start` ends a call whose answer cannot be made
    }
    await devices;
    if (this.#active === active) this.#saySending();
  }

  /** Opens the devices of a call that was accepted. Without the camera there is still the voice, without a microphone an ear. */
  async #openFor(active: Active, media: CallMedia): Promise<void> {
    if (this.#devices.local.stream === null) {
      const opened = await this.#devices.open(media);
      if (opened === "superseded") return;
      this.#show({ problem: problemIn(opened) });
      if (opened !== "open" && media === "video") await this.#devices.open("audio");
    }
    await this.#sendTracks(active);
  }

  async #sendTracks(active: Active): Promise<void> {
    try {
      await active.answer; // the callee's transceivers are there once its answer is
      for (const track of this.#devices.tracks()) await active.peer?.setTrack(track.kind as Kind, track);
    } catch {
      this.#fail(active);
    }
  }

  // --- What the server says --------------------------------------------------------------------------------------------

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "pong":
        return;
      case "chat:state":
        return this.#show({ members: { ...this.#snapshot.members, [message.chatId]: message.members } });
      case "call:offer":
        return this.#offered(message);
      case "call:missed":
        return this.#missed(message);
      case "call:state":
        return this.#callState(message);
      case "call:error":
        return this.#refused(message);
      default:
        if (message.callId === this.#active?.info.callId) return this.#inCall(this.#active, message);
        if (message.type === "call:end" && message.callId === this.#waiting?.offer.callId) this.#waiting = null;
    }
  }

  #status(signaling: Snapshot["signaling"]): void {
    this.#show({ signaling });
    if (signaling === "replaced" && this.#active !== null) this.#finish("connection-lost", false);
  }

  #welcome({ user, iceServers }: ServerMessages["welcome"]): void {
    this.#userId = user.id;
    this.#iceServers = iceServers;
    for (const chatId of this.#watched) this.#signal.send({ type: "chat:watch", chatId });
    if (this.#active === null || this.#signal.hasUnsentInitiate(this.#active.info.callId)) return;
    const { chatId, callId, role, media } = this.#active.info;
    this.#signal.send({ type: "call:resume", chatId, callId, role, media });
  }

  #missed({ chatId, callId, callerName, media, reason }: ServerMessages["call:missed"]): void {
    const others = this.#snapshot.missed.filter((call) => call.callId !== callId);
    this.#show({ missed: [...others, { chatId, callId, callerName, media, reason }].slice(-MAX_MISSED) });
  }

  /** Where a call stands, after a reconnect. One that this page does not have was in it before a reload (R13). */
  #callState(message: ServerMessages["call:state"]): void {
    const { callId, state, role, expiresInMs } = message;
    if (this.#active?.info.callId !== callId) this.#rejoin(message);
    else if (state === "ringing" && role === "caller") this.#ringsThere(this.#active, expiresInMs ?? 0);
    else if (state === "connected" && this.#active.peer === null) this.#showProgress(this.#active);
  }

  /** Takes up a call that a reload interrupted: with the devices that were on before, and the other side to make the offer. */
  async #rejoin({ chatId, callId, state, role, media, expiresInMs }: ServerMessages["call:state"]): Promise<void> {
    if (!this.#isFree()) return this.#signal.send({ type: "call:end", chatId, callId });
    const active = this.#start({ chatId, callId, role, media, peer: this.#otherMember(chatId) }, null, null);
    if (state === "ringing") this.#ringsThere(active, expiresInMs ?? 0);
    else this.#showProgress(active);
    const before = parseSending(this.#env.load());
    if (before?.callId !== callId) return;
    if (before.microphone || before.camera) await this.#devices.open(before.camera ? "video" : "audio");
    if (!before.microphone) this.#devices.mute(true);
    if (this.#active === active) await this.#sendTracks(active);
  }

  #refused({ code, callId }: ServerMessages["call:error"]): void {
    if (callId === undefined || callId !== this.#active?.info.callId) return;
    const { phase } = this.#snapshot.call;
    if (phase === "calling" || phase === "ringing") this.#finish(OUTCOME_OF[code], false);
    else if (code === "NO_CALL") this.#finish("connection-lost", false);
  }

  #inCall(active: Active, message: InCall): void {
    switch (message.type) {
      case "call:ringing":
        return this.#ringsThere(active, message.expiresInMs);
      case "call:answer":
        active.peer?.acceptAnswer(message.answer).catch(() => this.#fail(active));
        return this.#showProgress(active);
      case "call:ice-candidate":
        return active.peer?.addCandidate(message.candidate);
      case "call:negotiate":
        this.#negotiate(active, message.description);
        return;
      case "call:media": {
        const { audio, video, screen } = message;
        return this.#show({ remote: { ...this.#snapshot.remote, audio, video, screen } });
      }
      case "call:peer":
        active.peerAway = message.state === "reconnecting";
        if (message.state === "reloaded") this.#offerAfresh(active);
        return this.#showProgress(active);
      case "call:end":
      case "call:rejected":
        return this.#finish(message.reason, false);
    }
  }

  /** R13: the other side's page was reloaded, and its peer connection is gone: a new one is offered. */
  async #offerAfresh(active: Active): Promise<void> {
    active.peer?.close();
    active.peer = this.#newPeer(active.info);
    active.transport = "new";
    active.described = false;
    const { peer, info: { chatId, callId, media } } = active;
    try {
      const description = await peer.offer(media, this.#devices.tracks());
      if (active.peer !== peer || this.#active !== active) return;
      this.#signal.send({ type: "call:negotiate", chatId, callId, description });
      this.#described(active);
    } catch {
      this.#fail(active);
    }
  }

  /** R15: an offer or answer inside the call. The callee is the polite side. */
  async #negotiate(active: Active, description: ServerMessages["call:negotiate"]["description"]): Promise<void> {
    const peer = active.peer ??= this.#newPeer(active.info);
    const { chatId, callId, role } = active.info;
    try {
      const answer = await peer.negotiate(description, role === "callee");
      if (answer === null || active.peer !== peer || this.#active !== active) return;
      this.#signal.send({ type: "call:negotiate", chatId, callId, description: answer });
      this.#described(active);
      await this.#sendTracks(active);
    } catch {
      if (active.peer === peer) this.#fail(active);
    }
  }

  // --- The course of a call --------------------------------------------------------------------------------------------

  #ringsThere(active: Active, expiresInMs: number): void {
    this.#show({ call: { phase: "ringing", call: active.info, expiresAt: this.#env.now() + expiresInMs } });
  }

  #transport(active: Active | null, state: RTCPeerConnectionState): void {
    if (active === null) return;
    active.transport = state;
    if (state === "connected") active.since ??= this.#env.now();
    if (state === "failed") return this.#fail(active);
    const { phase } = this.#snapshot.call;
    if (phase === "connecting" || phase === "connected" || phase === "reconnecting") this.#showProgress(active);
  }

  #showProgress(active: Active): void {
    const { info: call, since } = active;
    const flows = active.transport === "connected" && !active.peerAway;
    const progress: CallPhase = since === null
      ? { phase: "connecting", call }
      : { phase: flows ? "connected" : "reconnecting", call, since };
    this.#show({ call: progress });
  }

  /** The media cannot be set up, or broke down for good. */
  #fail(active: Active): void {
    if (this.#active !== active) return;
    const { chatId, callId } = active.info;
    this.#signal.send({ type: "call:end", chatId, callId, reason: "failed" });
    this.#finish("failed", false);
  }

  /** The one way out of a call: the peer connection is closed and every device released. */
  #finish(outcome: Outcome, byMe: boolean): void {
    const { info: call, since } = this.#active!;
    const durationMs = since === null ? null : this.#env.now() - since;
    this.#release();
    this.#show({ call: { phase: "ended", call, outcome, byMe, durationMs } });
    this.#presentWaiting();
  }

  #release(): void {
    this.#active?.stopTimer();
    this.#active?.peer?.close();
    this.#active = null;
    this.#env.save(null);
    this.#devices.release();
    this.#show({ remote: { ...this.#snapshot.remote, stream: null } });
  }

  #presentWaiting(): void {
    if (this.#waiting === null) return;
    const { offer, expiresAt } = this.#waiting;
    this.#waiting = null;
    this.#ring(this.#startCallee(offer), expiresAt);
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  async #addDevice(kind: Kind): Promise<void> {
    const active = this.#active;
    if (active === null) return;
    const opened = await this.#devices.add(kind);
    if (opened === "superseded" || this.#active !== active) return;
    this.#show({ problem: problemIn(opened) });
    await this.#sendTracks(active);
    this.#saySending();
  }

  /** Tells the other side what is sent now. */
  #saySending(): void {
    if (!this.#active?.described) return;
    const { chatId, callId } = this.#active.info;
    const { microphone, camera } = this.#devices.local;
    this.#signal.send({ type: "call:media", chatId, callId, audio: microphone, video: camera, screen: false });
    this.#env.save(JSON.stringify({ callId, microphone, camera } satisfies Sending));
  }

  #isFree(): boolean {
    const { phase } = this.#snapshot.call;
    return phase === "idle" || phase === "ended";
  }

  #otherMember(chatId: string): CallInfo["peer"] {
    const others = (this.#snapshot.members[chatId] ?? []).filter(({ id }) => id !== this.#userId);
    return others.length === 1 ? { id: others[0]!.id, name: others[0]!.name } : null;
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#onChange(this.#snapshot);
  }
}

/** What a refusal of `call:initiate` means to the user. */
const OUTCOME_OF: Record<ErrorCode, Outcome> = {
  ACCESS_DENIED: "access-denied",
  USER_OFFLINE: "offline",
  BUSY: "already-in-call",
  INVALID_MESSAGE: "unavailable",
  NO_CALL: "connection-lost",
  RATE_LIMITED: "unavailable",
  TOO_LARGE: "unavailable",
  UNAVAILABLE: "unavailable",
};

/** What was sent before a reload. */
interface Sending {
  callId: string;
  microphone: boolean;
  camera: boolean;
}

function parseSending(text: string | null): Sending | null {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function problemIn(opened: Exclude<Opened, "superseded">): MediaProblem | null {
  return opened === "open" ? null : opened;
}
