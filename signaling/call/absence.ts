/** Sockets that come and go in a call, and time that runs out: rules R4 and R12 to R14. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { tagOf } from "./facts.ts";
import {
  type Advanced,
  type Call,
  type CallEvent,
  type CallRules,
  type ChatCalls,
  type ConnectedCall,
  otherSide,
  type Party,
  same,
  sideOf,
  usersOf,
} from "./state.ts";
import type { Sender, Side } from "./parties.ts";
import {
  endAll,
  endBoth,
  endRinging,
  mayResume,
  noCall,
  over,
  post,
  senderOf,
  stateMessage,
  to,
  unchanged,
  withCall,
  withFacts,
} from "./steps.ts";
import { ring, ringingTo } from "./ring.ts";

/** R12, R13: a device's socket opened. */
export function connect(chat: ChatCalls, event: CallEvent & { type: "connect" }): Advanced {
  const { call } = chat;
  const { from, reloaded, now } = event;
  if (call === null) return unchanged(chat);
  if (call.state === "connected") {
    const side = sideOf(call, from);
    return side === null ? unchanged(chat) : back(chat, call, side, event);
  }
  if (call.calleeUser === from.user) return ring(chat, from.device, now);
  if (!same(call.caller, from)) return unchanged(chat);
  const caller = { ...call.caller, awayUntil: null, reloaded: call.caller.reloaded || reloaded };
  const present = { ...call, caller };
  const told = withCall(chat, present, to(from, stateMessage(call, "caller", now)), ...ringingTo(present, now));
  if (call.caller.awayUntil === null) return told;
  return withFacts(told, { type: "back", call: tagOf(call), side: "caller" });
}

/** One side of a connected call is back: it is told where the call stands and what it missed, and the other side that it is back. */
function back(chat: ChatCalls, call: ConnectedCall, side: Side, event: CallEvent & { type: "connect" }): Advanced {
  const { from, reloaded, now } = event;
  const party = call[side];
  const { chatId, callId } = call;
  // What was for this side was for a peer connection that a reload has taken away.
  const missed = reloaded ? [] : party.held;
  const unheard = reloaded && side === "caller" ? [] : call.unheard;
  const present: ConnectedCall = { ...call, unheard, [side]: { ...party, awayUntil: null, held: [] } };
  const told = standing(call, side, missed, now).map((message) => to(from, message));
  if (party.awayUntil === null && !reloaded) return withCall(chat, present, ...told);
  const news = post(chat, reloaded ? withoutVoid(present, otherSide(side)) : present, otherSide(side), {
    type: "call:peer",
    chatId,
    callId,
    state: reloaded ? "reloaded" : "back",
  });
  const facts = party.awayUntil === null ? news.facts : [{ type: "back", call: tagOf(call), side } as const];
  return { ...news, deliveries: [...told, ...news.deliveries], facts };
}

/**
 * Where the call stands, and what was held. That the other page was reloaded comes first: what a client has kept to say, it says once it
 * has heard of its call, and a description or candidate for the page of before is void (R13).
 */
function standing(call: ConnectedCall, side: Side, held: readonly ServerMessage[], now: number): ServerMessage[] {
  const first = held.findLastIndex((message) => message.type === "call:peer" && message.state === "reloaded") + 1;
  return [...held.slice(0, first), stateMessage(call, side, now), ...held.slice(first)];
}

/** Without what a page that was reloaded had for a side that is away (R13), but for the answer, by which the caller knows of it. */
function withoutVoid(call: ConnectedCall, side: Side): ConnectedCall {
  const { held } = call[side];
  const isAnswer = ({ type }: ServerMessage) => type === "call:answer";
  const unheard = call.unheard.filter((message) => isAnswer(message) || !held.includes(message));
  return { ...call, unheard, [side]: { ...call[side], held: held.filter(isAnswer) } };
}

/** R12: a device's socket is gone; its side of a call has the grace to come back. */
export function drop(chat: ChatCalls, { from, now, graceMs }: CallEvent & { type: "drop" }): Advanced {
  const { call } = chat;
  if (call === null) return unchanged(chat);
  const awayUntil = now + graceMs;
  if (call.state === "ringing") {
    if (same(call.caller, from)) {
      return left(withCall(chat, { ...call, caller: { ...call.caller, awayUntil } }), call, "caller");
    }
    const isRung = call.calleeUser === from.user && call.devices.includes(from.device);
    if (!isRung || call.absent.includes(from.device)) return unchanged(chat);
    return withCall(chat, { ...call, absent: [...call.absent, from.device] });
  }
  const side = sideOf(call, from);
  if (side === null) return unchanged(chat);
  const { chatId, callId } = call;
  const away = { ...call, [side]: { ...call[side], awayUntil } };
  return left(
    post(chat, away, otherSide(side), { type: "call:peer", chatId, callId, state: "reconnecting" }),
    call,
    side,
  );
}

