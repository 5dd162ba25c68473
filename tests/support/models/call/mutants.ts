/** The call function with one rule broken at a time: what the invariants must catch. */

import { advance } from "../../../../signaling/call/advance.ts";
import type { CallEvent, Delivery, RingingCall } from "../../../../signaling/call/state.ts";
import { FACT_MUTANTS } from "./fact_mutants.ts";
import { type Advance, LEAVING_GRACE_MS, RULES } from "./model.ts";
import {
  edited,
  ended,
  fail,
  instead,
  isFailing,
  isSaying,
  isState,
  type Mutant,
  typed,
  without,
  withoutFacts,
} from "./mutation.ts";

/** Whatever there was stays: nothing is cut off. */
export const hoard: Advance = (chat, event, rules) => {
  const real = advance(chat, event, rules);
  const kept = { ...real.chat, memory: [...chat.memory, ...real.chat.memory.slice(-1)] };
  const [was, is] = [chat.call, real.chat.call];
  if (event.type !== "message" || was === null || is === null) return { ...real, chat: kept };
  if (was.state === "ringing" && is.state === "ringing") {
    return { ...real, chat: { ...kept, call: { ...is, candidates: [...was.candidates, null] } } };
  }
  const { held } = (is as typeof is & { state: "connected" }).callee;
  const callee = { ...is.caller, user: null, device: null, held: [...held, ...held.slice(-1)] };
  return { ...real, chat: { ...kept, call: { ...is, callee } as typeof is } };
};

