/**
 * The call client, without a framework: it owns the signaling socket, at most one call with its peer connection, and this
 * device's camera and microphone while they are in use. What it shows is one `Snapshot` after the other.
 */

import type {
  CallMedia,
  ErrorCode,
  FailureReason,
  Member,
  ServerMessage,
  ServerMessages,
  VideoCodec,
} from "../protocol.ts";
import { ActiveCall, type CallPorts } from "./active_call.ts";
import { isVideoCodec, preferredCodecs } from "./codecs.ts";
import type { DeviceKind, DeviceNotice } from "./device_choice.ts";
import { Devices } from "./devices.ts";
import type { CodecOrder, Tracks } from "./peer.ts";
import type { Environment } from "./ports.ts";
import { keepCall, type PastCall, pastCalls } from "./history.ts";
import { IceServers } from "./ice_servers.ts";
import { asksFirst, type Causes, DEVICE_OF, type Kind, type Opened } from "./opening.ts";
import { withMissed, withoutCallsOf } from "./missed.ts";
import { renewUntilStopped } from "./signaling/renewal.ts";
import { Screen } from "./screen.ts";
import { NOBODY, NOTHING } from "./snapshot.ts";
import { SignalSocket } from "./signaling/socket.ts";
import type { Bring, CallActions, CallInfo, Descriptions, MediaProblem, Outcome, Snapshot, Unplaced } from "./state.ts";
import { keepOver, overBefore, sendingBefore } from "./tab.ts";

/** A ringing device stops by itself this long after its time, should the server not say so. */
const RING_SLACK_MS = 2_000;
/** Calls that are over and remembered as such. */
const MAX_OVER = 16;
/** Where the codec that the user chose is remembered. */
const CODEC_KEY = "codec";
/** Where it is remembered that little data is to be used. */
const SAVER_KEY = "saver";

type Offer = ServerMessages["call:offer"];
/** What the server says about a call that this client has. */
type InCall = Exclude<
  ServerMessages[Extract<keyof ServerMessages, `call:${string}`>],
  ServerMessages["call:offer" | "call:missed" | "call:state" | "call:error"]
>;

export class CallClient implements CallActions {
  readonly #env: Environment;
  readonly #onChange: (snapshot: Snapshot) => void;
  readonly #devices: Devices;
  readonly #screen: Screen;
  readonly #signal: SignalSocket;
  readonly #watched = new Set<string>();
  #userId: string | null = null;
  #ringTimeoutMs = 30_000;
  #graceMs = 20_000;
  /** The call whose fate is unknown since the socket was lost. */
  #doubted: string | null = null;
  /** The call is answered, but the answer went into a socket that was dead already: it is to be asked for, or was. */
  #missingAnswer: null | "due" | "asked" = null;
  /** Calls that are over for this tab, by id. */
  #over: readonly string[];
  /** The call that was presented to the user last. */
  #presented: string | null = null;
  readonly #iceServers: IceServers;
  #stopRenewal = () => {};
  #iceTransportPolicy: RTCIceTransportPolicy = "all";
  /** Video codecs in the order that the server is configured for, and which of them this device encodes with ease. */
  #configuredCodecs: readonly VideoCodec[] = [];
  #efficientCodecs: readonly VideoCodec[] = [];
  #active: ActiveCall | null = null;
  /** What this user's newest call was to bring. */
  #asked: readonly Kind[] = [];
  /** All devices were withheld from the last call that asked for some: what the browser says of them does not place the next one. */
  #wereWithheld = false;
  /** A call that came while this device was placing its own: it rings, or is answered (glare), when that is settled. */
  #waiting: { readonly offer: Offer; readonly expiresAt: number } | null = null;
  #snapshot: Snapshot = NOTHING;

