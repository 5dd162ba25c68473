/** What the arbiter keeps of a chat's calls, what happens to them, and the small steps its rules are made of. */

import type {
  CallMedia,
  ClientMessages,
  EndReason,
  ErrorCode,
  FailureReason,
  ServerMessage,
  ServerMessages,
} from "../shared/protocol.ts";
import { keepBest, worthOf } from "../shared/best_candidates.ts";
import type { Candidate } from "../shared/candidate.ts";
import { type Fact, type MissedReason, NO_FACTS, type Outcome, tagOf } from "./call_facts.ts";

/** A device of a user: what a delivery goes to and a message comes from. */
export interface Endpoint {
  readonly user: string;
  readonly device: string;
}

/** A message to one device. */
export interface Delivery {
  readonly to: Endpoint;
  readonly message: ServerMessage;
}

/** Limits and times, in ms. */
export interface CallRules {
  /** R4: how long a call rings. */
  readonly ringTimeoutMs: number;
  /** R14: how long the other side of a call that outlived the server may take to resume it. */
  readonly graceMs: number;
}

/** R6: candidates held for a callee who has not answered; of more than that, the best. */
export const MAX_HELD_CANDIDATES = 64;
/** R12: messages held for a party whose socket is gone; candidates make room for others. */
export const MAX_HELD_MESSAGES = 128;
/** R7, R11: how long, in ms, and how much a chat remembers of calls that are no more. */
export const MEMORY_MS = 5_000;
const MAX_MEMORIES = 16;

/** One of the two in a call. */
export interface Party {
  /** `null`, as is `device`: this side of a call that outlived the server has not resumed yet (R14). */
  readonly user: string | null;
  readonly device: string | null;
  readonly name: string;
  /** The end of its grace while its socket is gone, else `null`. */
  readonly awayUntil: number | null;
  /** R12: what it is given when it is back. */
  readonly held: readonly ServerMessage[];
}

/** The caller of a call that rings: always known. */
interface Caller extends Party, Endpoint {
  readonly user: string;
  readonly device: string;
  /** R13: its page was reloaded, and the offer's peer connection is gone with it. */
  readonly reloaded: boolean;
}

interface CallBase {
  readonly chatId: string;
  readonly callId: string;
  readonly media: CallMedia;
  /** R10: the call the callee tried to start at the same moment; messages that name it mean this one. */
  readonly glare: { readonly device: string; readonly callId: string } | null;
}

export interface RingingCall extends CallBase {
  readonly state: "ringing";
  readonly caller: Caller;
  readonly calleeUser: string;
  /** Devices of the callee that ring, or will when they are back within their grace. */
  readonly devices: readonly string[];
  /** Those of `devices` whose socket is gone. */
  readonly absent: readonly string[];
  /** R8: why the last device that was there could not take the call, as long as none has rung since. */
  readonly failure: FailureReason | null;
  /** The offer without addresses, and what was taken out or came later (R6). */
  readonly offer: ClientMessages["call:initiate"]["offer"];
  readonly candidates: readonly (Candidate | null)[];
  /** What the caller last said it sends, for the one who answers. */
  readonly sending: ServerMessages["call:media"] | null;
  /** R3: a device of the callee has said that it rings. */
  readonly acknowledged: boolean;
  readonly expiresAt: number;
}

export interface ConnectedCall extends CallBase {
  readonly state: "connected";
  readonly caller: Party;
  readonly callee: Party;
  /**
   * The answer and what followed it to the caller, until the caller has said something since: its socket may have been dead
   * already, so it may ask for this again (`call:resume`).
   */
  readonly unheard: readonly ServerMessage[];
}

/** A call that is going on. */
export type Call = RingingCall | ConnectedCall;

/** All that one chat knows of its calls. */
export interface ChatCalls {
  readonly call: Call | null;
  /** What is remembered, for `MEMORY_MS`, of calls that are no more; newest last. */
  readonly memory: readonly Memory[];
}

/**
 * R11: a call that is over, or was refused and never rang (only messages that name it can mean that one).
 * R7: a hang-up that came before its call, which only its sender can have meant.
 */
export interface Memory {
  readonly was: "over" | "refused" | "withdrawn";
  readonly callId: string;
  readonly user: string;
  readonly at: number;
}

/** A chat nobody has called in. */
export const NO_CALLS: ChatCalls = { call: null, memory: [] };

