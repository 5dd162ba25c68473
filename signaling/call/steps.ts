/** The small steps that the arbiter's rules are made of: what is told whom, and what becomes of a chat's calls. */

import { keepBest, worthOf } from "../../shared/protocol/best_candidates.ts";
import type { Candidate } from "../../shared/protocol/candidate.ts";
import type { ErrorCode } from "../../shared/protocol/errors.ts";
import type { EndReason, ServerMessage, ServerMessages } from "../../shared/protocol/server_messages.ts";
import { type Fact, type MissedReason, NO_FACTS, type Outcome, tagOf } from "./facts.ts";
import {
  type Advanced,
  type Call,
  type ChatCalls,
  type ConnectedCall,
  type Delivery,
  MAX_HELD_CANDIDATES,
  MAX_HELD_MESSAGES,
  type Memory,
  MEMORY_MS,
  type Party,
  type RingingCall,
  usersOf,
} from "./state.ts";
import type { Endpoint, Sender, Side } from "./parties.ts";

export const remaining = (call: RingingCall, now: number) => Math.max(0, Math.ceil(call.expiresAt - now));
export const unchanged = (chat: ChatCalls, ...deliveries: Delivery[]): Advanced => ({
  chat,
  deliveries,
  facts: NO_FACTS,
});
export const withCall = (chat: ChatCalls, call: Call, ...deliveries: Delivery[]): Advanced => ({
  chat: call === chat.call ? chat : { ...chat, call },
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

/** Delivers to a side of a connected call, or holds it while that side's socket is gone (R12). */
export function post(chat: ChatCalls, call: ConnectedCall, side: Side, message: ServerMessage): Advanced {
  const party = call[side];
  const isUnheard = side === "caller" && call.unheard.length > 0;
  const sent = isUnheard ? { ...call, unheard: hold(call.unheard, message) } : call;
  if (party.awayUntil === null) return { ...withCall(chat, sent), deliveries: toParty(party, message) };
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

/** How many calls a chat remembers. */
const MAX_MEMORIES = 16;

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

/** Drops memories that are too old: the first ones. */
export function forget(chat: ChatCalls, now: number): ChatCalls {
  const isOld = ({ at }: Memory) => now - at >= MEMORY_MS;
  const [oldest] = chat.memory;
  if (oldest === undefined || !isOld(oldest)) return chat;
  return { ...chat, memory: chat.memory.filter((memory) => !isOld(memory)) };
}
