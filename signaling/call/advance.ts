/**
 * The arbiter (protocol rule R2): what an event does to the calls of one chat. `advance` is a pure function: state and event
 * in, state, messages to deliver and facts out. It opens no socket, reads no clock and rolls no dice, so tests can walk its states.
 */

import type { ClientMessages } from "../../shared/protocol/client_messages.ts";
import type { FailureReason } from "../../shared/protocol/formats.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { connect, drop, leave, resume, shutdown, tick } from "./absence.ts";
import { tagOf } from "./facts.ts";
import { initiate, namesGlare } from "./placing.ts";
import { decline, unreached } from "./push.ts";
import { acknowledge } from "./ring.ts";
import {
  type Advanced,
  type CallEvent,
  type CallRules,
  type ChatCalls,
  type ConnectedCall,
  type Memory,
  otherSide,
  type Party,
  type RingingCall,
  same,
  sideOf,
} from "./state.ts";
import type { Endpoint, Sender } from "./parties.ts";
import {
  endBoth,
  endRinging,
  forget,
  holdCandidate,
  mayResume,
  noCall,
  over,
  post,
  remember,
  senderOf,
  stateMessage,
  to,
  toParty,
  unchanged,
  withCall,
  withFacts,
} from "./steps.ts";

/** Applies one event to a chat's calls. Total: never throws, whatever the order of events. */
export function advance(chat: ChatCalls, event: CallEvent, rules: CallRules): Advanced {
  switch (event.type) {
    case "initiate":
      return initiate(forget(chat, event.now), event, rules);
    case "resume":
      return resume(forget(chat, event.now), event, rules);
    case "message":
      return inCall(forget(chat, event.now), event);
    case "unreached":
      return unreached(forget(chat, event.now), event);
    case "decline":
      return decline(forget(chat, event.now), event);
    case "connect":
      return connect(chat, event);
    case "drop":
      return drop(chat, event);
    case "leave":
      return leave(forget(chat, event.now), event);
    case "shutdown":
      return shutdown(chat, event.now);
    case "tick":
      return tick(forget(chat, event.now), event.now);
  }
}

/** When `advance` next wants a `tick`, or `null`: the end of the ringing or of somebody's grace. */
export function nextDeadline({ call }: ChatCalls): number | null {
  if (call === null) return null;
  const { awayUntil } = call.caller;
  const other = call.state === "ringing" ? call.expiresAt : call.callee.awayUntil;
  if (awayUntil === null || other === null) return awayUntil ?? other;
  return Math.min(awayUntil, other);
}

// --- Messages in a call ----------------------------------------------------------------------------------------------

function inCall(chat: ChatCalls, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { call } = chat;
  const named = message.callId;
  if (call !== null && (named === undefined || named === call.callId || namesGlare(call, from, named))) {
    return call.state === "ringing" ? whileRinging(chat, call, event) : whileConnected(chat, call, event);
  }
  const isRepeat = ({ was, user, callId }: Memory) =>
    named === undefined ? was === "over" : named === callId && (was !== "withdrawn" || user === from.user);
  if (chat.memory.some(isRepeat)) return unchanged(chat);
  if (message.type === "call:end" && named !== undefined) {
    return unchanged(remember(chat, "withdrawn", from.user, now, named));
  }
  return noCall(chat, from, message);
}

function whileRinging(chat: ChatCalls, call: RingingCall, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { chatId, callId } = call;
  const isCaller = same(call.caller, from);
  const isCallee = call.calleeUser === from.user;
  if (!isCaller && !isCallee) return noCall(chat, from, message);

  // R8, R11: this device said that it cannot take the call, and has no say in whether another does.
  const hasLeft = isCallee && !call.devices.includes(from.device);

  switch (message.type) {
    case "call:ringing":
      if (hasLeft) return unchanged(chat);
      return isCallee ? acknowledge(chat, call, from, now) : noCall(chat, from, message);
    case "call:answer":
      return isCallee ? answer(chat, call, from, message, now) : noCall(chat, from, message);
    case "call:ice-candidate":
      // R6: the caller's wait for the answer; those of a device that has not answered go nowhere.
      if (!isCaller) return unchanged(chat);
      return withCall(chat, { ...call, candidates: holdCandidate(call.candidates, message.candidate) });
    case "call:media":
      if (!isCaller) return unchanged(chat); // R12: its answer was lost, and comes again
      return withCall(chat, { ...call, sending: { ...message, chatId, callId } });
    case "call:reject":
      if (hasLeft) return unchanged(chat);
      return isCallee ? reject(chat, call, event, message.reason ?? "declined") : noCall(chat, from, message);
    case "call:end":
      if (hasLeft) return unchanged(chat);
      if (isCallee) {
        const { reason = "hangup" } = message;
        return reason === "hangup" ? reject(chat, call, event, "declined") : unable(chat, call, from, reason, now);
      }
      return cancel(chat, call, from, now);
    case "call:negotiate":
      return isCallee ? unchanged(chat) : noCall(chat, from, message); // R12, as above
  }
}