  constructor(env: Environment, onChange: (snapshot: Snapshot) => void = () => {}) {
    this.#env = env;
    this.#onChange = onChange;
    this.#over = overBefore(env);
    this.#devices = new Devices(env, {
      onChange: (local) => this.#show({ local: { ...local, screen: this.#screen.stream } }),
      onChoice: (devices) => this.#show({ devices }),
      onSpeaker: (gone) => this.#active?.wanted && this.#show({ gone }),
      onSystemMute: () => this.#active?.saySending(),
      onSwap: (gone, kind, causes) => this.#swapped(gone, kind, causes),
    });
    this.#iceServers = new IceServers(env, () => this.#active?.iceChanged());
    this.#screen = new Screen(env, () => this.#screenEnded());
    const codec = env.recall(CODEC_KEY);
    this.#snapshot = {
      ...this.#snapshot,
      devices: this.#devices.choice,
      codec: isVideoCodec(codec) ? codec : null,
      saver: env.recall(SAVER_KEY) !== null,
    };
    env.onWake((why) => why === "online" && this.#active?.networkChanged());
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

  call(chatId: string, media: CallMedia, to?: string, bring: Bring = "devices"): void {
    const { signaling } = this.#snapshot;
    if (!this.#isFree() || signaling === "replaced" || signaling === "unauthorized") return;
    this.#show({ call: { phase: "preparing", chatId, media }, problem: null, unplaced: null, noWebRtc: false });
    this.#asked = bring === "nothing" ? [] : kindsOf(media);
    this.#prepare({ chatId, media, to });
  }

  retry(): void {
    const { problem, unplaced, checking } = this.#snapshot;
    const kinds = (["audio", "video"] as const).filter((kind) => problem?.[DEVICE_OF[kind]]);
    if (unplaced !== null) this.call(unplaced.chatId, unplaced.media, unplaced.to);
    else if (checking || this.#active?.wanted) {
      if (kinds.length > 0) this.#addDevices(kinds);
      if (problem?.screen) this.setScreen(true);
    }
  }

  accept(media: CallMedia): void {
    const active = this.#active;
    if (active === null || active.wanted || this.#snapshot.noWebRtc) return;
    this.#show({ problem: null, unplaced: null });
    this.#answer(active, kindsOf(active.info.media === "audio" ? "audio" : media));
  }

  presented(): void {
    const { call } = this.#snapshot;
    if (call.phase !== "incoming") return;
    const { chatId, callId } = call.call;
    this.#presented = callId;
    this.#signal.send({ type: "call:ringing", chatId, callId });
  }

  decline(): void {
    const active = this.#active;
    if (active === null || active.wanted) return;
    // Nobody declined: other devices of this user may take it, and where there are none the caller is told why.
    if (this.#snapshot.noWebRtc) return this.#giveUp("unsupported");
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
    if (this.#active?.wanted === false) return;
    if (on) this.#addDevices(["audio"]);
    this.#devices.mute(!on);
    this.#active?.saySending();
  }

  setCamera(on: boolean): void {
    const active = this.#active;
    if (!active?.wanted) return;
    if (on) {
      this.#addDevices(["video"]);
    } else {
      this.#devices.stop("video");
      active.stopTrack("video");
      active.saySending();
    }
  }

  setScreen(on: boolean): void {
    const active = this.#active;
    if (on) {
      if (active?.wanted) this.#share(active);
    } else if (this.#screen.stream !== null) {
      this.#screen.release();
      this.#screenEnded();
    }
  }

  pastCalls(chatId: string): readonly PastCall[] {
    return pastCalls(this.#env, chatId);
  }

  check(on: boolean): void {
    if (on) this.#check();
    else if (this.#snapshot.checking) this.#release();
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#devices.choose(kind, id);
  }

  switchCamera(): void {
    this.#devices.switchCamera();
  }

  setSaver(on: boolean): void {
    this.#env.remember(SAVER_KEY, on ? "on" : null);
    this.#show({ saver: on });
    this.#active?.prefer(this.#codecsFor("caller"));
  }

  setCodec(codec: VideoCodec | null): void {
    this.#env.remember(CODEC_KEY, codec);
    this.#show({ codec });
    this.#active?.prefer(this.#codecsFor("caller"));
  }

  dismiss(): void {
    const { call } = this.#snapshot;
    this.#show({
      call: call.phase === "ended" ? { phase: "idle" } : call,
      problem: null,
      unplaced: null,
      noWebRtc: false,
      gone: null,
    });
  }

  dismissMissed(callId: string): void {
    this.#show({ missed: this.#snapshot.missed.filter((call) => call.callId !== callId) });
  }

  descriptions(): Descriptions | null {
    return this.#active?.descriptions ?? null;
  }

  /** Hangs up where this user is in a call, and releases everything. The client is of no use afterwards. */
  close(): void {
    this.#waiting = null;
    if (this.#snapshot.call.phase !== "incoming") this.hangUp();
    this.#release();
    this.#iceServers.close();
    this.#stopRenewal();
    this.#signal.close();
  }

  // --- Placing ---------------------------------------------------------------------------------------------------------

  /**
   * Places the call as soon as no question is open about its devices, and lets their tracks follow; or, where that is not known before,
   * once they are open. Where nothing opens, the person may be asked first; what rings already, and is not answered yet, is taken back
   * for that.
   */
  async #prepare(wish: Unplaced): Promise<void> {
    const { chatId, media, to } = wish;
    const asked = this.#asked;
    const info = {
      chatId,
      callId: this.#env.newId(),
      role: "caller",
      media,
      peer: this.#otherMember(chatId, to),
    } as const;
    let active: ActiveCall;
    try {
      active = this.#start(info, "place");
    } catch {
      // Before anything opens: without WebRTC there is nothing to open it for.
      this.#abandon();
      return this.#show({ noWebRtc: true });
    }
    let isPlaced = false;
    const place = () => {
      if (isPlaced || this.#active !== active) return;
      isPlaced = true;
      this.#place(active, to);
    };
    const opened = await this.#devices.open(asked, this.#wereWithheld ? undefined : place);
    if (opened === "superseded" || this.#active !== active) return;
    const problem = problemOf(opened);
    const areWithheld = asksFirst(problem, this.#devices.tracks().length > 0);
    if (asked.length > 0) this.#wereWithheld = areWithheld;
    if (areWithheld && !active.isAnswered) {
      this.hangUp();
      const { call } = this.#snapshot;
      // Another call may ring by now.
      return this.#show({ call: call.phase === "ended" ? { phase: "idle" } : call, problem, unplaced: wish });
    }
    if (isPlaced) return this.#follow(active, asked, opened);
    this.#report(asked, opened);
    place();
  }

  #place(active: ActiveCall, to: string | undefined): void {
    this.#show({ checking: false, call: { phase: "calling", call: active.info } });
    // The server ends a call that nobody answers; without a server, this does.
    active.expire(this.#ringTimeoutMs + RING_SLACK_MS, () => this.#giveUp("timeout"));
    active.place(this.#others(active.info.chatId).length > 1 ? to : undefined);
  }

  /** Takes up what opened for a call that is under way, or for the check before one, and says what did not. */
  async #follow(active: ActiveCall | null, kinds: readonly Kind[], opened: Opened): Promise<void> {
    if (opened === "superseded" || this.#active !== active) return;
    this.#report(kinds, opened);
    await active?.sendTracks();
    active?.saySending();
  }

  /** The call was not placed after all. */
  #abandon(): void {
    this.#release();
    this.#show({ call: { phase: "idle" } });
    this.#presentWaiting();
  }

  #start(info: CallInfo, start: ConstructorParameters<typeof ActiveCall>[2]): ActiveCall {
    const ports: CallPorts = {
      env: this.#env,
      ice: () => ({ iceServers: this.#iceServers.current, iceTransportPolicy: this.#iceTransportPolicy }),
      codecs: () => this.#codecsFor(info.role),
      tracks: () => this.#tracks(),
      local: () => this.#snapshot.local,
      isWanted: (kind) => this.#devices.isWanted(kind),
      send: (message) => this.#signal.send(message),
      check: () => this.#signal.check(),
      signaling: () => this.#snapshot.signaling,
      graceMs: this.#graceMs,
      isSaving: () => this.#snapshot.saver,
      onQuality: (quality) => this.#active === active && this.#show({ quality }),
      onChange: () => this.#moved(active),
      onNoWebRtc: () => this.#active === active && this.#show({ noWebRtc: true }),
      onFailure: (reason) => this.#fail(active, reason),
    };
    const active: ActiveCall = new ActiveCall(ports, info, start);
    this.#active = active;
    this.#show({ remote: { ...NOBODY, video: info.media === "video" } });
    return active;
  }

  // --- Being called ----------------------------------------------------------------------------------------------------

  #offered(offer: Offer): void {
    const active = this.#active;
    if (this.#isOver(offer)) return;
    const expiresAt = this.#env.now() + offer.expiresInMs;
    if (active?.info.callId === offer.callId) {
      if (!active.wanted) this.#ring(active, expiresAt);
      else if (active.isAnswered) active.repeatAnswer();
    } else if (offer.glare && active?.info.chatId === offer.chatId && active.info.role === "caller") {
      this.#answerGlare(active, offer);
    } else if (this.#isFree()) {
      this.#ring(this.#startCallee(offer), expiresAt);
    } else {
      this.#waiting = { offer, expiresAt };
    }
  }

  #startCallee({ chatId, callId, callerId, callerName, media, offer }: Offer): ActiveCall {
    const peer = { id: callerId, name: callerName };
    this.#show({ noWebRtc: false });
    return this.#start({ chatId, callId, role: "callee", media, peer }, { offer });
  }

  #ring(active: ActiveCall, expiresAt: number): void {
    active.expire(expiresAt - this.#env.now() + RING_SLACK_MS, () => this.#giveUp("timeout"));
    active.tally.mark("ringing");
    this.#show({ call: { phase: "incoming", call: active.info, expiresAt } });
    // It is on the screen already, and the server has forgotten that, or never heard it.
    if (this.#presented === active.info.callId) this.presented();
  }

  /** Glare (R10): both called at once and the other call stands. This user wants to talk, so it is answered, with no more than was asked for. */
  #answerGlare(own: ActiveCall, offer: Offer): void {
    own.close();
    this.#waiting = null;
    const media = offer.media === "audio" ? "audio" : own.info.media;
    // What did not open for the own call is not asked for again.
    const { problem } = this.#snapshot;
    const kinds = kindsOf(media).filter((kind) => this.#asked.includes(kind) && !problem?.[DEVICE_OF[kind]]);
    this.#answer(this.#startCallee(offer), kinds);
  }

  /** The answer goes out at once; the devices follow when they are open, and delay nothing. */
  #answer(active: ActiveCall, kinds: readonly Kind[]): void {
    active.accept();
    this.#show({ call: active.progress });
    this.#openFor(active, kinds);
  }

  /** Opens devices for a call that is going on; it goes on with those there are. */
  async #openFor(active: ActiveCall, kinds: readonly Kind[]): Promise<void> {
    this.#show({ checking: false });
    await this.#follow(active, kinds, await this.#devices.open(kinds));
  }

  // --- What the server says --------------------------------------------------------------------------------------------

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "pong":
        return this.#settleDoubt();
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
      case "session:expiring":
        this.#stopRenewal();
        this.#stopRenewal = renewUntilStopped(this.#env, this.#signal);
        return;
      case "session:renewed":
        return this.#stopRenewal();
      default:
        if (message.callId === this.#active?.info.callId) return this.#inCall(this.#active, message);
        if (message.type === "call:end" && message.callId === this.#waiting?.offer.callId) this.#waiting = null;
    }
  }

  #status(signaling: Snapshot["signaling"]): void {
    this.#show({ signaling });
    if (signaling !== "open") this.#stopRenewal();
    this.#active?.signaling(signaling);
    if (signaling !== "replaced" && signaling !== "unauthorized") return;
    // Nobody will hear of this page's calls any more; media that flows already needs nobody.
    this.#waiting = null;
    if (this.#snapshot.call.phase === "preparing") this.#abandon();
    else if (this.#active !== null && (signaling === "replaced" || !this.#active.isAnswered)) {
      this.#finish("connection-lost", false);
    }
  }

  #welcome(message: ServerMessages["welcome"]): void {
    const { user, iceServers, iceTtl, iceTransportPolicy, ringTimeoutMs, graceMs, videoCodecs = [] } = message;
    this.#userId = user.id;
    this.#iceTransportPolicy = iceTransportPolicy ?? "all";
    this.#iceServers.take(iceServers, iceTtl);
    this.#ringTimeoutMs = ringTimeoutMs;
    this.#graceMs = graceMs;
    this.#configuredCodecs = videoCodecs;
    // The first question about codecs has a browser start its WebRTC, for tens of milliseconds that no call need wait for then.
    this.#env.videoCodecs();
    this.#env.efficientCodecs(videoCodecs).then((efficient) => this.#efficientCodecs = efficient);
    for (const chatId of this.#watched) this.#signal.sendNow({ type: "chat:watch", chatId });
    this.#doubted = this.#active === null || this.#active.isUnheardOf ? null : this.#active.info.callId;
    this.#missingAnswer = null;
  }

  /**
   * What the server knows of this device's calls it says right after `welcome`, so before this `pong`. Of this one it said nothing:
   * an answered call may have outlived it (R14), any other is over.
   */
  #settleDoubt(): void {
    const active = this.#active;
    const isDoubted = active !== null && active.info.callId === this.#doubted;
    this.#doubted = null;
    if (!isDoubted || this.#signal.hasUnsentInitiate(active.info.callId)) return;
    if (active.isAnswered) {
      if (this.#missingAnswer === null) this.#resume(active);
    } else if (this.#missingAnswer === "due") {
      this.#missingAnswer = "asked";
      this.#doubted = active.info.callId;
      this.#resume(active);
      this.#signal.sendNow({ type: "ping" });
    } else {
      this.#giveUp("connection-lost");
    }
  }

  #resume(active: ActiveCall): void {
    const { chatId, callId, role, media } = active.info;
    this.#signal.sendNow({ type: "call:resume", chatId, callId, role, media });
  }

  /** A call that this page has ended, while the server could not hear of it: it is told again, and nothing rings or comes back. */
  #isOver({ chatId, callId }: { chatId: string; callId: string }): boolean {
    if (callId === this.#doubted) this.#doubted = null;
    if (!this.#over.includes(callId)) return false;
    this.#signal.sendNow({ type: "call:end", chatId, callId });
    return true;
  }

  #missed({ type: _, ...missed }: ServerMessages["call:missed"]): void {
    const { chatId, callId, callerName: name, media } = missed;
    const at = this.#env.clock();
    const past = {
      callId,
      at,
      name,
      role: "callee",
      media,
      outcome: "missed",
      durationMs: null,
      receipt: null,
    } as const;
    keepCall(this.#env, chatId, past);
    this.#show({ missed: withMissed(this.#snapshot.missed, missed) });
  }

  /** Where a call stands, after a reconnect. One that this page does not have was in it before a reload (R13). */
  #callState(message: ServerMessages["call:state"]): void {
    const { callId, state, role } = message;
    const active = this.#active;
    if (this.#isOver(message)) return;
    if (active?.info.callId !== callId) {
      this.#rejoin(message);
    } else if (state === "ringing") {
      // Whether it rings at the other side is said right behind this.
    } else if (role === "caller" && !active.isAnswered && active.hasOffered) {
      // It may be on its way, right behind this.
      this.#missingAnswer ??= "due";
      this.#doubted = callId;
    } else {
      active.synced();
      this.#show({ call: active.progress });
    }
  }

  /** Takes up a call that a reload interrupted: with the devices that were on before, and the other side to make the offer. */
  #rejoin({ chatId, callId, state, role, media }: ServerMessages["call:state"]): void {
    if (!this.#isFree()) return this.#signal.send({ type: "call:end", chatId, callId });
    const active = this.#start({ chatId, callId, role, media, peer: this.#otherMember(chatId) }, "rejoin");
    this.#show({ call: state === "ringing" ? { phase: "calling", call: active.info } : active.progress });
    const { microphone, camera } = sendingBefore(this.#env, callId);
    this.#openFor(active, kindsOf("video").filter((kind) => kind === "audio" ? microphone : camera));
  }

  #refused({ code, callId, chatId }: ServerMessages["call:error"]): void {
    // R1: of no call, so of the chat. Should this user be let in again, `chat:state` says so.
    if (code === "ACCESS_DENIED" && callId === undefined && chatId !== undefined) {
      return this.#show({ members: { ...this.#snapshot.members, [chatId]: null } });
    }
    if (callId === undefined || callId !== this.#active?.info.callId) return;
    const { phase } = this.#snapshot.call;
    if (phase === "calling" || phase === "ringing") this.#finish(OUTCOME_OF[code] ?? "unavailable", false);
    else if (code === "NO_CALL") this.#finish("connection-lost", false);
  }

  #inCall(active: ActiveCall, message: InCall): void {
    switch (message.type) {
      case "call:ringing":
        return this.#ringsThere(active, message.expiresInMs);
      case "call:answer":
        active.answered(message.answer);
        return this.#show({ call: active.progress });
      case "call:ice-candidate":
        return active.candidate(message.candidate);
      case "call:negotiate":
        active.negotiate(message.description);
        return;
      case "call:media": {
        const { audio, video, screen, step = "high" } = message;
        active.peerSends(message);
        return this.#show({ remote: { ...this.#snapshot.remote, audio, video, screen, step } });
      }
      case "call:peer":
        return active.peer(message.state);
      case "call:end":
      case "call:rejected":
        this.#signal.withdraw(message.callId);
        return this.#finish(message.reason, false);
    }
  }

  // --- The course of a call --------------------------------------------------------------------------------------------

  #ringsThere(active: ActiveCall, expiresInMs: number): void {
    active.tally.mark("ringing");
    this.#show({ call: { phase: "ringing", call: active.info, expiresAt: this.#env.now() + expiresInMs } });
  }

  #moved(active: ActiveCall): void {
    if (active !== this.#active) return;
    const { call, remote } = this.#snapshot;
    const isAnswered = call.phase === "connecting" || call.phase === "connected" || call.phase === "reconnecting";
    this.#show({ call: isAnswered ? active.progress : call, remote: { ...remote, ...remoteStreams(active) } });
  }

  /** The media cannot be set up, or broke down for good. */
  #fail(active: ActiveCall, reason: FailureReason): void {
    if (this.#active === active) this.#giveUp(reason);
  }

  /** Ends the call for both sides, for a reason that is nobody's wish. */
  #giveUp(outcome: FailureReason | "timeout" | "connection-lost"): void {
    const { info: { chatId, callId, role }, isAnswered } = this.#active!;
    if (!this.#signal.withdraw(callId)) {
      const reason = outcome === "timeout" || outcome === "connection-lost" ? "failed" : outcome;
      const reasons = new Set([reason, "failed"] as const);
      // An older server refuses a reason that it does not know: there the second word counts, and elsewhere it is a repeat (R11).
      for (const reason of reasons) this.#signal.send({ type: "call:end", chatId, callId, reason });
    }
    // It may ring on elsewhere (R8), and here again after a reconnect: to hang up then would end it for all.
    this.#finish(outcome, false, outcome !== "timeout" && role === "callee" && !isAnswered);
  }

  /**
   * The one way out of a call: the peer connection is closed and every device released. `mayRing`: it is not over for all, and should
   * it ring here again, it rings.
   */
  #finish(outcome: Outcome, byMe: boolean, mayRing = false): void {
    const { info: call, since } = this.#active!;
    if (!mayRing) this.#over = [...this.#over, call.callId].slice(-MAX_OVER);
    keepOver(this.#env, this.#over);
    const { audio, video } = this.#snapshot.remote;
    const until = this.#active!.talkedUntil(audio || video);
    const durationMs = since === null || until === null ? null : until - since;
    this.#record(this.#active!, outcome, durationMs, until);
    this.#release();
    const missed = since === null ? this.#snapshot.missed : withoutCallsOf(this.#snapshot.missed, call.peer?.id);
    this.#show({ call: { phase: "ended", call, outcome, byMe, durationMs }, problem: null, missed });
    this.#presentWaiting();
  }

  /** Says what the call was like to the server, which hears it for some seconds after the end, and keeps it for the user. */
  #record(
    { info, tally, wanted }: ActiveCall,
    outcome: Outcome,
    durationMs: number | null,
    until: number | null,
  ): void {
    const { chatId, callId, peer, role, media } = info;
    const receipt = tally.receipt(until);
    if (outcome === "answered-elsewhere" || outcome === "rejected-elsewhere") return;
    if (wanted) this.#signal.send({ type: "call:receipt", chatId, callId, receipt });
    const isMissed = !wanted && outcome !== "declined";
    keepCall(this.#env, chatId, {
      callId,
      at: this.#env.clock(),
      name: peer?.name ?? "",
      role,
      media,
      outcome: isMissed ? "missed" : outcome,
      durationMs,
      receipt: wanted ? receipt : null,
    });
  }

  #release(): void {
    this.#active?.close();
    this.#active = null;
    this.#screen.release();
    this.#devices.release();
    this.#show({ remote: NOBODY, quality: null, gone: null, checking: false });
  }

  #presentWaiting(): void {
    if (this.#waiting === null) return;
    const { offer, expiresAt } = this.#waiting;
    this.#waiting = null;
    if (expiresAt > this.#env.now()) this.#ring(this.#startCallee(offer), expiresAt);
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** Opens devices beside those that are open, for a call or the check before one. */
  async #addDevices(kinds: readonly Kind[]): Promise<void> {
    const active = this.#active;
    if (active === null && !this.#snapshot.checking) return;
    await this.#follow(active, kinds, await this.#devices.add(kinds));
  }

  async #check(): Promise<void> {
    if (!this.#isFree() || this.#snapshot.checking) return;
    const kinds = kindsOf("video");
    this.#show({ checking: true, problem: null, unplaced: null });
    await this.#follow(null, kinds, await this.#devices.open(kinds));
  }

  /** Says what became of devices that were asked for, and leaves what was said of others. */
  #report(kinds: readonly Kind[], causes: Causes): void {
    const others = Object.entries(this.#snapshot.problem ?? {})
      .filter(([source]) => !kinds.some((kind) => DEVICE_OF[kind] === source));
    const problem = { ...Object.fromEntries(others), ...problemOf(causes) };
    this.#show({ problem: Object.keys(problem).length === 0 ? null : problem });
  }

  /** Another device took the place of one, or none did. */
  async #swapped(gone: DeviceNotice | null, kind: Kind, causes: Causes): Promise<void> {
    this.#show({ gone: gone ?? this.#snapshot.gone });
    this.#report([kind], causes);
    const active = this.#active;
    if (!active?.wanted) return;
    const tracks = this.#tracks();
    for (const kind of ["audio", "video"] as const) if (!tracks[kind]) active.stopTrack(kind);
    await active.sendTracks();
    active.saySending();
  }

  async #share(active: ActiveCall): Promise<void> {
    const shared = await this.#screen.open();
    if (this.#active !== active) {
      // Whatever else became of that picker, a screen that is shared by now belongs to another call.
      if (shared === "open") this.#screen.release();
      return;
    }
    if (shared === "cancelled") return;
    const { screen: _, ...others } = this.#snapshot.problem ?? {};
    if (shared !== "open") return this.#show({ problem: { ...others, screen: shared } });
    const problem = Object.keys(others).length === 0 ? null : others;
    this.#show({ local: { ...this.#snapshot.local, screen: this.#screen.stream }, problem });
    await active.sendTracks();
    active.saySending();
  }

  #screenEnded(): void {
    this.#show({ local: { ...this.#snapshot.local, screen: null } });
    this.#active?.stopTrack("screen");
    this.#active?.saySending();
  }

  #tracks(): Tracks {
    const tracks: Tracks = this.#screen.track ? { screen: this.#screen.track } : {};
    for (const track of this.#devices.tracks()) tracks[track.kind as Kind] = track;
    return tracks;
  }

  /** The caller's offer says the order; whoever answers keeps to it, unless its user chose another. */
  #codecsFor(role: CallInfo["role"]): CodecOrder {
    const { codec } = this.#snapshot;
    const insisted = codec === null ? [] : [codec];
    const all = preferredCodecs(codec, this.#configuredCodecs, this.#efficientCodecs);
    return { offered: role === "caller" ? all : insisted, insisted };
  }

  #isFree(): boolean {
    const { phase } = this.#snapshot.call;
    return phase === "idle" || phase === "ended";
  }

  #others(chatId: string): Member[] {
    return (this.#snapshot.members[chatId] ?? []).filter(({ id }) => id !== this.#userId);
  }

  #otherMember(chatId: string, wanted?: string): CallInfo["peer"] {
    const others = this.#others(chatId).filter(({ id }) => wanted === undefined || id === wanted);
    return others.length === 1 ? { id: others[0]!.id, name: others[0]!.name } : null;
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#onChange(this.#snapshot);
  }
}

function remoteStreams({ remote }: ActiveCall): Pick<Snapshot["remote"], "stream" | "screenStream"> {
  return { stream: remote?.person ?? null, screenStream: remote?.screen ?? null };
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
  SESSION_EXPIRED: "unavailable",
};

/** What a call brings, if it can. */
function kindsOf(media: CallMedia): readonly Kind[] {
  return media === "video" ? ["audio", "video"] : ["audio"];
}

function problemOf(causes: Causes): MediaProblem {
  return Object.fromEntries(Object.entries(causes).map(([kind, cause]) => [DEVICE_OF[kind as Kind], cause]));
}
