/** What must come of an event by the rules: who is told of an end, an error or a start, and what each side is owed. */

import { type InCallMessage, MEMORY_MS } from "../../../../signaling/call/state.ts";
import type { Endpoint } from "../../../../signaling/call/parties.ts";
import {
  BOUNDS,
  type Call,
  calleeUserOf,
  indexOf,
  isAbout,
  isSame,
  itemOf,
  type Model,
  type ModelEvent,
  type Party,
  RELAYED,
  RULES,
  rung,
  type Side,
  SIDES,
  sidesOf,
} from "./model.ts";

/** What the rules demand of an event, as far as ends, errors and starts go. */
export interface Verdict {
  /** What each device is told of an end, by its index in `ENDPOINTS`; nobody else is told of one. */
  readonly ends: Record<number, string>;
  /** The callee missed a call, and why. */
  readonly missed?: string;
  /** The current call is over, and how it is told of to whoever hears only facts. */
  readonly over?: boolean;
  readonly outcome?: string;
  readonly starts?: boolean;
  /** R10: the initiator is given the call that stands. */
  readonly glare?: boolean;
  /** The one error the sender gets; `none`: it must get none. Absent: not the business of these rules. */
  readonly error?: string;
  /** Somebody who is not in the call may end it. */
  readonly mayEnd?: boolean;
  /** The name of what an error would break. */
  readonly rule?: string;
}

export function judge(model: Model, event: ModelEvent): Verdict {
  const { call } = model.chat;
  if (event.type === "tick") return call === null ? { ends: {} } : judgeTime(model, call);
  if (event.type === "shutdown") {
    // R19: what rings ends; a call goes on without the server.
    if (call?.state !== "ringing") return { ends: {} };
    return { ends: toldTo([call.caller, ...rung(call)], "shutdown"), over: true, outcome: "shutdown" };
  }
  if (event.type === "initiate") return judgeInitiate(model, event);
  if (event.type === "unreached" || event.type === "decline") return judgePush(call, event);
  if (event.type === "resume" && call === null) {
    const isRevived = event.isRecovering && !event.busy && !(event.message.callId in model.over);
    return isRevived ? { ends: {} } : { ends: {}, error: "NO_CALL" };
  }
  if (event.type !== "message") return { ends: {} };
  const { from, message } = event;
  if (call === null || !isAbout(call, from, message.callId)) {
    const known = message.callId === undefined ? Object.keys(model.over).length > 0 : message.callId in model.over;
    return { ends: {}, ...(known || message.type === "call:end" && message.callId ? { error: "none" } : {}) };
  }
  const self = indexOf(from);
  const isCallee = from.user === calleeUserOf(call);
  // R3: only the callee's devices ring.
  if (message.type === "call:ringing") return { ends: {}, error: isCallee ? "none" : "NO_CALL" };
  const failure = failureIn(message);
  const stops = message.type === "call:end" || message.type === "call:reject" && isCallee;
  if (call.state === "connected") {
    const side = SIDES.find((side) => isSame(call[side], from));
    const isAbsent = SIDES.some((side) => call[side].user === null) &&
      SIDES.every((side) => call[side].user !== from.user);
    if (isAbsent && message.type === "call:end" && message.callId === call.callId) {
      // R14: instead of resuming, it hangs up.
      const outcome = failure ?? "hangup";
      const ends = toldTo([call.caller, call.callee], outcome);
      return { ends, over: true, outcome, error: "none", mayEnd: true };
    }
    if (side === undefined) {
      if (!isCallee || message.type === "call:end") return { ends: {}, error: "NO_CALL" };
      return message.type === "call:answer" ? { ends: { [self]: "answered-elsewhere" }, error: "none" } : { ends: {} };
    }
    if (message.type !== "call:end") return { ends: {} };
    const outcome = failure ?? "hangup";
    const ends = toldTo([call[side === "caller" ? "callee" : "caller"]], outcome);
    return { ends, over: true, outcome, error: "none" };
  }
  if (isSame(call.caller, from)) {
    if (!stops) return { ends: {} };
    const missed = "cancelled";
    return { ends: toldTo(rung(call), "cancelled"), missed, over: true, outcome: "cancelled", error: "none" };
  }
  if (!isCallee) return { ends: {}, error: "NO_CALL" };
  // R10: who names its own attempt need not know what rings there.
  const knows = message.callId === undefined || message.callId === call.callId;
  const others = rung(call).filter((other) => !isSame(other, from) || !knows && stops && failure === null);
  if (message.type === "call:answer") return { ends: toldTo(others, "answered-elsewhere"), error: "none" };
  // R6, R12: its answer may have been lost, and comes again.
  if (RELAYED.includes(message.type)) return { ends: {}, error: "none" };
  if (!stops) return { ends: {} };
  // R11: it has left the ringing.
  if (!rung(call).some((one) => isSame(one, from))) return { ends: {}, error: "none" };
  // R8: a device that cannot take the call leaves it to the others.
  if (failure !== null && others.length > 0) return { ends: {}, error: "none" };
  if (failure !== null) {
    return { ends: toldTo([call.caller], failure), over: true, outcome: failure, error: "none" };
  }
  const ends = { ...toldTo([call.caller], "declined"), ...toldTo(others, "rejected-elsewhere") };
  return { ends, over: true, outcome: "declined", error: "none" };
}