/** What can happen to a chat's calls. `now` is a monotonic time in ms. */
export type CallEvent =
  | {
    readonly type: "initiate";
    readonly now: number;
    readonly from: Endpoint;
    readonly name: string;
    readonly message: ClientMessages["call:initiate"];
    /** The proposed `callId`, or a new one. */
    readonly callId: string;
    /** Whom to call: `null` where the chat has no other member. */
    readonly callee: string | null;
    readonly calleeName: string;
    /** The callee's devices; one within its grace is there but not connected. */
    readonly devices: readonly { readonly device: string; readonly connected: boolean }[];
    /** In a call in any chat. */
    readonly callerBusy: boolean;
    readonly calleeBusy: boolean;
  }
  /** A device that reconnected asks whether its call still stands. `busy`: its user is in a call in another chat. */
  | {
    readonly type: "resume";
    readonly now: number;
    readonly from: Sender;
    readonly message: ClientMessages["call:resume"];
    readonly busy: boolean;
    /** The server started a short while ago, and may have lost calls that go on. */
    readonly isRecovering: boolean;
  }
  | { readonly type: "message"; readonly now: number; readonly from: Sender; readonly message: InCallMessage }
  /** A device's socket opened. `reloaded`: the same device with another document. */
  | { readonly type: "connect"; readonly now: number; readonly from: Endpoint; readonly reloaded: boolean }
  /** A device's socket is gone. `graceMs`: how long it may take to come back (R12). */
  | { readonly type: "drop"; readonly now: number; readonly from: Endpoint; readonly graceMs: number }
  /** A user is no member of the chat any more. */
  | { readonly type: "leave"; readonly now: number; readonly user: string }
  /** R19: the server leaves. */
  | { readonly type: "shutdown"; readonly now: number }
  | { readonly type: "tick"; readonly now: number };

/** The sender of a message: a device, and its user's name. */
export interface Sender extends Endpoint {
  readonly name: string;
}

/** Client messages about a call, other than those that start or resume it, or tell of it afterwards. */
export type InCallMessage = Exclude<
  ClientMessages[Extract<keyof ClientMessages, `call:${string}`>],
  ClientMessages["call:initiate" | "call:resume" | "call:receipt"]
>;

/** The new state, what to deliver and what happened, in order. */
export interface Advanced {
  readonly chat: ChatCalls;
  readonly deliveries: readonly Delivery[];
  readonly facts: readonly Fact[];
}

/** The users a call keeps busy (R9). */
export function usersOf(call: Call): string[] {
  const users = call.state === "ringing" ? [call.caller.user, call.calleeUser] : [call.caller.user, call.callee.user];
  return users.filter((user) => user !== null);
}

// --- Small parts -----------------------------------------------------------------------------------------------------

export const same = (a: Party | Endpoint, b: Endpoint) => a.user === b.user && a.device === b.device;
export const remaining = (call: RingingCall, now: number) => Math.max(0, Math.ceil(call.expiresAt - now));
export const unchanged = (chat: ChatCalls, ...deliveries: Delivery[]): Advanced => ({
  chat,
  deliveries,
  facts: NO_FACTS,
});
export const withCall = (chat: ChatCalls, call: Call, ...deliveries: Delivery[]): Advanced => ({
  chat: { ...chat, call },
  deliveries,
  facts: NO_FACTS,
});
export const withFacts = (advanced: Advanced, ...facts: Fact[]): Advanced => ({ ...advanced, facts });

export function to({ user, device }: Endpoint, message: ServerMessage): Delivery {
  return { to: { user, device }, message };
}

/** To a side of a call whose socket may be gone, or that may not be known (R14): then to nobody. */
export function toParty({ user, device }: Party, message: ServerMessage): Delivery[] {
  return user === null || device === null ? [] : [to({ user, device }, message)];
}

export type Side = "caller" | "callee";

export function sideOf(call: ConnectedCall, from: Endpoint): Side | null {
  if (same(call.caller, from)) return "caller";
  return same(call.callee, from) ? "callee" : null;
}

/** Whether a device is one of the two in a call, or rings. */
export function isIn(call: Call, device: Endpoint): boolean {
  if (call.state === "connected") return sideOf(call, device) !== null;
  return same(call.caller, device) || call.calleeUser === device.user && call.devices.includes(device.device);
}

export const otherSide = (side: Side): Side => side === "caller" ? "callee" : "caller";

/** Delivers to a side of a connected call, or holds it while that side's socket is gone (R12). */
export function post(chat: ChatCalls, call: ConnectedCall, side: Side, message: ServerMessage): Advanced {
  const party = call[side];
  const isUnheard = side === "caller" && call.unheard.length > 0;
  const sent = isUnheard ? { ...call, unheard: hold(call.unheard, message) } : call;
  if (party.awayUntil === null) return withCall(chat, sent, ...toParty(party, message));
  return withCall(chat, { ...sent, [side]: { ...party, held: hold(party.held, message) } });
}

