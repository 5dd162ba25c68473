/**
 * The call client, without a framework: it owns the signaling socket, at most one call with its peer connection, and this
 * device's camera and microphone while they are in use. What it shows is one `Snapshot` after the other. What comes of what happens is
 * for the course to say (`course.ts`): here it is told, and what it wants done is done.
 */

import type { OmitEach } from "../omit_each.ts";
import type { VideoCodec } from "../protocol/constants.ts";
import type { CallMedia } from "../protocol/formats.ts";
import type { Member, ServerMessage, ServerMessages } from "../protocol/server_messages.ts";
import type { Channel } from "./call/channel.ts";
import { Call, type CallNews, type CallPorts } from "./call/call.ts";
import { type CodecOrder, isVideoCodec, preferredCodecs } from "./call/codecs.ts";
import { course, type CourseEvent, kindsOf } from "./course.ts";
import { type Course, type CourseEffect, deadlineOf, isAtHand, phaseOf, start } from "./course_state.ts";
import { deadlineTimer } from "./deadline.ts";
import type { DeviceKind } from "./devices/device_choice.ts";
import { keepCall, pastCalls } from "./history.ts";
import { IceServers } from "./call/ice_servers.ts";
import { withMissed, withoutCallsOf } from "./missed.ts";
import { DEVICE_OF, type Kind } from "./devices/opening.ts";
import type { LinkStart } from "./call/link_ports.ts";
import { OwnMedia } from "./devices/own_media.ts";
import type { Platform } from "./platform/platform.ts";
import { renewUntilStopped } from "./signaling/renewal.ts";
import { SignalSocket } from "./signaling/socket.ts";
import { NOBODY, NOTHING } from "./snapshot.ts";
import type { Bring, CallActions, CallInfo, Descriptions, Outcome, PastCall, Snapshot } from "./state.ts";
import { keepOver, overBefore, sendingBefore } from "./tab.ts";

/** Where the codec that the user chose is remembered. */
const CODEC_KEY = "codec";
/** Where it is remembered that little data is to be used. */
const SAVER_KEY = "saver";

/** Without the times, which are added here. */
type Told = OmitEach<CourseEvent, "at" | "talkedMs">;

export class CallClient implements CallActions {
  readonly #platform: Platform;
  readonly #onChange: (snapshot: Snapshot) => void;
  readonly #media: OwnMedia;
  readonly #signal: SignalSocket;
  readonly #iceServers: IceServers;
  readonly #watched = new Set<string>();
  #course: Course;
  /** What the course is told, one after the other: what comes of the first is done before the next. */
  #told: Told[] = [];
  #active: Call | null = null;
  #userId: string | null = null;
  #iceTransportPolicy: RTCIceTransportPolicy = "all";
  /** Video codecs in the order that the server is configured for, and which of them this device encodes with ease. */
  #configuredCodecs: readonly VideoCodec[] = [];
  #efficientCodecs: readonly VideoCodec[] = [];
  readonly #setTimer: (deadline: number | null) => void;
  #stopRenewal = () => {};
  #snapshot: Snapshot;