/** R5: the first answer wins. */
function answer(
  chat: ChatCalls,
  call: RingingCall,
  from: Sender,
  { answer }: ClientMessages["call:answer"],
  now: number,
): Advanced {
  const { chatId, callId, media, caller, glare } = call;
  const callee: Party = { user: from.user, device: from.device, name: from.name, awayUntil: null, held: [] };
  const connected: ConnectedCall = { state: "connected", chatId, callId, media, caller, glare, callee, unheard: [] };
  const others = endRinging(call, call.devices.filter((device) => device !== from.device), "answered-elsewhere");
  const candidates = call.candidates.map((candidate) =>
    to(from, { type: "call:ice-candidate", chatId, callId, candidate })
  );
  const sending = call.sending === null ? [] : [to(from, call.sending)];
  const rest = [...others, ...candidates, ...sending];
  const fact = { type: "answered", call: tagOf(call), callee: senderOf(from) } as const;
  if (caller.reloaded) {
    // R13: the answer has no peer connection to go to; the callee makes the next offer.
    const told = post(chat, connected, "caller", stateMessage(connected, "caller", now));
    const reloaded = to(from, { type: "call:peer", chatId, callId, state: "reloaded" });
    return { ...told, deliveries: [...told.deliveries, ...rest, reloaded], facts: [fact] };
  }
  const message: ServerMessage = { type: "call:answer", chatId, callId, answer };
  const isAway = caller.awayUntil !== null;
  const answered = { ...connected, caller: { ...caller, held: isAway ? [message] : [] }, unheard: [message] };
  return withFacts(withCall(chat, answered, ...(isAway ? [] : [to(caller, message)]), ...rest), fact);
}

/** R7: the callee's devices stop, and the callee finds a missed call. */
function cancel(chat: ChatCalls, call: RingingCall, by: Endpoint, now: number): Advanced {
  const ending = { outcome: "cancelled", by, missed: "cancelled" } as const;
  return over(chat, call, now, ending, ...endRinging(call, call.devices, "cancelled"));
}

/** R8: the caller learns it, and the callee's other devices stop. */
function reject(
  chat: ChatCalls,
  call: RingingCall,
  { from, message, now }: CallEvent & { type: "message" },
  reason: "declined" | "busy",
): Advanced {
  const { chatId, callId } = call;
  // R10: who takes back its own attempt need not know that it is this call by now, which may ring there.
  const knows = message.callId === undefined || message.callId === callId;
  const others = call.devices.filter((device) => device !== from.device || !knows);
  return over(
    chat,
    call,
    now,
    { outcome: reason, by: from, ...(reason === "busy" ? { missed: reason } : {}) },
    to(call.caller, { type: "call:rejected", chatId, callId, reason }),
    ...endRinging(call, others, "rejected-elsewhere"),
  );
}

/**
 * R8: a device that cannot take the call stops ringing. The caller learns it of the last one: another may be able. That one may be
 * within its grace: then the caller learns it when the time is up, if that device does not ring before.
 */
function unable(chat: ChatCalls, call: RingingCall, from: Endpoint, reason: FailureReason, now: number): Advanced {
  const { chatId, callId } = call;
  const devices = call.devices.filter((device) => device !== from.device);
  const isLastThere = devices.every((device) => call.absent.includes(device));
  const fact = { type: "unable", call: tagOf(call), device: { user: from.user, device: from.device }, reason } as const;
  if (devices.length > 0) {
    return withFacts(withCall(chat, { ...call, devices, failure: isLastThere ? reason : null }), fact);
  }
  const end = to(call.caller, { type: "call:end", chatId, callId, reason });
  const ended = over(chat, call, now, { outcome: reason, by: from }, end);
  return withFacts(ended, fact, ...ended.facts);
}

function whileConnected(chat: ChatCalls, call: ConnectedCall, event: CallEvent & { type: "message" }): Advanced {
  const { from, message, now } = event;
  const { chatId, callId } = call;
  const side = sideOf(call, from);
  if (side === null) {
    if (message.type === "call:end" && message.callId === callId && mayResume(call, from)) {
      const outcome = message.reason ?? "hangup"; // R14: instead of resuming, it hangs up
      return over(chat, call, now, { outcome, by: from }, ...endBoth(call, outcome));
    }
    if (from.user !== call.callee.user) return noCall(chat, from, message);
    switch (message.type) {
      case "call:answer": // R5: too late, and no error
        return unchanged(chat, to(from, { type: "call:end", chatId, callId, reason: "answered-elsewhere" }));
      case "call:ringing": // R3: too late, and no error
      case "call:ice-candidate": // R6
      case "call:reject": // it crossed the answer; this device was told
        return unchanged(chat);
      default:
        return noCall(chat, from, message);
    }
  }
  const other = otherSide(side);
  switch (message.type) {
    case "call:ringing":
    case "call:answer":
      return side === "callee" ? unchanged(chat) : noCall(chat, from, message); // R11
    case "call:reject":
      return noCall(chat, from, message);
    case "call:ice-candidate":
    case "call:negotiate":
    case "call:media":
      return post(chat, side === "caller" ? heard(call) : call, other, inCallOf(message, callId));
    case "call:end": {
      const outcome = message.reason ?? "hangup";
      const end = toParty(call[other], { type: "call:end", chatId, callId, reason: outcome });
      return over(chat, call, now, { outcome, by: from }, ...end);
    }
  }
}

/** A message as it is passed on, which names its call. */
function inCallOf<Message extends { callId?: string | undefined }>(
  message: Message,
  callId: string,
): Message & { callId: string } {
  return message.callId === callId ? message as Message & { callId: string } : { ...message, callId };
}

/** The caller has said something, so its socket was alive when the answer came. */
function heard(call: ConnectedCall): ConnectedCall {
  return call.unheard.length === 0 ? call : { ...call, unheard: [] };
}