function hold(held: readonly ServerMessage[], message: ServerMessage): readonly ServerMessage[] {
  const worth = (one: ServerMessage) => one.type === "call:ice-candidate" ? worthOf(one.candidate) : Infinity;
  return keepBest([...held, message], MAX_HELD_MESSAGES, worth);
}

/** R6: one more candidate for whoever answers. */
export function holdCandidate(
  held: readonly (Candidate | null)[],
  candidate: Candidate | null,
): readonly (Candidate | null)[] {
  return keepBest([...held, candidate], MAX_HELD_CANDIDATES, worthOf);
}

/** How a call ends: `by` whose word, or by none; `missed`: the callee is to find it, and why. */
interface Ending {
  readonly outcome: Outcome;
  readonly by: Endpoint | null;
  readonly missed?: MissedReason;
}

export function over(
  chat: ChatCalls,
  call: Call,
  now: number,
  { outcome, by, missed }: Ending,
  ...deliveries: Delivery[]
): Advanced {
  const callIds = call.glare === null ? [call.callId] : [call.callId, call.glare.callId];
  const remembered = remember(chat, "over", usersOf(call)[0]!, now, ...callIds);
  const ended: Fact = { type: "ended", call: tagOf(call), outcome, by: by && endpointOf(by) };
  const isMissed = missed !== undefined && call.state === "ringing";
  return {
    chat: { ...remembered, call: null },
    deliveries,
    facts: isMissed ? [missedBy(call, missed), ended] : [ended],
  };
}

export function remember(
  chat: ChatCalls,
  was: Memory["was"],
  user: string,
  at: number,
  ...callIds: string[]
): ChatCalls {
  const isKnown = (callId: string) =>
    chat.memory.some((memory) => memory.was === was && memory.callId === callId && memory.user === user);
  const news = callIds.filter((callId) => !isKnown(callId)).map((callId) => ({ was, callId, user, at }));
  return news.length === 0 ? chat : { ...chat, memory: [...chat.memory, ...news].slice(-MAX_MEMORIES) };
}

/** Whether a side of the call waits for somebody like this to resume it (R14). */
export function mayResume({ caller, callee }: ConnectedCall, { user }: Endpoint): boolean {
  return (caller.user === null || callee.user === null) && caller.user !== user && callee.user !== user;
}

/** To both sides of a connected call, as far as they are known. */
export function endBoth(call: ConnectedCall, reason: EndReason): Delivery[] {
  const { chatId, callId, caller, callee } = call;
  const end: ServerMessage = { type: "call:end", chatId, callId, reason };
  return [...toParty(caller, end), ...toParty(callee, end)];
}

/** To everybody in a call, or whose device rings. */
export function endAll(call: Call, reason: EndReason): Delivery[] {
  if (call.state === "connected") return endBoth(call, reason);
  const { chatId, callId, caller } = call;
  return [to(caller, { type: "call:end", chatId, callId, reason }), ...endRinging(call, call.devices, reason)];
}

export function endRinging(call: RingingCall, devices: readonly string[], reason: EndReason): Delivery[] {
  const { chatId, callId, calleeUser } = call;
  return devices.map((device) => to({ user: calleeUser, device }, { type: "call:end", chatId, callId, reason }));
}

function missedBy(call: RingingCall, reason: MissedReason): Fact {
  return { type: "missed", call: tagOf(call), caller: senderOf(call.caller), callee: call.calleeUser, reason };
}

const endpointOf = ({ user, device }: Endpoint): Endpoint => ({ user, device });
export const senderOf = ({ user, device, name }: Sender): Sender => ({ user, device, name });

/** Where the call stands, for one of its sides (R12, R14). */
export function stateMessage(call: Call, role: Side, now: number): ServerMessages["call:state"] {
  const { chatId, callId, media, state } = call;
  const expires = call.state === "ringing" ? { expiresInMs: remaining(call, now) } : {};
  return { type: "call:state", chatId, callId, state, role, media, ...expires };
}

export function error(
  from: Endpoint,
  { chatId, callId }: { chatId: string; callId?: string | undefined },
  code: ErrorCode,
  message: string,
): Delivery {
  return to(from, { type: "call:error", code, message, chatId, ...(callId === undefined ? {} : { callId }) });
}

export function noCall(
  chat: ChatCalls,
  from: Endpoint,
  message: { chatId: string; callId?: string | undefined },
): Advanced {
  return unchanged(chat, error(from, message, "NO_CALL", "There is no such call"));
}

/** Drops memories that are too old. */
export function forget(chat: ChatCalls, now: number): ChatCalls {
  const memory = chat.memory.filter(({ at }) => now - at < MEMORY_MS);
  return memory.length === chat.memory.length ? chat : { ...chat, memory };
}