/** What a message says of a call that cannot be, if it does. */
export function failureIn(message: InCallMessage): string | null {
  const { reason = "hangup" } = message.type === "call:end" ? message : {};
  return reason === "hangup" ? null : reason;
}

function judgeTime(model: Model, call: Call): Verdict {
  const isGone = (side: Party) =>
    side.user === null ? model.lapse <= model.now : (awayFor(model, side) ?? 0) >= RULES.graceMs;
  if (call.state === "connected") {
    const lost = SIDES.some((side) => isGone(call[side]));
    const outcome = "connection-lost";
    return lost ? { ends: toldTo([call.caller, call.callee], outcome), over: true, outcome } : { ends: {} };
  }
  if (model.lapse <= model.now) {
    // R8: nobody rings who could take it.
    const outcome = model.unable ?? "timeout";
    const ends = { ...toldTo([call.caller], outcome), ...toldTo(rung(call), "timeout") };
    return { ends, missed: "timeout", over: true, outcome };
  }
  return isGone(call.caller)
    ? { ends: toldTo(rung(call), "cancelled"), missed: "cancelled", over: true, outcome: "cancelled" }
    : { ends: {} };
}

/** The one thing taken from the call function's own memory: ids of calls that never rang. */
export const wasRefused = ({ chat, now }: Model, callId: string) =>
  chat.memory.some((known) => known.was === "refused" && known.callId === callId && now - known.at < MEMORY_MS);

function judgeInitiate(model: Model, event: ModelEvent & { type: "initiate" }): Verdict {
  const { from, message: { callId } } = event;
  const { call } = model.chat;
  const self = indexOf(from);
  if (callId !== undefined) {
    if (`${from.user} ${callId}` in model.withdrawn) return { ends: { [self]: "cancelled" }, error: "none" };
    if (callId in model.over || wasRefused(model, callId)) return { ends: {}, error: "none" };
  }
  if (call !== null) {
    if (isSame(call.caller, from) && (callId ?? call.callId) === call.callId) return { ends: {}, error: "none" };
    const glarer = { user: calleeUserOf(call), device: call.glare?.device ?? null };
    if (callId !== undefined && call.glare?.callId === callId && isSame(glarer, from)) {
      return { ends: {}, error: "none", rule: "an error for the repeat of a glare that was answered" };
    }
    const isCallee = call.state === "ringing" && call.calleeUser === from.user;
    if (isCallee && call.glare === null) return { ends: {}, glare: true, error: "none" };
    if (isCallee && call.glare?.device === from.device) return { ends: {}, error: "none" };
    // R14: who has not resumed is in no call; it is the other one who is busy (R9).
    if (![call.caller.user, calleeUserOf(call)].includes(from.user)) {
      return event.callerBusy
        ? { ends: {}, error: "BUSY" }
        : { ends: { [self]: "busy" }, missed: "busy", error: "none" };
    }
    return { ends: {}, error: "BUSY" };
  }
  if (event.callerBusy) return { ends: {}, error: "BUSY" };
  if (event.calleeBusy) return { ends: { [self]: "busy" }, missed: "busy", error: "none" };
  if (event.devices.length === 0 && !event.push) return { ends: {}, missed: "offline", error: "USER_OFFLINE" };
  return { ends: {}, starts: true, error: "none" };
}

