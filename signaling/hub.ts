/**
 * The hub: the one place a message goes through. Membership, then the arbiter, then delivery. It owns no socket; what it
 * knows of one is a port.
 */

import { CLOSE, PROTOCOL_VERSION } from "../shared/constants.ts";
import type {
  ClientMessage,
  ClientMessages,
  ErrorCode,
  Member,
  Parsed,
  ServerMessage,
  ServerMessages,
  VideoCodec,
} from "../shared/protocol.ts";
import { advance, hasOpened, nextDeadline } from "./call.ts";
import { type Fact, missedMessage } from "./call_facts.ts";
import {
  type CallEvent,
  type CallRules,
  type ChatCalls,
  type Endpoint,
  isIn,
  MEMORY_MS,
  NO_CALLS,
  type Sender,
  usersOf,
} from "./call_state.ts";
import { Chats, membersWithPresence } from "./chats.ts";
import type { Session } from "./guests.ts";
import { type CallRef, Lifetime, maySay, RECEIPT_MS } from "./lifetime.ts";
import { type Admission, Buckets, INITIATIONS } from "./limits.ts";
import { CallCounts, type Figures } from "./metrics.ts";
import { MissedCalls } from "./missed.ts";
import { NewestTokens } from "./newest.ts";
import { type Device, type Place, type Port, Presence } from "./presence.ts";
import type { Receipts } from "./receipts.ts";

/** R14: for so long after its start, beyond the grace, a server takes clients' word for calls it does not know, in ms. */
const RECOVERY_MS = 60_000;

/**
 * R12: the grace of a page that said it goes, in ms, unless the whole grace is shorter. A page that is only reloaded says so too: it
 * is back within one or two seconds, and on a slow phone network within four.
 */
const LEAVING_GRACE_MS = 5_000;

/** Chats kept in memory, and how long an unused one is kept (R18). */
const MAX_CHATS = 100_000;
const MAX_CHATS_OF_USER = 64;
const CHAT_IDLE_MS = 7 * 24 * 3600 * 1000;

/** Time and chance are handed in. */
export interface HubOptions extends CallRules {
  /** How many may join a chat by its link. */
  readonly chatCapacity: number;
  /** How often clients should send `ping`, in ms. */
  readonly pingMs: number;
  /** STUN and TURN servers for one user. */
  ice(userId: string): Pick<ServerMessages["welcome"], "iceServers" | "iceTtl" | "iceTransportPolicy">;
  /** Video codecs in the order that clients should prefer. */
  readonly videoCodecs: VideoCodec[];
  /** Monotonic time in ms. */
  now(): number;
  /** Wall clock in ms since 1970, for what tokens say. */
  clock(): number;
  newId(): string;
  /** Watches what becomes of calls, where somebody wants to know. */
  readonly receipts: Receipts | null;
  /** Message types and ids only: never SDP, candidates, tokens or addresses. */
  log(event: string, fields: Record<string, string>): void;
}

/** One connected socket's way into the hub. */
export interface Connection {
  /** R18: counts what was parsed. */
  admit(parsed: Parsed): Admission;
  /** Takes a message that was parsed and is within limits: the how manieth `frame` of the socket it is, from 1. */
  receive(message: HubMessage, frame: number): void;
  /** R20: takes the session of another token; `null`: one that is not believed. */
  renew(session: Session | null): void;
  /** R17: candidates were left out of what this device sent, for these reasons. It is not told: the call is none the worse. */
  note(dropped: readonly string[]): void;
  /** The socket is gone. Idempotent; harmless once another socket took the device over. */
  drop(): void;
}

/** A message that the hub deals with; a token is verified before it gets here. */
type HubMessage = Exclude<ClientMessage, ClientMessages["session:renew"]>;

type Timer = ReturnType<typeof setTimeout>;

/** For a socket that opened too late. */
const NOBODY: Connection = { admit: () => ({ do: "drop" }), receive() {}, renew() {}, note() {}, drop() {} };