export const MUTANTS: Record<string, Mutant> = {
  "[R5] a second answer wins": (real, chat, event) => {
    const { call } = chat;
    if (call?.state !== "connected" || event.type !== "message" || event.message.type !== "call:answer") return real;
    if (event.from.user !== call.callee.user) return real;
    return { ...real, chat: { ...chat, call: { ...call, callee: { ...call.callee, ...event.from } } }, deliveries: [] };
  },
  "[R5] a late second answer is an error": (real, chat, event) =>
    chat.call?.state === "connected" && isSaying(event, "call:answer") &&
      real.deliveries.some(ended("answered-elsewhere"))
      ? { ...real, chat, deliveries: [fail(event as CallEvent & { type: "message" }, "NO_CALL")] }
      : real,
  "[R5] the other devices are not told that it was answered": (real) => without(real, ended("answered-elsewhere")),
  "[R6] candidates leak before the answer": (real, { call }, event) => {
    if (call?.state !== "ringing" || event.type !== "message" || event.message.type !== "call:ice-candidate") {
      return real;
    }
    const message = { ...event.message, callId: call.callId };
    return { ...real, deliveries: call.devices.map((device) => ({ to: { user: call.calleeUser, device }, message })) };
  },
  "[R6] a device that has not answered sends candidates": (real, { call }, event) => {
    if (call?.state !== "ringing" || event.type !== "message" || event.message.type !== "call:ice-candidate") {
      return real;
    }
    if (event.from.user !== call.calleeUser) return real;
    return { ...real, deliveries: [{ to: call.caller, message: { ...event.message, callId: call.callId } }] };
  },
  "[R6] held candidates come in reverse": (real, _, event) => {
    if (!isSaying(event, "call:answer")) return real;
    const candidates = real.deliveries.filter(typed("call:ice-candidate"));
    const next = (one: Delivery) => typed("call:ice-candidate")(one) ? candidates.pop()! : one;
    return { ...real, deliveries: real.deliveries.map(next) };
  },
  "[R6] held candidates are lost": (real, _, event) =>
    isSaying(event, "call:answer") ? without(real, typed("call:ice-candidate")) : real,
  "[R4] a reconnect restarts the timer": (real, { call }, event) =>
    call?.state === "ringing" && event.type === "connect"
      ? edited(real, { expiresAt: event.now + RULES.ringTimeoutMs })
      : real,
  "[R4] a tick is missed": (real, chat, event) => event.type === "tick" ? { chat, deliveries: [], facts: [] } : real,
  "[R4] a call that nobody answered is not a missed one": (real) =>
    withoutFacts(real, (fact) => fact.type === "missed" && fact.reason === "timeout"),
  "[R4] the caller is not told of the time-out": (real, { call }) =>
    without(
      real,
      (delivery) => delivery.to.user === call?.caller.user && ended("timeout")(delivery),
    ),
  "[R3] a device within its grace makes nobody ring": (real, chat, event) =>
    event.type === "initiate" && event.devices.some(({ connected }) => !connected)
      ? instead(chat, { ...event, devices: [] })
      : real,
  "[R3] ringing is told when the offer goes out": (real, chat, event) => {
    const { call } = real.chat;
    if (event.type !== "initiate" || chat.call !== null || call?.state !== "ringing") return real;
    const { chatId, callId } = call;
    const message = { type: "call:ringing" as const, chatId, callId, expiresInMs: RULES.ringTimeoutMs };
    return { ...real, deliveries: [...real.deliveries, { to: call.caller, message }] };
  },
  "[R3] that it rings is not told": (real, _, event) =>
    event.type === "message" ? without(real, typed("call:ringing")) : real,
  "[R3] that it rings is told again and again": (real, { call }, event) =>
    isSaying(event, "call:ringing") && call?.state === "ringing"
      ? instead({ ...real.chat, call: { ...call, acknowledged: false } }, event)
      : real,
  "[R3] the caller says that it rings": (real, { call }, event) =>
    event.type === "message" && event.message.type === "call:ringing" && event.from.user === call?.caller.user
      ? { ...real, deliveries: [] }
      : real,
  "[R12] a caller who is back is not told that it rings": (real, _, event) =>
    event.type === "connect" ? without(real, typed("call:ringing")) : real,
  "[R3] only one device rings": (real, _, event) => {
    const last = real.deliveries.findLast(typed("call:offer"));
    return event.type === "initiate" ? without(real, (one) => typed("call:offer")(one) && one !== last) : real;
  },
  "[R7] a cancel is not remembered": (real, chat, event) =>
    isSaying(event, "call:end") && chat.call === null ? { ...real, chat } : real,
  "[R7] a cancel is not told": (real) => without(real, (one) => typed("call:end")(one) && ended("cancelled")(one)),
  "[R8] a reject forgets the caller": (real) => without(real, typed("call:rejected")),
  "[R8] the other devices ring on after a reject": (real) => without(real, ended("rejected-elsewhere")),
  "[R8] a device that cannot take the call ends it for the others": (real, chat, event) =>
    isFailing(event) && real.chat.call?.state === "ringing"
      ? instead(chat, { ...event, message: { type: "call:reject", chatId: event.message.chatId } })
      : real,
  "[R8] a device that cannot take the call rings on": (real, { call }, event) =>
    isFailing(event) && call?.state === "ringing" && real.chat.call !== null
      ? edited(real, { devices: call.devices })
      : real,
  "[R8] a device that left the ringing declines it for the others": (real, chat, event) => {
    const { call } = chat;
    const stops = isSaying(event, "call:reject") || isSaying(event, "call:end") && !isFailing(event);
    if (call?.state !== "ringing" || event.type !== "message" || !stops) return real;
    if (event.from.user !== call.calleeUser || call.devices.includes(event.from.device)) return real;
    return instead({ ...chat, call: { ...call, devices: [...call.devices, event.from.device] } }, event);
  },
  "[R3] a device that left the ringing says that it rings": (real, chat, event) => {
    const { call } = chat;
    if (call?.state !== "ringing" || event.type !== "message" || event.message.type !== "call:ringing") return real;
    if (event.from.user !== call.calleeUser || call.devices.includes(event.from.device)) return real;
    const rung = instead({ ...chat, call: { ...call, devices: [...call.devices, event.from.device] } }, event);
    return edited(rung, { devices: call.devices });
  },
  "[R8] that no device can take the call is told as a decline": (real, chat, event) =>
    isFailing(event) && chat.call?.state === "ringing" && real.chat.call === null
      ? instead(chat, { ...event, message: { type: "call:reject", chatId: event.message.chatId } })
      : real,
  "[R8] nobody is told why the one device that was there did not ring": (real, { call }, event) =>
    event.type === "tick" && call?.state === "ringing" && call.failure !== null
      ? {
        ...real,
        deliveries: real.deliveries.map(({ to, message }) => ({
          to,
          message: message.type === "call:end" ? { ...message, reason: "timeout" } : message,
        })),
      }
      : real,
  "[R8] a device that comes back rings, and the failure of another is told": (real, { call }, event) =>
    event.type === "connect" && call?.state === "ringing" && call.calleeUser === event.from.user
      ? edited(real, { failure: call.failure })
      : real,
  "[R8] a device rings, and the failure of another is told": (real, { call }, event) =>
    isFailing(event) && call?.state === "ringing" && real.chat.call !== null && event.from.user === call.calleeUser
      ? edited(real, { failure: "incompatible" })
      : real,
  "[R8] a device within its grace is not waited for": (real, { call }, event) =>
    call?.state === "ringing" && real.chat.call?.state === "ringing" && real.chat.call.failure !== null &&
      isFailing(event)
      ? instead({ ...real.chat, call: { ...call, devices: [event.from.device] } }, event)
      : real,
  "[R8] a call that failed is told as a hang-up": (real, _, event) => ({
    ...real,
    deliveries: real.deliveries.map(({ to, message }) => ({
      to,
      message: isFailing(event) && message.type === "call:end" ? { ...message, reason: "hangup" } : message,
    })),
  }),
  "[R8] a device that did not answer hangs up": (real, { call }, event) =>
    call?.state === "connected" && isSaying(event, "call:end") && event.type === "message" &&
      event.from.user === call.callee.user
      ? { ...real, chat: { ...real.chat, call: null }, deliveries: [] }
      : real,
  "[R8] the caller's other device cancels": (real, chat, event) =>
    chat.call?.state === "ringing" && isSaying(event, "call:end") && event.type === "message" &&
      event.from.user === chat.call.caller.user
      ? instead(chat, { ...event, from: { ...event.from, device: chat.call.caller.device } })
      : real,
  "[R9] a busy callee is rung": (real, chat, event) =>
    event.type === "initiate" && event.calleeBusy ? instead(chat, { ...event, calleeBusy: false }) : real,
  "[R10] who takes back its own attempt is not told that what rings there is over": (real, _, event) =>
    event.type !== "message"
      ? real
      : without(real, ({ to, message }) =>
        to.device === event.from.device && to.user === event.from.user && message.type === "call:end" &&
        message.reason === "rejected-elsewhere"),
  "[R10] glare makes no call": (real, chat, event) =>
    real.deliveries.some(({ message }) => message.type === "call:offer" && message.glare)
      ? {
        ...real,
        chat: { ...chat, call: null },
        deliveries: [fail(event as CallEvent & { type: "initiate" }, "BUSY")],
      }
      : real,
  "[R10] glare makes a second call": (real, chat, event) =>
    real.deliveries.some(({ message }) => message.type === "call:offer" && message.glare)
      ? instead({ ...chat, call: null }, event)
      : real,
  "[R10] glare is refused": (real, chat, event) =>
    chat.call?.state === "ringing" && event.type === "initiate" && event.from.user === chat.call.calleeUser
      ? { ...real, chat, deliveries: [fail(event, "BUSY")] }
      : real,
  "[R11] two hang-ups that cross are an error": (real) => ({ ...real, chat: { ...real.chat, memory: [] } }),
  "[R11] a repeated initiate is refused": (real, chat, event) =>
    event.type === "initiate" && chat.call !== null && real.deliveries.length === 0
      ? { ...real, chat, deliveries: [fail(event, "BUSY")] }
      : real,
  "[R12] a drop ends the call at once": (real, { call }, event) =>
    event.type === "drop" && call !== null && real.chat.call !== call
      ? { ...real, chat: { ...real.chat, call: null } }
      : real,
  "[R12] the grace never ends": (real, _, event) =>
    event.type === "drop" && real.chat.call !== null
      ? edited(real, { caller: { ...real.chat.call.caller, awayUntil: null } as RingingCall["caller"] })
      : real,
  "[R12] a page that goes has the whole grace": (real, chat, event) =>
    event.type === "drop" ? instead(chat, { ...event, graceMs: RULES.graceMs }) : real,
  "[R12] a socket that drops has a short grace": (real, chat, event) =>
    event.type === "drop" ? instead(chat, { ...event, graceMs: LEAVING_GRACE_MS }) : real,
  "[R12] what was held is lost": (real, _, event) =>
    event.type === "connect"
      ? without(real, ({ message }) => ["call:answer", "call:ice-candidate"].includes(message.type))
      : real,
  "[R12] what follows an answer that was lost is an error": (real, { call }, event) =>
    call?.state === "ringing" && event.type === "message" && event.message.type === "call:media" &&
      event.from.user === call.calleeUser
      ? { ...real, deliveries: [fail(event, "NO_CALL")] }
      : real,
  "[R12] a device that is back does not ring again": (real, _, event) =>
    event.type === "connect" ? without(real, typed("call:offer")) : real,
  "[R13] a reload passes for a reconnect": (real, chat, event) =>
    event.type === "connect" ? instead(chat, { ...event, reloaded: false }) : real,
  "[R13] a reload is told after where the call stands": (real, _, event) =>
    event.type === "connect"
      ? { ...real, deliveries: real.deliveries.toSorted((a, b) => Number(isState(b)) - Number(isState(a))) }
      : real,
  "[R14] resume accepts a side that is taken": (real, chat, event) => {
    const { call } = chat;
    if (event.type !== "resume" || call?.state !== "connected" || event.message.callId !== call.callId) return real;
    const { role } = event.message;
    return { ...real, chat: { ...chat, call: { ...call, [role]: { ...call[role], ...event.from } } } };
  },
  "[R14] a server that lost nothing revives a call": (real, chat, event) =>
    event.type === "resume" ? instead(chat, { ...event, isRecovering: true }) : real,
  "[R21] a callee who may be reached by push is offline": (real, chat, event) =>
    event.type === "initiate" && event.push ? instead(chat, { ...event, push: false }) : real,
  "[R21] that nobody was reached is not told": (real, _, event) =>
    event.type === "unreached" ? without(real, typed("call:error")) : real,
  "[R21] nobody finds the call that reached nobody": (real, _, event) =>
    event.type === "unreached" ? withoutFacts(real, ({ type }) => type === "missed") : real,
  "[R21] a call ends for who came by themselves": (real, { call }, event) =>
    event.type === "unreached" && call?.state === "ringing" && real.chat.call !== null
      ? { ...real, chat: { ...real.chat, call: null } }
      : real,
  "[R21] the devices ring on after a notification declined": (real, _, event) =>
    event.type === "decline" ? without(real, ended("rejected-elsewhere")) : real,
  "[R21] the caller declines from a notification": (real, chat, event) =>
    event.type === "decline" && chat.call?.state === "ringing" && event.user === chat.call.caller.user
      ? instead(chat, { ...event, user: chat.call.calleeUser })
      : real,
  "[R21] a notification declines whatever rings": (real, chat, event) =>
    event.type === "decline" && chat.call !== null ? instead(chat, { ...event, callId: chat.call.callId }) : real,
  "[R19] what rings outlives the server": (real, chat, event) =>
    event.type === "shutdown" ? { chat, deliveries: [], facts: [] } : real,
  "[R19] what goes on ends with the server": (real, chat, event) =>
    event.type === "shutdown" && chat.call?.state === "connected"
      ? instead(chat, { ...event, type: "leave", user: chat.call.caller.user ?? chat.call.callee.user! })
      : real,
  "a message is told to a device outside the call": (real, { call }) => ({
    ...real,
    deliveries: real.deliveries.map((one) =>
      call?.state === "connected" && one.message.type === "call:media"
        ? { ...one, to: { ...one.to, device: one.to.device === "1" ? "2" : "1" } }
        : one
    ),
  }),
  ...FACT_MUTANTS,
};