/** R21: it rings still, and it is this call. */
function judgePush(call: Call | null, event: ModelEvent & { type: "unreached" | "decline" }): Verdict {
  if (call?.state !== "ringing" || call.callId !== event.callId) return { ends: {}, error: "none" };
  if (event.type === "unreached") {
    // Who came meanwhile rings on.
    if (call.devices.length > 0) return { ends: {}, error: "none" };
    return { ends: {}, missed: "offline", over: true, outcome: "offline", error: "USER_OFFLINE" };
  }
  if (event.user !== call.calleeUser) return { ends: {}, error: "none" };
  const ends = { ...toldTo([call.caller], "declined"), ...toldTo(rung(call), "rejected-elsewhere") };
  return { ends, over: true, outcome: "declined", error: "none" };
}

/** What each side must be given of what was said, after this event: in order, once, and as soon as its socket is there. */
export function owe(before: Model, event: ModelEvent, is: Call): Record<Side, string[]> {
  const was = before.chat.call;
  const owed = { caller: [...before.owed.caller], callee: [...before.owed.callee] };
  if (!("from" in event) || event.type === "initiate") return owed;
  const { from } = event;
  if (event.type === "resume") {
    const joined = SIDES.find((side) =>
      was?.state === "connected" && was[side].user === null && sidesOf(is)[side]?.user
    );
    if (joined) owed[other(joined)].push("peer back");
    return owed;
  }
  if (was === null) return owed;
  const side = SIDES.find((side) => sidesOf(was)[side] && isSame(sidesOf(was)[side]!, from));
  if (event.type === "message") {
    const { message } = event;
    if (!isAbout(was, from, message.callId)) return owed;
    if (was.state === "ringing") {
      const isSaying = message.type === "call:media" && owed.callee.at(-1)?.startsWith("media");
      if (side === "caller" && message.type === "call:media") {
        owed.callee.splice(isSaying ? -1 : Infinity, 1, itemOf(message));
      }
      if (side === "caller" && message.type === "call:ice-candidate") {
        const media = owed.callee.findIndex((item) => item.startsWith("media"));
        const held = media < 0 ? owed.callee.length : media;
        if (held < BOUNDS.candidates) owed.callee.splice(held, 0, itemOf(message));
      }
      if (is.state !== "connected") return owed;
      if (before.reloaded) owed.callee.push("peer reloaded");
      else owed.caller.push("call:answer");
    } else if (side && RELAYED.includes(message.type)) {
      owed[other(side)].push(itemOf(message));
    }
  } else if (side && was.state === "connected") {
    const wasAway = before.devices[indexOf(from)]!.away !== null;
    if (event.type === "drop") owed[other(side)].push("peer reconnecting");
    else if (event.reloaded) {
      owed[side] = [];
      // What the page of before had said is void, but for the answer.
      owed[other(side)] = [...owed[other(side)].filter((item) => item === "call:answer"), "peer reloaded"];
    } else if (wasAway) owed[other(side)].push("peer back");
  }
  for (const items of [owed.caller, owed.callee]) items.splice(BOUNDS.held);
  return owed;
}

const other = (side: Side): Side => side === "caller" ? "callee" : "caller";

function awayFor({ devices, now }: Model, { user, device }: Party): number | null {
  const { away } = devices[indexOf({ user: user!, device: device! })]!;
  return away === null ? null : now - away;
}

function toldTo(parties: readonly Party[], reason: string): Record<number, string> {
  const known = parties.filter((party): party is Endpoint => party.user !== null);
  return Object.fromEntries(known.map((party) => [indexOf(party), reason]));
}
