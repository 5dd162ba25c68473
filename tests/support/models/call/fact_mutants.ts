/** The call function with wrong facts, one at a time, where its messages are right. */

import type { Endpoint } from "../../../../signaling/call/parties.ts";
import { endedBy, isFailing, isSaying, type Mutant, tagOf, typed, withFacts, withoutFacts } from "./mutation.ts";

export const FACT_MUTANTS: Record<string, Mutant> = {
  "[facts] a time-out ends no call": (real, _, event) =>
    event.type === "tick" ? withoutFacts(real, ({ type }) => type === "ended") : real,
  "[facts] a call ends for each of its two": (real) =>
    withFacts(real, ...real.facts.filter(({ type }) => type === "ended")),
  "[facts] hang-ups that cross end a call each": (real, chat, event) =>
    isSaying(event, "call:end") && chat.call === null && chat.memory.length > 0 && event.type === "message"
      ? withFacts(real, {
        type: "ended",
        call: { chatId: event.message.chatId, callId: chat.memory.at(-1)!.callId, media: "video" },
        outcome: "hangup",
        by: event.from,
      })
      : real,
  "[facts] a call ends by what the other devices are told": (real, _, event) =>
    isSaying(event, "call:reject")
      ? endedBy(real, (fact) => ({ ...fact, outcome: "rejected-elsewhere" as "declined" }))
      : real,
  "[facts] a call that failed ends as a hang-up": (real, _, event) =>
    isFailing(event) ? endedBy(real, (fact) => ({ ...fact, outcome: "hangup" })) : real,
  "[facts] time ends a call by its caller's word": (real, { call }, event) =>
    event.type === "tick" ? endedBy(real, (fact) => ({ ...fact, by: call!.caller as Endpoint })) : real,
  "[facts] an answer is not told": (real) => withoutFacts(real, ({ type }) => type === "answered"),
  "[facts] a second answer is told": (real, { call }, event) =>
    call?.state === "connected" && isSaying(event, "call:answer") && event.type === "message" &&
      event.from.user === call.callee.user
      ? withFacts(real, { type: "answered", call: tagOf(call), callee: event.from })
      : real,
  "[facts] the wrong device answered": (real) => ({
    ...real,
    facts: real.facts.map((fact) =>
      fact.type === "answered" ? { ...fact, callee: { ...fact.callee, device: "another" } } : fact
    ),
  }),
  "[facts] glare places a second call": (real, { call }, event) =>
    event.type === "initiate" && call !== null && real.deliveries.some(typed("call:offer"))
      ? withFacts(real, {
        type: "placed",
        call: { ...tagOf(call), callId: event.callId },
        caller: { ...event.from, name: event.name },
        callee: event.callee!,
        calleeName: event.calleeName,
      })
      : real,
  "[facts] a call is placed untold": (real) => withoutFacts(real, ({ type }) => type === "placed"),
  "[facts] a call to nobody is placed": (real, _, event) =>
    event.type === "initiate"
      ? {
        ...real,
        facts: real.facts.map((fact) =>
          fact.type === "unreachable" ? { ...fact, type: "placed", reason: undefined } : fact
        ),
      }
      : real,
  "[facts] nobody hears of a call to somebody who is not there": (real) =>
    withoutFacts(real, ({ type }) => type === "unreachable"),
  "[facts] a call that was declined is a missed one": (real, { call }, event) =>
    isSaying(event, "call:reject") && call?.state === "ringing" && real.chat.call === null
      ? withFacts(real, {
        type: "missed",
        call: tagOf(call),
        caller: call.caller,
        callee: call.calleeUser,
        reason: "cancelled",
      })
      : real,
  "[facts] a cancelled call is not a missed one": (real, _, event) =>
    isSaying(event, "call:end") ? withoutFacts(real, ({ type }) => type === "missed") : real,
  "[facts] a call to somebody who talks is not a missed one": (real) =>
    withoutFacts(real, (fact) => fact.type === "missed" && fact.reason === "busy"),
  "[facts] the caller missed their own call": (real) => ({
    ...real,
    facts: real.facts.map((fact) => fact.type === "missed" ? { ...fact, callee: fact.caller.user } : fact),
  }),
  "[facts] each device that rings is told": (real, { call }, event) =>
    call?.state === "ringing" && call.acknowledged && isSaying(event, "call:ringing") && event.type === "message" &&
      event.from.user === call.calleeUser
      ? withFacts(real, { type: "ringing", call: tagOf(call), device: event.from })
      : real,
  "[facts] a device that cannot take the call is not told": (real) =>
    withoutFacts(real, ({ type }) => type === "unable"),
  "[facts] that a side is back is not told": (real) => withoutFacts(real, ({ type }) => type === "back"),
  "[facts] a reload is told as an absence": (real, { call }, event) =>
    event.type === "connect" && event.reloaded && call?.state === "connected"
      ? withFacts(real, { type: "away", call: tagOf(call), side: "caller" })
      : real,
  "[facts] a call that outlived the server is not told": (real) => withoutFacts(real, ({ type }) => type === "resumed"),
  "[facts] its other side is not told": (real) => withoutFacts(real, ({ type }) => type === "rejoined"),
};