function left(gone: Advanced, call: Call, side: Side): Advanced {
  const wasThere = (side === "callee" && call.state === "connected" ? call.callee : call.caller).awayUntil === null;
  return wasThere ? withFacts(gone, { type: "away", call: tagOf(call), side }) : gone;
}

/**
 * A device asks whether its call still stands. A server that died with the call takes its word (R14): the call is there again,
 * with one side, and the other has the grace to resume too.
 */
export function resume(chat: ChatCalls, event: CallEvent & { type: "resume" }, rules: CallRules): Advanced {
  const { call } = chat;
  const { from, message, now } = event;
  const { chatId, callId, role } = message;
  if (call === null) {
    const isOver = chat.memory.some((memory) => memory.callId === callId);
    if (!event.isRecovering || event.busy || isOver) return noCall(chat, from, message);
    const absent: Party = { user: null, device: null, name: "", awayUntil: now + rules.graceMs, held: [] };
    const media = message.media ?? "video";
    const parties = { caller: absent, callee: absent, [role]: partyOf(from) };
    const resumed: ConnectedCall = { state: "connected", chatId, callId, media, glare: null, unheard: [], ...parties };
    const alone: ServerMessage = { type: "call:peer", chatId, callId, state: "reconnecting" };
    const told = withCall(chat, resumed, to(from, stateMessage(resumed, role, now)), to(from, alone));
    return withFacts(told, { type: "resumed", call: tagOf(resumed), side: role, party: senderOf(from) });
  }
  if (call.callId !== callId) return noCall(chat, from, message);
  if (call.state === "ringing") {
    const side = same(call.caller, from) ? "caller" : call.calleeUser === from.user ? "callee" : null;
    if (side === null) return noCall(chat, from, message);
    const told = to(from, stateMessage(call, side, now));
    return unchanged(chat, told, ...(side === "caller" ? ringingTo(call, now) : []));
  }
  const side = sideOf(call, from);
  if (side !== null) {
    const again = side === "caller" ? call.unheard : [];
    return unchanged(chat, ...[stateMessage(call, side, now), ...again].map((message) => to(from, message)));
  }
  const { held, user } = call[role];
  if (event.busy || user !== null || !mayResume(call, from)) return noCall(chat, from, message);
  const whole: ConnectedCall = { ...call, [role]: partyOf(from) };
  const told = standing(whole, role, held, now).map((message) => to(from, message));
  const news = post(chat, whole, otherSide(role), { type: "call:peer", chatId, callId, state: "back" });
  const fact = { type: "rejoined", call: tagOf(whole), side: role, party: senderOf(from) } as const;
  return { ...news, deliveries: [...told, ...news.deliveries], facts: [fact] };
}

function partyOf({ user, device, name }: Sender): Party {
  return { user, device, name, awayUntil: null, held: [] };
}

/** A call does not outlive the membership of the two in it. */
export function leave(chat: ChatCalls, { user, now }: CallEvent & { type: "leave" }): Advanced {
  const { call } = chat;
  if (call === null || !usersOf(call).includes(user)) return unchanged(chat);
  return over(chat, call, now, { outcome: "failed", by: null }, ...endAll(call, "failed"));
}

/** R19: a call that rings does not outlive the server. */
export function shutdown(chat: ChatCalls, now: number): Advanced {
  const { call } = chat;
  if (call?.state !== "ringing") return unchanged(chat);
  return over(chat, call, now, { outcome: "shutdown", by: null }, ...endAll(call, "shutdown"));
}

/** R4, R12: what is due ends. */
export function tick(chat: ChatCalls, now: number): Advanced {
  const { call } = chat;
  if (call === null) return unchanged(chat);
  const gone = ({ awayUntil }: Party) => awayUntil !== null && awayUntil <= now;
  const { chatId, callId } = call;
  if (call.state === "connected") {
    if (!gone(call.caller) && !gone(call.callee)) return unchanged(chat);
    return over(chat, call, now, { outcome: "connection-lost", by: null }, ...endBoth(call, "connection-lost"));
  }
  if (call.expiresAt <= now) {
    const outcome = call.failure ?? "timeout";
    const told = to(call.caller, { type: "call:end", chatId, callId, reason: outcome });
    const ending = { outcome, by: null, missed: "timeout" } as const;
    return over(chat, call, now, ending, told, ...endRinging(call, call.devices, "timeout"));
  }
  if (!gone(call.caller)) return unchanged(chat);
  const ending = { outcome: "cancelled", by: null, missed: "cancelled" } as const;
  return over(chat, call, now, ending, ...endRinging(call, call.devices, "cancelled"));
}