export class Hub {
  readonly #options: HubOptions;
  readonly #startedAt: number;
  readonly #chats: Chats;
  readonly #presence = new Presence();
  readonly #calls = new Map<string, ChatCalls>();
  /** R9: the chats in which a user is in a call; at most one, except where a call and a missed deadline cross. */
  readonly #inCall = new Map<string, Set<string>>();
  readonly #timers = new Map<string, Timer>();
  readonly #graces = new Map<Device, Timer>();
  readonly #initiations = new Buckets(INITIATIONS);
  #messages = 0;
  readonly #counts = new CallCounts();
  #leaving = false;
  readonly #newest: NewestTokens;
  readonly #missed = new MissedCalls();

  constructor(options: HubOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#newest = new NewestTokens(options.now);
    this.#chats = new Chats({
      capacity: options.chatCapacity,
      maxChats: MAX_CHATS,
      chatsOfUser: MAX_CHATS_OF_USER,
      idleMs: CHAT_IDLE_MS,
      onLeave: (chatId, user) => this.#leave(chatId, user),
      isInUse: (chatId) => this.members(chatId).some(({ online }) => online),
    });
  }

  /** A verified token was seen: its chats exist, with this user in them. */
  admit(session: Session): void {
    for (const chatId of this.#admit(session)) this.#tellWatchers(chatId);
  }

  /** R20: a newer token of a user was seen. Their open sockets, or the one of `device`, go on with it. */
  renew(session: Session, device?: Device): void {
    this.admit(session);
    for (const { life, port } of device ? [device] : this.#presence.devices(session.userId)) {
      const isLater = life?.renew(session.expiresAt);
      if (life && port && (isLater || device)) port.send({ type: "session:renewed", expiresInMs: life.expiresInMs });
    }
  }

  /** R20: the chat of the connected call that a user, or one device of theirs, is in; `null` where there is none. */
  talksIn(userId: string, deviceId?: string): string | null {
    for (const chatId of this.#inCall.get(userId) ?? []) {
      const call = this.#calls.get(chatId)?.call;
      if (call?.state !== "connected") continue;
      if (deviceId === undefined || isIn(call, { user: userId, device: deviceId })) return chatId;
    }
    return null;
  }

  /** The user's seat is free from now on (`at`, in ms since 1970). Ends their call there, as R12 says. */
  free(chatId: string, userId: string, at: number): void {
    this.#chats.free(chatId, userId, at);
    this.#tellWatchers(chatId);
  }

  /** Who made the chat, and may free its seats; `null` where that is not known, or they left. */
  maker(chatId: string): string | null {
    return this.#chats.maker(chatId);
  }

  /**
   * The chats of a user: those of their token, but for those they left since, and those they joined since on another device; or, a host
   * application's user, those that a newer token took away and gave.
   */
  chatsOf({ userId, chats }: Pick<Session, "userId" | "chats">): string[] {
    const now = this.#chats.chatsOf(userId);
    return [...chats.filter((id) => now.has(id)), ...[...now].filter((id) => !chats.includes(id))];
  }

  /** How many may join a chat by its link. */
  get capacity(): number {
    return this.#options.chatCapacity;
  }

  /** What the server is doing, and has done since it started. */
  figures(): Figures {
    const calls = [...this.#calls.values()].flatMap(({ call }) => call ?? []);
    const connected = calls.filter(({ state }) => state === "connected").length;
    return {
      sockets: [...this.#presence.ports()].length,
      users: this.#presence.size,
      chats: this.#chats.size,
      ringing: calls.length - connected,
      connected,
      messages: this.#messages,
      ...this.#counts.figures(),
    };
  }

  /** R1: gives a seat in a chat; false where it is full or unknown. */
  join(chatId: string, session: Session): boolean {
    if (!this.#chats.join(chatId, session.userId, session.name, this.#options.now())) return false;
    this.#tellWatchers(chatId);
    return true;
  }

  members(chatId: string): Member[] {
    return membersWithPresence(this.#chats, this.#presence, chatId);
  }

  /** Keeps a place for a socket that is about to open, to be given back by `forgo`, or says why not. */
  expect(userId: string, deviceId: string): Place | "leaving" | "too-many-devices" {
    if (this.#leaving) return "leaving";
    return this.#presence.expect(userId, deviceId) ?? "too-many-devices";
  }

  /** The socket that was expected has opened, or will not. */
  forgo(place: Place): void {
    this.#presence.forgo(place);
  }

  /** R19: takes no more sockets. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  /**
   * A socket opened for a user whose token was verified, or who `talksIn` a call that outlived it. A second socket of the same device
   * takes the first one's place.
   */
  connect(session: Session, deviceId: string, page: string | null, port: Port): Connection {
    const { userId } = session;
    if (this.#leaving) {
      port.close(CLOSE.restart, "The server restarts");
      return NOBODY;
    }
    const hasExpired = session.expiresAt <= this.#options.clock();
    // Membership is what a token says that is believed still.
    const news = hasExpired ? [] : this.#admit(session);
    const wasOnline = this.#presence.isOnline(userId);
    const device = this.#presence.enter(userId, deviceId, this.#options.now());
    const reloaded = device.page !== null && page !== null && device.page !== page;
    const replaced = device.port;
    clearTimeout(this.#graces.get(device));
    this.#graces.delete(device);
    device.port = port;
    device.life?.close();
    device.life = this.#lifetime({ user: userId, device: deviceId }, port, session.expiresAt);
    device.page = page ?? device.page;
    replaced?.close(CLOSE.replaced, "Replaced by a newer socket of this device");

    const { ringTimeoutMs, graceMs, pingMs, ice, videoCodecs } = this.#options;
    const user = { id: userId, name: session.name };
    port.send({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      deviceId,
      user,
      ...ice(userId),
      ringTimeoutMs,
      graceMs,
      pingMs,
      videoCodecs,
    });
    for (const missed of hasExpired ? [] : this.#missed.take(userId)) port.send(missed);

    const from = { user: userId, device: deviceId };
    for (const chatId of [...this.#inCall.get(userId) ?? []]) {
      this.#advance(chatId, { type: "connect", now: this.#options.now(), from, reloaded });
    }
    for (const chatId of wasOnline ? news : this.#chats.chatsOf(userId)) this.#tellWatchers(chatId);
    return {
      admit: (parsed) => {
        const admission = device.rates.admit(parsed, this.#options.now());
        if (admission.do === "refuse" && parsed.ok && parsed.message !== null) {
          this.#refused(from, device, parsed.message);
        }
        return admission;
      },
      receive: (message, frame) => this.#receive(from, device, message, frame),
      renew: (session) => {
        if (session?.userId === userId) return this.renew(session, device);
        port.send({ type: "call:error", code: "ACCESS_DENIED", message: "Access denied" });
      },
      note: (dropped) => this.#noteDropped(from, dropped.length, [...new Set(dropped)].join("; ")),
      drop: () => {
        if (device.port === port) this.#drop(from, device, this.#options.graceMs);
      },
    };
  }

  /** Ends every call that still rings (R19) and every socket and timer. */
  close(): void {
    this.#leaving = true;
    for (const chatId of [...this.#calls.keys()]) {
      this.#advance(chatId, { type: "shutdown", now: this.#options.now() });
    }
    for (const { life, port } of this.#presence.everyDevice()) {
      life?.close();
      port?.close(CLOSE.restart, "The server restarts");
    }
    for (const timer of [...this.#timers.values(), ...this.#graces.values()]) clearTimeout(timer);
    this.#timers.clear();
    this.#graces.clear();
  }

  /** The chats in which a session's user, or their name, is new. */
  #admit({ chats, own, userId, name, isGuest, issuedAt }: Session): string[] {
    const now = this.#options.now();
    // A host application's newest token says all; a guest may have joined since with another one.
    const age = isGuest ? null : this.#newest.see(userId, issuedAt);
    if (age === "older") return [];
    const left = age !== "newest" ? [] : [...this.#chats.chatsOf(userId)].filter((chatId) => !chats.includes(chatId));
    for (const chatId of left) {
      this.#chats.leave(chatId, userId);
      this.#tellWatchers(chatId);
    }
    const since = isGuest ? issuedAt : undefined;
    const news = chats.filter((chatId) => this.#chats.admit(chatId, userId, name, now, since));
    for (const chatId of own ?? []) this.#chats.setMaker(chatId, userId);
    return news;
  }

  /**
   * The user stops being a member: their call there ends, and devices of theirs that watch the chat are told. They go on watching: of
   * what happens there they hear again once the user is let in again.
   */
  #leave(chatId: string, user: string): void {
    this.#advance(chatId, { type: "leave", now: this.#options.now(), user });
    for (const { port, watching } of this.#presence.devices(user).filter(isValid)) {
      if (port !== null && watching.has(chatId)) sendError(port, { chatId }, "ACCESS_DENIED", "Access denied");
    }
  }

  // --- Messages --------------------------------------------------------------------------------------------------------

  /** R18: what opens a side of a call is refused for its rate, and comes again; one that is open stays so. */
  #refused(from: Endpoint, device: Device, message: ClientMessage): void {
    const isOpening = message.type === "call:initiate" || message.type === "call:answer";
    if (!isOpening || message.callId === undefined || this.#isRepeat(from, message)) return;
    device.unopened = message.callId;
  }

  /** R11: whether a message opens what this device has open already. */
  #isRepeat(from: Endpoint, message: ClientMessages["call:initiate" | "call:answer"]): boolean {
    return hasOpened(this.#calls.get(message.chatId)?.call ?? null, from, message);
  }

  /** R18: whether a message follows one that opens its side of the call, and that was refused: then it comes again with that. */
  #isTooEarly(device: Device, message: ClientMessage): boolean {
    if (!("callId" in message) || message.callId === undefined || message.callId !== device.unopened) return false;
    if (["call:ice-candidate", "call:media", "call:negotiate"].includes(message.type)) return true;
    device.unopened = null;
    return false;
  }

  #receive(endpoint: Endpoint, device: Device, message: HubMessage, frame: number): void {
    device.life?.catchUp();
    const { port, life } = device;
    if (port === null || life === null || this.#isTooEarly(device, message)) return;
    this.#messages++;
    const reason = "reason" in message ? message.reason : undefined;
    this.#options.log("message", { type: message.type, ...(reason === undefined ? {} : { reason }), ...endpoint });
    if (message.type === "ping") return port.send({ type: "pong" });
    if (message.type === "device:leaving") {
      this.#drop(endpoint, device, Math.min(LEAVING_GRACE_MS, this.#options.graceMs));
      return port.close(CLOSE.normal, "The page leaves");
    }
    const name = this.#chats.members(message.chatId).get(endpoint.user);
    if (name === undefined) {
      return sendError(port, message, "ACCESS_DENIED", "Access denied");
    }
    if (!maySay(life.life, message, this.#calls.get(message.chatId)?.call ?? null)) {
      return sendError(port, message, "SESSION_EXPIRED", "The session has expired: only the call in it goes on");
    }
    const from = { ...endpoint, name };
    switch (message.type) {
      case "chat:watch":
        device.watching.add(message.chatId);
        return port.send(this.#chatState(message.chatId));
      case "call:initiate":
        return this.#initiate(from, device, message, frame);
      case "call:resume": {
        const now = this.#options.now();
        const busy = [...this.#inCall.get(from.user) ?? []].some((chatId) => chatId !== message.chatId);
        const isRecovering = now - this.#startedAt < this.#options.graceMs + RECOVERY_MS;
        return this.#advance(message.chatId, { type: "resume", now, from, message, busy, isRecovering });
      }
      case "call:receipt": {
        const { candidatesDropped = 0 } = message.receipt;
        if (candidatesDropped > 0) this.#noteDropped(endpoint, candidatesDropped, "not taken by the browser");
        this.#options.receipts?.accept(from, message);
        if (life.life.state === "leaving") life.leave(0);
        return;
      }
      default:
        return this.#advance(message.chatId, { type: "message", now: this.#options.now(), from, message });
    }
  }

  /** R17: some candidates did not reach ICE; for whoever looks for the reason of a call that found no path. */
  #noteDropped({ user, device }: Endpoint, dropped: number, why: string): void {
    this.#options.log("candidates-dropped", { count: String(dropped), why, user, device });
  }

  #initiate(from: Sender, device: Device, message: ClientMessages["call:initiate"], frame: number): void {
    const port = device.port!;
    const retryAfterMs = this.#isRepeat(from, message) ? 0 : this.#initiations.take(from.user, this.#options.now());
    if (retryAfterMs > 0) {
      this.#refused(from, device, message);
      const more = { retryAfterMs, refused: message.type, frame };
      return sendError(port, message, "RATE_LIMITED", "Too many calls in a minute", more);
    }
    const { chatId } = message;
    const others = [...this.#chats.members(chatId).keys()].filter((user) => user !== from.user);
    if (message.to !== undefined && !others.includes(message.to)) {
      return sendError(port, message, "INVALID_MESSAGE", "to: expected another member of this chat");
    }
    if (message.to === undefined && others.length > 1) {
      return sendError(port, message, "INVALID_MESSAGE", "to: expected, since this chat has several other members");
    }
    const callee = message.to ?? others[0] ?? null;
    const devices = callee === null ? [] : this.#presence.devices(callee);
    this.#advance(chatId, {
      type: "initiate",
      now: this.#options.now(),
      from,
      name: from.name,
      message,
      callId: message.callId ?? this.#options.newId(),
      callee,
      // R20: a device that leaves with its token rings when it is back with another.
      devices: devices.map((device) => ({ device: device.id, connected: device.port !== null && isValid(device) })),
      callerBusy: this.#inCall.has(from.user),
      calleeBusy: callee !== null && this.#inCall.has(callee),
    });
  }

  /** R12: a socket is gone; the device stays for its grace. */
  #drop(from: Endpoint, device: Device, graceMs: number): void {
    device.port = null;
    device.life?.close();
    device.life = null;
    device.watching.clear();
    const leave = () => {
      this.#graces.delete(device);
      this.#presence.leave(from.user, from.device);
      if (this.#presence.isOnline(from.user)) return;
      for (const chatId of this.#chats.chatsOf(from.user)) this.#tellWatchers(chatId);
    };
    this.#graces.set(device, setTimeout(leave, graceMs));
    for (const chatId of [...this.#inCall.get(from.user) ?? []]) {
      this.#advance(chatId, { type: "drop", now: this.#options.now(), from, graceMs });
    }
  }

  // --- Tokens that expire (R20) ------------------------------------------------------------------------------------------

  #lifetime(endpoint: Endpoint, port: Port, expiresAt: number): Lifetime {
    const callOf = (): CallRef | null => {
      const calls = [...this.#inCall.get(endpoint.user) ?? []].map((chatId) => this.#calls.get(chatId)?.call);
      return calls.find((call) => call && isIn(call, endpoint)) ?? null;
    };
    return new Lifetime(expiresAt, {
      clock: this.#options.clock,
      call: callOf,
      onNotice: (expiresInMs) => port.send({ type: "session:expiring", expiresInMs }),
      onEnd: () => {
        const chatId = callOf()?.chatId;
        // It outlived its token for as long as a call may.
        if (chatId) this.#advance(chatId, { type: "leave", now: this.#options.now(), user: endpoint.user });
        port.expel(CLOSE.expired, "The token has expired");
      },
    });
  }

  /** Whose token expired in a call that they are not in any more have nothing to stay for but its receipt. */
  #dismiss({ chatId, callId }: CallRef, user: string): void {
    const call = this.#calls.get(chatId)?.call ?? null;
    for (const { id, life } of this.#presence.devices(user)) {
      if (life?.life.state !== "expired" || life.life.call.callId !== callId) continue;
      if (call === null || !isIn(call, { user, device: id })) life.leave(this.#options.receipts ? RECEIPT_MS : 0);
    }
  }

  // --- Calls -----------------------------------------------------------------------------------------------------------

  #advance(chatId: string, event: CallEvent): void {
    const before = this.#calls.get(chatId) ?? NO_CALLS;
    const { chat: after, deliveries, facts } = advance(before, event, this.#options);
    this.#keep(chatId, before, after);
    for (const { to, message } of deliveries) this.#presence.get(to.user, to.device)?.port?.send(message);
    for (const fact of facts) this.#tell(fact);
  }

  /** Who wants to know what happens in calls. */
  #tell(fact: Fact): void {
    const { chatId } = fact.call;
    this.#counts.observe(fact);
    this.#options.receipts?.observe(fact, (userId) => this.#chats.members(chatId).get(userId) ?? "");
    if (fact.type === "missed") this.#tellMissed(fact);
    const isLeft = fact.type === "unable" || fact.type === "answered" || fact.type === "ended";
    if (isLeft) { for (const user of this.#chats.members(chatId).keys()) this.#dismiss(fact.call, user); }
    const isSeen = fact.type === "placed" || fact.type === "answered" || fact.type === "resumed" ||
      fact.type === "ended";
    if (isSeen) this.#tellWatchers(chatId);
  }

  #keep(chatId: string, before: ChatCalls, after: ChatCalls): void {
    if (before.call !== after.call) {
      for (const user of before.call === null ? [] : usersOf(before.call)) {
        const chats = this.#inCall.get(user);
        chats?.delete(chatId);
        if (chats?.size === 0) this.#inCall.delete(user);
      }
      for (const user of after.call === null ? [] : usersOf(after.call)) {
        this.#inCall.set(user, (this.#inCall.get(user) ?? new Set()).add(chatId));
      }
    }
    this.#calls.set(chatId, after);
    this.#schedule(chatId, after);
  }

  /** One timer a chat: for the call's next deadline, or for forgetting what was remembered of the last one. */
  #schedule(chatId: string, chat: ChatCalls): void {
    clearTimeout(this.#timers.get(chatId));
    this.#timers.delete(chatId);
    const deadline = nextDeadline(chat);
    if (deadline === null && chat.memory.length === 0) {
      if (chat.call === null) this.#calls.delete(chatId);
      return;
    }
    const delay = deadline === null ? MEMORY_MS : Math.max(0, deadline - this.#options.now());
    const tick = () => this.#advance(chatId, { type: "tick", now: this.#options.now() });
    this.#timers.set(chatId, setTimeout(tick, delay + 1));
  }

  // --- What happens is told ------------------------------------------------------------------------------------------

  /** R3, R20: on every device of the callee that may hear of all chats, or, where there is none, on the next to come. */
  #tellMissed(fact: Fact & { type: "missed" }): void {
    const message = missedMessage(fact);
    const ports = this.#presence.devices(fact.callee).filter(isValid).flatMap(({ port }) => port ?? []);
    for (const port of ports) port.send(message);
    if (ports.length === 0) this.#missed.keep(fact.callee, message);
  }

  #chatState(chatId: string): ServerMessage {
    const call = this.#calls.get(chatId)?.call;
    const current = call ? { call: { state: call.state } } : {};
    return { type: "chat:state", chatId, members: this.members(chatId), ...current };
  }

  #tellWatchers(chatId: string): void {
    const message = this.#chatState(chatId);
    for (const userId of this.#chats.members(chatId).keys()) {
      for (const { port, life, watching } of this.#presence.devices(userId)) {
        if (watching.has(chatId) && life && maySay(life.life, { type: "chat:watch", chatId }, null)) {
          port?.send(message);
        }
      }
    }
  }
}

/** Its token speaks for more than one call (R20). */
function isValid({ life }: Device): boolean {
  return life?.life.state === "valid";
}

function sendError(
  port: Port,
  { chatId, callId }: { chatId: string; callId?: string | undefined },
  code: ErrorCode,
  message: string,
  more: Pick<ServerMessages["call:error"], "retryAfterMs" | "refused" | "frame"> = {},
) {
  port.send({ type: "call:error", code, message, chatId, ...(callId === undefined ? {} : { callId }), ...more });
}
