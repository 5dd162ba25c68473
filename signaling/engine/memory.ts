/** The engine in this process's memory: every step comes out before `submit` returns, and no promise is made. */

import type { ErrorCode } from "../../shared/protocol/errors.ts";
import type { Member, ServerMessages } from "../../shared/protocol/server_messages.ts";
import { advance } from "../call/advance.ts";
import { hasOpened } from "../call/placing.ts";
import { type Fact, missedMessage } from "../call/facts.ts";
import { type Call, type CallEvent, type Delivery, isIn, type RingingCall } from "../call/state.ts";
import type { Endpoint, Sender } from "../call/parties.ts";
import { to } from "../call/steps.ts";
import { Buckets, INITIATIONS } from "../limits.ts";
import { maySay } from "../identity/lifetime.ts";
import { CallTable } from "./calls.ts";
import { Deadlines } from "./deadlines.ts";
import type {
  CallRef,
  ChatMessage,
  DeviceFact,
  Engine,
  EngineEvent,
  EngineOptions,
  Gauges,
  Membership,
  Reservation,
  Step,
  StepReceiver,
} from "./engine.ts";
import { Entries } from "./entries.ts";
import { inOrder } from "./in_order.ts";
import { Members } from "./members.ts";
import { type Initiate, placing } from "./placing.ts";
import { type Device, Presence } from "./presence.ts";
import { UsedPasses } from "./used_passes.ts";

/** R14: for so long after its start, beyond the grace, a server takes clients' word for calls it does not know, in ms. */
const RECOVERY_MS = 60_000;

const NOTHING = { deliveries: [], facts: [], state: null };

export class MemoryEngine implements Engine {
  readonly #options: EngineOptions;
  /** `at`: now, where that is not said. */
  readonly #emit: (step: Omit<Step, "at"> & Partial<Step>) => void;
  #startedAt: number;
  readonly #deadlines: Deadlines;
  readonly #members: Members;
  readonly #presence = new Presence();
  readonly #calls: CallTable;
  readonly #initiations = new Buckets(INITIATIONS);
  readonly #usedPasses = new UsedPasses();
  readonly #entries: Entries;
  /** Chats that somebody looks at. */
  readonly #watched = new Set<string>();