  constructor(platform: Platform, onChange: (snapshot: Snapshot) => void = () => {}) {
    this.#platform = platform;
    this.#onChange = onChange;
    this.#setTimer = deadlineTimer(platform.clock, () => this.#tell({ type: "timer" }));
    this.#course = start(overBefore(platform.storage.tab));
    this.#snapshot = NOTHING;
    this.#media = new OwnMedia(platform, {
      call: () => this.#active,
      accepted: () => this.#course.call.stage === "incoming" ? null : this.#active,
      onChange: (shown) => this.#show(shown),
    });
    this.#iceServers = new IceServers(platform, () => this.#active?.link.iceChanged());
    const codec = platform.storage.kept.get(CODEC_KEY);
    this.#snapshot = {
      ...this.#snapshot,
      ...this.#media.shown,
      codec: isVideoCodec(codec) ? codec : null,
      saver: platform.storage.kept.get(SAVER_KEY) !== null,
    };
    platform.lifecycle.onWake((why) => why === "online" && this.#active?.link.networkChanged());
    this.#signal = new SignalSocket(platform, {
      onStatus: (status) => {
        if (status !== "open") this.#stopRenewal();
        this.#active?.link.signaling(status);
        this.#tell({ type: "signaling", status });
      },
      onMessage: (message) => this.#receive(message),
    });
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Keeps `members` of a chat up to date. */
  watch(chatId: string): void {
    if (this.#watched.has(chatId)) return;
    this.#watched.add(chatId);
    if (this.#course.signaling === "open") this.#signal.send({ type: "chat:watch", chatId });
  }

  // --- Actions ---------------------------------------------------------------------------------------------------------

  call(chatId: string, media: CallMedia, to?: string, bring: Bring = "devices"): void {
    const info = {
      chatId,
      callId: this.#platform.crypto.newId(),
      role: "caller",
      media,
      peer: this.#peer(chatId, to),
    } as const;
    this.#tell({ type: "call", info, to, kinds: bring === "nothing" ? [] : kindsOf(media) });
  }

  retry(): void {
    const { problem, unplaced, checking } = this.#snapshot;
    if (unplaced !== null) return this.call(unplaced.chatId, unplaced.media, unplaced.to);
    if (!checking && !this.#isAccepted) return;
    const kinds = kindsOf("video").filter((kind) => problem?.[DEVICE_OF[kind]]);
    if (kinds.length > 0) this.#media.add(kinds);
    if (problem?.screen) this.setScreen(true);
  }

  accept(media: CallMedia): void {
    this.#tell({ type: "accept", media });
  }

  presented(): void {
    this.#tell({ type: "presented" });
  }

  decline(): void {
    this.#tell({ type: "decline" });
  }

  hangUp(): void {
    this.#tell({ type: "hang-up" });
  }

  setMicrophone(on: boolean): void {
    if (this.#isAccepted || this.#course.isChecking) this.#media.setMicrophone(on);
  }

  setCamera(on: boolean): void {
    if (this.#isAccepted) this.#media.setCamera(on);
  }

  setScreen(on: boolean): void {
    this.#media.setScreen(on);
  }

  pastCalls(chatId: string): readonly PastCall[] {
    return pastCalls(this.#platform.storage.kept, chatId);
  }

  check(on: boolean): void {
    this.#tell({ type: "check", on });
  }

  choose(kind: DeviceKind, id: string | null): void {
    this.#media.choose(kind, id);
  }

  switchCamera(): void {
    this.#media.switchCamera();
  }

  setSaver(on: boolean): void {
    this.#platform.storage.kept.set(SAVER_KEY, on ? "on" : null);
    this.#show({ saver: on });
    this.#active?.link.prefer(this.#codecsFor("caller"));
  }

  setCodec(codec: VideoCodec | null): void {
    this.#platform.storage.kept.set(CODEC_KEY, codec);
    this.#show({ codec });
    this.#active?.link.prefer(this.#codecsFor("caller"));
  }

  dismiss(): void {
    this.#media.forget();
    this.#tell({ type: "dismiss" });
  }

  dismissMissed(callId: string): void {
    this.#show({ missed: this.#snapshot.missed.filter((call) => call.callId !== callId) });
  }

  descriptions(): Descriptions | null {
    return this.#active?.link.descriptions ?? null;
  }

  /** The channel with a label in the call there is (`Link.channel`), for a feature that the other side's page has too; `null` without a call. */
  channel(label: string): Promise<Channel> | null {
    return this.#active?.link.channel(label) ?? null;
  }

  /** Hangs up where this user is in a call, and releases everything. The client is of no use afterwards. */
  close(): void {
    this.#tell({ type: "close" });
    this.#iceServers.close();
    this.#stopRenewal();
    this.#signal.close();
  }

  // --- What the server says --------------------------------------------------------------------------------------------

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcome(message);
      case "pong": {
        const { call } = this.#course;
        return this.#tell({ ...message, isUnsent: "info" in call && this.#signal.hasUnsentInitiate(call.info.callId) });
      }
      case "chat:state":
        return this.#show({ members: { ...this.#snapshot.members, [message.chatId]: message.members } });
      case "call:missed":
        return this.#missed(message);
      case "call:offer": {
        const { problem } = this.#media.shown;
        return this.#tell({ ...message, failed: kindsOf("video").filter((kind) => problem?.[DEVICE_OF[kind]]) });
      }
      case "call:state": {
        const { microphone, camera } = sendingBefore(this.#platform.storage.tab, message.callId);
        const kinds = kindsOf("video").filter((kind) => kind === "audio" ? microphone : camera);
        return this.#tell({ ...message, peer: this.#peer(message.chatId), kinds });
      }
      case "call:error": {
        const { code, callId, chatId } = message;
        if (code !== "ACCESS_DENIED" || callId !== undefined || chatId === undefined) return this.#tell(message);
        // R1: of no call, so of the chat. Should this user be let in again, `chat:state` says so.
        this.#show({ members: { ...this.#snapshot.members, [chatId]: null } });
        // The page that shows the check is another one now.
        return this.#tell({ type: "check", on: false });
      }
      case "session:expiring":
        this.#stopRenewal();
        this.#stopRenewal = renewUntilStopped(this.#platform, this.#signal);
        return;
      case "session:renewed":
        return this.#stopRenewal();
      case "call:ice-candidate":
      case "call:negotiate":
      case "call:media":
      case "call:peer":
        if (message.callId === this.#active?.info.callId) this.#pass(this.#active, message);
        return;
      case "call:ringing":
      case "call:answer":
      case "call:rejected":
      case "call:end":
        return this.#tell(message);
        // A later server's. Whatever it is called, it is nothing that this user did, or this device.
    }
  }

  #welcome(message: ServerMessages["welcome"]): void {
    const { user, iceServers, iceTtl, iceTransportPolicy, videoCodecs = [] } = message;
    this.#userId = user.id;
    this.#iceTransportPolicy = iceTransportPolicy ?? "all";
    this.#iceServers.take(iceServers, iceTtl);
    this.#configuredCodecs = videoCodecs;
    // The first question about codecs has a browser start its WebRTC, for tens of milliseconds that no call need wait for then.
    this.#platform.rtc.videoCodecs();
    this.#platform.rtc.efficientCodecs(videoCodecs).then((efficient) => this.#efficientCodecs = efficient);
    for (const chatId of this.#watched) this.#signal.sendNow({ type: "chat:watch", chatId });
    this.#tell(message);
  }

  /** What is between the two sides alone. */
  #pass(
    active: Call,
    message: ServerMessages["call:ice-candidate" | "call:negotiate" | "call:media" | "call:peer"],
  ): void {
    switch (message.type) {
      case "call:ice-candidate":
        return active.link.candidate(message.candidate);
      case "call:negotiate":
        active.link.negotiate(message.description);
        return;
      case "call:media": {
        const { audio, video, screen, step = "high" } = message;
        active.peerSends(message);
        return this.#show({ remote: { ...this.#snapshot.remote, audio, video, screen, step } });
      }
      case "call:peer":
        return active.peer(message.state);
    }
  }

  #missed({ type: _, ...missed }: ServerMessages["call:missed"]): void {
    const { chatId, callId, callerName: name, media } = missed;
    const at = this.#platform.clock.wallTime();
    const past = { role: "callee", outcome: "missed", durationMs: null, receipt: null } as const;
    keepCall(this.#platform.storage.kept, chatId, { ...past, callId, at, name, media });
    this.#show({ missed: withMissed(this.#snapshot.missed, missed) });
  }

  // --- The course of a call --------------------------------------------------------------------------------------------

  #tell(told: Told): void {
    if (this.#told.push(told) > 1) return;
    try {
      for (; this.#told.length > 0; this.#told.shift()) this.#advance(this.#told[0]!);
    } finally {
      this.#told = [];
    }
  }

  #advance(told: Told): void {
    const before = this.#course;
    const { since = null } = this.#active ?? {};
    const until = this.#talkedUntil();
    const talkedMs = since === null || until === null ? null : until - since;
    const { state, effects } = course(before, { ...told, at: this.#platform.clock.now(), talkedMs });
    this.#course = state;
    this.#setTimer(deadlineOf(state));
    for (const effect of effects) this.#do(effect);
    const { signaling, isChecking: checking, unplaced, noWebRtc } = state;
    const call = state.call === before.call ? this.#snapshot.call : phaseOf(state);
    this.#show({ call, signaling, checking, unplaced, noWebRtc });
  }

  #do(effect: CourseEffect): void {
    const active = this.#active!;
    switch (effect[0]) {
      case "start":
        return this.#start(effect[1], effect[2]);
      case "open-first":
        if (active) this.#openFirst(active, effect[1], effect[2]);
        return;
      case "open":
        this.#open(effect[1]);
        return;
      case "place":
        active.place(this.#others(active.info.chatId).length > 1 ? effect[1] : undefined);
        return;
      case "accept":
        active.link.accept(effect[1]);
        return;
      case "answered":
        return active.answered(effect[1]);
      case "repeatAnswer":
      case "synced":
        return active.link[effect[0]]();
      case "mark-ringing":
        return active.metrics.reached("ringing");
      case "send":
        return this.#signal.send(effect[1]);
      case "send-now":
        return this.#signal.sendNow(effect[1]);
      case "end":
        if (!this.#signal.withdraw(effect[1])) { for (const message of effect[2]) this.#signal.send(message); }
        return;
      case "record":
        return this.#record(active, effect[1], effect[2], effect[3]);
      case "release":
        keepOver(this.#platform.storage.tab, this.#course.over);
        this.#active?.close();
        this.#active = null;
        this.#media.release();
        this.#show({ remote: NOBODY, quality: null });
        return this.#tell({ type: "released" });
      case "forget-problem":
        return this.#media.forget();
    }
  }

  #start(info: CallInfo, as: LinkStart): void {
    const ports: CallPorts = {
      platform: this.#platform,
      ice: () => ({ iceServers: this.#iceServers.current, iceTransportPolicy: this.#iceTransportPolicy }),
      codecs: () => this.#codecsFor(info.role),
      media: this.#media,
      signal: this.#signal,
      signaling: this.#course.signaling,
      graceMs: this.#course.graceMs,
      isSaving: () => this.#snapshot.saver,
      onQuality: (quality) => this.#active === active && this.#show({ quality }),
      onRemote: ({ person: stream, screen: screenStream }) =>
        this.#show({ remote: { ...this.#snapshot.remote, stream, screenStream } }),
      onNews: (news: CallNews) => this.#active === active && this.#tell({ ...news, callId: info.callId }),
    };
    this.#active?.close();
    this.#active = null;
    let active: Call;
    try {
      active = this.#active = new Call(ports, info, as);
    } catch {
      return this.#tell({ type: "no-webrtc", callId: info.callId });
    }
    this.#show({ remote: { ...NOBODY, video: info.media === "video" } });
  }

  async #openFirst(active: Call, kinds: readonly Kind[], isEarly: boolean): Promise<void> {
    const { callId } = active.info;
    const opened = await this.#media.open(kinds, isEarly ? () => this.#tell({ type: "allowed", callId }) : undefined);
    if (opened === "superseded" || this.#active !== active) return;
    this.#tell({ type: "opened", callId, kinds, isWithheld: this.#media.isWithheld(opened) });
    await this.#media.follow(this.#active === active ? active : null, kinds, opened);
  }

  /** Opens devices for what is at hand, which goes on with those there are. */
  async #open(kinds: readonly Kind[]): Promise<void> {
    const active = this.#active;
    await this.#media.follow(active, kinds, await this.#media.open(kinds));
  }

  /** Says what the call was like to the server, which hears it for some seconds after the end, and keeps it for the user. */
  #record(active: Call, outcome: Outcome, durationMs: number | null, isAccepted: boolean): void {
    const { info: { chatId, callId, peer, role, media }, metrics, since } = active;
    if (since !== null) this.#show({ missed: withoutCallsOf(this.#snapshot.missed, peer?.id) });
    if (outcome === "answered-elsewhere" || outcome === "rejected-elsewhere") return;
    const receipt = metrics.receipt(this.#talkedUntil());
    if (isAccepted) this.#signal.send({ type: "call:receipt", chatId, callId, receipt });
    const isMissed = !isAccepted && outcome !== "declined";
    keepCall(this.#platform.storage.kept, chatId, {
      callId,
      at: this.#platform.clock.wallTime(),
      name: peer?.name ?? "",
      role,
      media,
      outcome: isMissed ? "missed" : outcome,
      durationMs,
      receipt: isAccepted ? receipt : null,
    });
  }

  // --- Small parts -----------------------------------------------------------------------------------------------------

  /** A call that this user placed, accepted, or took up again after a reload. */
  get #isAccepted(): boolean {
    return isAtHand(this.#course.call) && this.#course.call.stage !== "incoming";
  }

  /** When the two last had each other, on the monotonic clock; `null`: never. */
  #talkedUntil(): number | null {
    const { audio, video } = this.#snapshot.remote;
    return this.#active?.talkedUntil(audio || video) ?? null;
  }

  /** The caller's offer says the order; whoever answers keeps to it, unless its user chose another. */
  #codecsFor(role: CallInfo["role"]): CodecOrder {
    const { codec } = this.#snapshot;
    const insisted = codec === null ? [] : [codec];
    const all = preferredCodecs(codec, this.#configuredCodecs, this.#efficientCodecs);
    return { offered: role === "caller" ? all : insisted, insisted };
  }

  #others(chatId: string): Member[] {
    return (this.#snapshot.members[chatId] ?? []).filter(({ id }) => id !== this.#userId);
  }

  #peer(chatId: string, wanted?: string): CallInfo["peer"] {
    const others = this.#others(chatId).filter(({ id }) => wanted === undefined || id === wanted);
    return others.length === 1 ? { id: others[0]!.id, name: others[0]!.name } : null;
  }

  #show(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#onChange(this.#snapshot);
  }
}