  /** `deadlines`: another's, who makes them fire. */
  constructor(options: EngineOptions, receive: StepReceiver, deadlines = new Deadlines(options.now)) {
    this.#options = options;
    this.#entries = new Entries(options);
    const emit = inOrder((step) => receive(step, true));
    this.#emit = (step) => emit({ at: this.#now(), ...step });
    this.#startedAt = options.now();
    this.#deadlines = deadlines;
    this.#calls = new CallTable(this.#deadlines, (chatId) => this.#advance(chatId, { type: "tick", now: this.#now() }));
    this.#members = new Members({
      capacity: options.chatCapacity,
      now: options.now,
      isOnline: (userId) => this.#presence.isOnline(userId),
      onLeave: (chatId, user) => {
        this.#advance(chatId, { type: "leave", now: this.#now(), user });
        this.#emit({ ...NOTHING, chatId, facts: [{ type: "left", user }] });
      },
    });
  }

  submit(event: EngineEvent): void {
    switch (event.type) {
      case "message":
        return this.#hear(event.from, event.message, event.frame);
      case "connect":
        return this.#connect(event.from, event.membership, event.page);
      case "drop":
        return this.#drop(event.from, event.graceMs);
      case "token":
        return this.#tellChanges(this.#members.admit(event.membership));
      case "free":
        this.#members.free(event.chatId, event.userId, event.at);
        return this.#tellChange(event.chatId);
      case "restrict": {
        const device = this.#presence.get(event.from);
        if (device !== undefined) device.restriction = event.call;
        return;
      }
      case "outlived": {
        const call = this.callOf(event.from);
        if (call !== null) this.#advance(call.chatId, { type: "leave", now: this.#now(), user: event.from.user });
        return;
      }
      case "unreached":
      case "decline": {
        const { chatId, ...rest } = event;
        return this.#advance(chatId, { ...rest, now: this.#now() });
      }
      case "unwatch":
        this.#watched.delete(event.chatId);
        return;
      case "shutdown":
        for (const chatId of this.#calls.chats()) this.#advance(chatId, { type: "shutdown", now: this.#now() });
    }
  }

  join(chatId: string, member: Pick<Membership, "userId" | "name">): boolean {
    const hasSeat = this.#members.join(chatId, member);
    if (hasSeat) this.#tellChange(chatId);
    return hasSeat;
  }

  usePass(id: string, expiresAt: number): boolean {
    return this.#usedPasses.use(id, expiresAt, this.#now());
  }

  keepEntry(token: string): string {
    return this.#entries.keep(token);
  }

  takeEntry(key: string): string | null {
    return this.#entries.take(key);
  }

  reserve(device: Endpoint, forMs: number): Reservation | null {
    const now = this.#now();
    return this.#presence.reserve(device, now, now + forMs);
  }

  release(reservation: Reservation): void {
    this.#presence.release(reservation);
  }

  members(chatId: string): Member[] {
    return this.#members.of(chatId);
  }

  chatsOf(userId: string): ReadonlySet<string> {
    return this.#members.chatsOf(userId);
  }

  maker(chatId: string): string | null {
    return this.#members.maker(chatId);
  }

  callOf(device: Endpoint): CallRef | null {
    return refOf(this.#calls.callOf(device));
  }

  talksIn(userId: string, deviceId?: string): CallRef | null {
    if (deviceId !== undefined) {
      const call = this.#calls.callOf({ user: userId, device: deviceId });
      return call?.state === "connected" ? refOf(call) : null;
    }
    const calls = this.#calls.chatsOf(userId).map((chatId) => this.#calls.current(chatId));
    return refOf(calls.find((call) => call?.state === "connected") ?? null);
  }

  ringing(chatId: string, callId: string): RingingCall | null {
    const call = this.#calls.current(chatId);
    return call?.state === "ringing" && call.callId === callId ? call : null;
  }

  gauges(): Gauges {
    return { users: this.#presence.size, chats: this.#members.size, ...this.#calls.gauges() };
  }

  storeFigures(): null {
    return null;
  }

  unavailability(): null {
    return null;
  }

  settled(): void {}

  isSpokesman(): boolean {
    return true;
  }

  close(): void {
    this.#deadlines.close();
  }

  /** Whether a token says anything that is not known. */
  isNews(membership: Membership): boolean {
    return this.#members.isNews(membership);
  }

  /** The calls that go on, or ring. */
  calls(): Call[] {
    return this.#calls.all();
  }

  /** All that it knows, as plain data: what `restore` makes the same engine of. But for what is one process's own. */
  dump() {
    return {
      startedAt: this.#startedAt,
      members: this.#members.dump(),
      presence: this.#presence.dump(),
      calls: this.#calls.dump(),
      initiations: this.#initiations.dump(),
      usedPasses: this.#usedPasses.dump(),
    };
  }

  /** To be called once, on a new engine. */
  restore({ startedAt, members, presence, calls, initiations, usedPasses }: EngineDump): void {
    this.#startedAt = startedAt;
    this.#members.restore(members);
    this.#initiations.restore(initiations);
    this.#usedPasses.restore(usedPasses);
    const due = [
      ...this.#presence.restore(presence, (device) => this.#forget(device)),
      ...this.#calls.restore(calls),
    ];
    // In the order that they had, so that of those for one time the same ones come first.
    for (const { deadline, at } of due.sort((a, b) => a.slot - b.slot)) this.#deadlines.set(deadline, at);
  }

  // --- Devices that come and go --------------------------------------------------------------------------------------

  #connect(from: Endpoint, membership: Membership | null, page: string | null): void {
    if (!this.#presence.hasRoom(from)) {
      return this.#emit({ ...NOTHING, chatId: null, facts: [{ type: "crowded", device: from }] });
    }
    const { page: pageBefore = null } = this.#presence.get(from) ?? {};
    const reloaded = pageBefore !== null && page !== null && pageBefore !== page;
    const calls = this.#calls.on(from, reloaded);
    this.#emit({ ...NOTHING, chatId: null, facts: [{ type: "connected", device: from, calls }] });
    const untold = calls.filter(({ chatId }) => !isIn(this.#calls.current(chatId)!, from));
    const news = membership === null ? [] : this.#members.admit(membership);
    for (const call of untold) this.#tellOver(from, call);
    const wasOnline = this.#presence.isOnline(from.user);
    const device = this.#presence.enter(from, (device) => this.#forget(device));
    device.isConnected = true;
    device.restriction = membership === null ? this.callOf(from) : null;
    device.page = page ?? device.page;
    this.#deadlines.set(device.grace, null);

    for (const chatId of this.#calls.chatsOf(from.user)) {
      this.#advance(chatId, { type: "connect", now: this.#now(), from, reloaded });
    }
    this.#tellChanges(wasOnline ? news : this.chatsOf(from.user));
  }

  /** A call that was named to a device which had no part in it yet ended with what its token says: nobody else tells it so. */
  #tellOver(from: Endpoint, { chatId, callId }: CallRef): void {
    if (this.#calls.current(chatId)?.callId === callId) return;
    const end = to(from, { type: "call:end", chatId, callId, reason: "failed" });
    this.#emit({ ...NOTHING, chatId, deliveries: [end] });
  }

  /** R12: a socket is gone; the device stays for its grace. */
  #drop(from: Endpoint, graceMs: number): void {
    const device = this.#presence.get(from);
    if (device === undefined || !device.isConnected) return;
    device.isConnected = false;
    this.#deadlines.set(device.grace, this.#now() + graceMs);
    for (const chatId of this.#calls.chatsOf(from.user)) {
      this.#advance(chatId, { type: "drop", now: this.#now(), from, graceMs });
    }
  }

  #forget({ user, device }: Device): void {
    this.#presence.leave({ user, device });
    this.#emit({ ...NOTHING, chatId: null, facts: [{ type: "gone", device: { user, device } }] });
    if (!this.#presence.isOnline(user)) this.#tellChanges(this.chatsOf(user));
  }

  // --- Messages ------------------------------------------------------------------------------------------------------

  #hear(from: Endpoint, message: ChatMessage, frame: number): void {
    const { chatId } = message;
    const name = this.#members.nameOf(chatId, from.user);
    if (name === undefined) return this.#refuse(from, message, "ACCESS_DENIED", "Access denied");
    const restriction = this.#presence.get(from)?.restriction ?? null;
    if (restriction !== null && !maySay(restriction, message, this.#calls.current(chatId))) {
      return this.#refuse(from, message, "SESSION_EXPIRED", "The session has expired: only the call in it goes on");
    }
    const sender = { user: from.user, device: from.device, name };
    switch (message.type) {
      case "chat:watch":
        this.#watched.add(chatId);
        return this.#emit({
          ...NOTHING,
          chatId,
          deliveries: [to(from, this.#stateOf(chatId))],
          facts: [{ type: "watched", device: from }],
        });
      case "call:receipt":
        return this.#emit({ ...NOTHING, chatId, facts: [{ type: "measured", device: from, message }] });
      case "call:missed-seen": {
        const { chatId, callId } = message;
        const others = this.#presence.reachable(from.user).filter(({ device }) => device !== from.device);
        const deliveries = others.map((device) => to(device, { type: "call:missed-seen", chatId, callId }));
        return this.#emit({ ...NOTHING, chatId, deliveries, facts: [{ type: "seen", device: from, message }] });
      }
      case "call:initiate":
        return this.#initiate(sender, message, frame);
      case "call:resume": {
        const now = this.#now();
        const busy = this.#calls.isBusyOutside(from.user, chatId);
        const isRecovering = now - this.#startedAt < this.#options.graceMs + RECOVERY_MS;
        return this.#advance(chatId, { type: "resume", now, from: sender, message, busy, isRecovering });
      }
      default:
        return this.#advance(chatId, { type: "message", now: this.#now(), from: sender, message });
    }
  }

  #initiate(from: Sender, message: Initiate, frame: number): void {
    const now = this.#now();
    const isRepeat = hasOpened(this.#calls.current(message.chatId), from, message);
    const retryAfterMs = isRepeat ? 0 : this.#initiations.take(from.user, now);
    if (retryAfterMs > 0) {
      const more = { retryAfterMs, refused: message.type, frame };
      const fact = { type: "limited", device: from, callId: message.callId } as const;
      return this.#refuse(from, message, "RATE_LIMITED", "Too many calls in a minute", more, [fact]);
    }
    const callId = message.callId ?? this.#options.newId();
    const event = placing(
      { from, message, callId, now },
      this.#members,
      this.#presence,
      this.#calls,
      this.#options.push,
    );
    if (typeof event === "string") return this.#refuse(from, message, "INVALID_MESSAGE", event);
    this.#advance(message.chatId, event);
  }

  #refuse(
    from: Endpoint,
    { chatId, callId }: { chatId: string; callId?: string | undefined },
    code: ErrorCode,
    message: string,
    more: Pick<ServerMessages["call:error"], "retryAfterMs" | "refused" | "frame"> = {},
    facts: readonly DeviceFact[] = [],
  ): void {
    const about = { chatId, ...(callId === undefined ? {} : { callId }) };
    const error = to(from, { type: "call:error", code, message, ...about, ...more });
    this.#emit({ ...NOTHING, chatId, deliveries: [error], facts });
  }

  // --- Steps ---------------------------------------------------------------------------------------------------------

  #advance(chatId: string, event: CallEvent): void {
    const at = event.now;
    const before = this.#calls.get(chatId);
    const { chat, deliveries, facts } = advance(before, event, this.#options);
    // What goes from one side to the other changes nothing, as a rule.
    if (chat !== before) this.#calls.keep(chatId, chat, facts);
    if (facts.length === 0) {
      if (deliveries.length > 0) this.#emit({ chatId, at, deliveries, facts, state: null });
      return;
    }
    const missed = facts.flatMap((fact) => fact.type === "missed" ? this.#tellMissed(fact, before.call, at) : []);
    const state = facts.some(isSeen) ? this.#changedState(chatId) : null;
    this.#emit({ chatId, at, deliveries: [...deliveries, ...missed], facts, state });
  }

  /** R3, R20: on every device of the callee that may hear of all chats; those to come are told by whoever keeps missed calls. */
  #tellMissed(fact: Fact & { type: "missed" }, call: Call | null, at: number): Delivery[] {
    const rang = call?.state === "ringing" && call.callId === fact.call.callId;
    const message = missedMessage(fact, rang ? call.expiresAt - this.#options.ringTimeoutMs : at);
    return this.#presence.reachable(fact.callee).map((device) => to(device, message));
  }

  #tellChanges(chats: Iterable<string>): void {
    for (const chatId of chats) this.#tellChange(chatId);
  }

  /** Its members, or who of them is online, changed. */
  #tellChange(chatId: string): void {
    const state = this.#changedState(chatId);
    if (state !== null) this.#emit({ ...NOTHING, chatId, state });
  }

  #changedState(chatId: string): ServerMessages["chat:state"] | null {
    return this.#watched.has(chatId) ? this.#stateOf(chatId) : null;
  }

  #stateOf(chatId: string): ServerMessages["chat:state"] {
    const call = this.#calls.current(chatId);
    return { type: "chat:state", chatId, members: this.members(chatId), ...(call && { call: { state: call.state } }) };
  }

  #now(): number {
    return this.#options.now();
  }
}

/** An engine's state. */
export type EngineDump = ReturnType<MemoryEngine["dump"]>;

const refOf = (call: Call | null): CallRef | null => call && { chatId: call.chatId, callId: call.callId };

/** What changes a chat's state for those who look at it. */
function isSeen({ type }: Fact): boolean {
  return type === "placed" || type === "answered" || type === "resumed" || type === "ended";
}
