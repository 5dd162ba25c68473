/** The invariants that no order of events may break: checked on everything that came of an event. */

import { nextDeadline } from "../../../../signaling/call/advance.ts";
import type { Advanced } from "../../../../signaling/call/state.ts";
import { failureIn, judge, owe, wasRefused } from "./oracle.ts";
import { replay } from "./replay.ts";
import {
  type Advance,
  BOUNDS,
  ENDPOINTS,
  indexOf,
  isAbout,
  isParty,
  isPresent,
  isSame,
  itemOf,
  type Message,
  type Model,
  type ModelEvent,
  RELAYED,
  RULES,
  rung,
  SIDES,
  sidesOf,
} from "./model.ts";

const WRONG_AGAIN = "something else said again than what followed the answer";

/** Checks everything that came of an event, and keeps what was learnt from it. */
export function inspect(before: Model, event: ModelEvent, { chat, deliveries, facts }: Advanced): Model {
  const { now } = before;
  const was = before.chat.call;
  const is = chat.call;
  // R21: who hears that nobody was reached is the caller.
  const isUnreached = event.type === "unreached" && was?.state === "ringing";
  const from = "from" in event ? event.from : isUnreached ? was.caller : null;
  const verdict = judge(before, event);
  const violations = [...before.violations];
  const check = (holds: boolean, rule: string) => {
    if (!holds) violations.push(`${rule} (on ${event.type})`);
  };
  const over = { ...before.over };
  const withdrawn = { ...before.withdrawn };
  const devices = before.devices.map((device) => ({ ...device }));
  if (event.type === "connect") devices[indexOf(event.from)] = { away: null, rings: null };
  // Whoever answered or ended it knows, without being told.
  const isUnable = event.type === "message" && was?.state === "ringing" && failureIn(event.message) !== null &&
    isAbout(was, event.from, event.message.callId) && was.calleeUser === event.from.user;
  if (event.type === "message" && (is === null || isParty(is, event.from) || isUnable)) {
    devices[indexOf(event.from)]!.rings = null;
  }
  if (isUnable && is?.state === "ringing") {
    check(!rung(is).some((one) => isSame(one, event.from)), "a device that cannot take the call rings on");
  }

  let { lapse } = before;
  if (was === null && is !== null) {
    check(event.type === "resume" || verdict.starts === true, "a call from nothing");
    lapse = now + (is.state === "ringing" ? RULES.ringTimeoutMs : RULES.graceMs);
  }
  const reloaded = is?.state === "ringing" && is.callId === was?.callId &&
    (before.reloaded || event.type === "connect" && event.reloaded && isSame(is.caller, event.from));
  const isAck = event.type === "message" && event.message.type === "call:ringing" && was?.state === "ringing" &&
    rung(was).some((one) => isSame(one, event.from)) && isAbout(was, event.from, event.message.callId);
  const rings = is?.state === "ringing" && is.callId === was?.callId && (before.rings || isAck);
  let unable = is?.state === "ringing" && is.callId === was?.callId ? before.unable : null;
  const hasFailed = isUnable && rung(was).some((one) => isSame(one, event.from));
  if (is?.state === "ringing" && hasFailed) {
    unable = rung(is).some((one) => isPresent(before, one)) ? null : failureIn(event.message);
  }
  const owed = is === null ? { caller: [], callee: [] } : owe(before, event, is);

  const spoke = event.type === "message" && was?.state === "connected" && isSame(was.caller, event.from) &&
    isAbout(was, event.from, event.message.callId) && RELAYED.includes(event.message.type);
  const lostPage = event.type === "connect" && event.reloaded && was !== null && isSame(was.caller, event.from);
  const unacknowledged = is?.state !== "connected" || spoke || lostPage ? [] : [...before.unacknowledged];
  const isAsking = event.type === "resume" && was?.state === "connected" && was.callId === event.message.callId &&
    isSame(was.caller, event.from);
  const again = isAsking ? [...unacknowledged] : [];

  const ends: Record<number, string> = {};
  const told = { errors: [] as string[], offers: new Set<number>(), ringing: false, state: false, glare: false };
  for (const { to, message: any } of deliveries) {
    const message = any as Message;
    const receiver = to;
    const n = indexOf(receiver);
    const { away } = devices[n]!;
    const side = is && SIDES.find((side) => sidesOf(is)[side] && isSame(sidesOf(is)[side]!, receiver));
    if (message.type === "call:error") {
      check(from !== null && isSame(from, receiver), "an error for somebody else");
      told.errors.push(message.code);
      continue;
    }
    if (message.type === "call:end" || message.type === "call:rejected") {
      if (away === null) ends[n] = message.reason;
      if (devices[n]!.rings === message.callId) devices[n]!.rings = null;
      continue;
    }
    check(!(message.callId in over), `${message.type} after the end of its call`);
    check(is?.callId === message.callId, `${message.type} of a call that there is not`);
    if ("expiresInMs" in message) {
      check(message.expiresInMs === Math.max(0, lapse - now), "another time left than the call has");
    }
    switch (message.type) {
      case "call:offer":
        check(is?.state === "ringing" && is.calleeUser === to.user, "an offer that does not ring");
        if (away === null) devices[n]!.rings = message.callId;
        told.offers.add(n);
        told.glare ||= message.glare === true && from !== null && isSame(from, receiver);
        break;
      case "call:ringing":
        check(is?.state === "ringing" && side === "caller", "ringing is for the caller");
        check(rings, "the caller was told that it rings before a device said so");
        told.ringing = true;
        break;
      case "call:state":
        check(side !== undefined || is?.state === "ringing" && is.calleeUser === to.user, "the state for an outsider");
        told.state ||= from !== null && isSame(from, receiver);
        break;
      default: {
        const alone = was === null && event.type === "resume" && message.type === "call:peer" &&
          message.state === "reconnecting";
        if (alone && isSame(event.from, receiver)) break;
        check(is?.state === "connected", `${message.type} before the answer`);
        if (isAsking && isSame(event.from, receiver)) {
          check(again.shift() === itemOf(message), WRONG_AGAIN);
          break;
        }
        const isLate = told.state && itemOf(message) === "peer reloaded" && from !== null && isSame(from, receiver);
        check(!isLate, "who is back hears of the other's reload after where the call stands");
        if (side === "caller" && (unacknowledged.length > 0 || message.type === "call:answer")) {
          unacknowledged.push(itemOf(message));
        }
        if (side === undefined || side === null) check(false, `${message.type} for somebody outside the call`);
        else check(away === null && owed[side].shift() === itemOf(message), `${message.type} out of turn, or lost`);
      }
    }
  }

  check(again.length === 0, WRONG_AGAIN);

  // Ends (R4, R5, R7, R8, R12), errors, starts (R3, R9, R10).
  const sees = Object.entries(verdict.ends).filter(([n]) => devices[Number(n)]!.away === null);
  check(sameEntries(ends, Object.fromEntries(sees)), "the wrong devices were told of an end, or a wrong reason");
  if (verdict.error === "none") check(told.errors.length === 0, verdict.rule ?? "an error for something allowed");
  else if (verdict.error) check(told.errors.join() === verdict.error, `no ${verdict.error}, or more than that`);
  check(told.errors.length <= 1, "two errors for one event");
  check(was === null || (is?.callId !== was.callId) === (verdict.over === true), "a call ended, or did not, wrongly");
  check(is === null || was === null || is.callId === was.callId, "a call replaced another one");
  if (verdict.starts && event.type === "initiate") {
    const rung = ENDPOINTS.flatMap(({ user }, n) => user === event.callee && devices[n]!.away === null ? [n] : []);
    check(is?.state === "ringing", "a call was not started");
    check(rung.join() === [...told.offers].sort().join(), "a connected device of the callee was not rung");
  }
  if (is?.state === "ringing") {
    const isNews = isAck && !before.rings && isPresent({ devices }, is.caller);
    const isAsking = (event.type === "connect" || event.type === "resume") && told.state &&
      isSame(is.caller, event.from);
    check(told.ringing === (isNews || isAsking && rings), "the caller was told that it rings, or not, wrongly");
  }
  if (verdict.glare) check(told.glare, "the second of two initiators was not given the call");

  // Who is in the call.
  if (event.type === "message" && was !== null) {
    const may = was.state === "ringing"
      ? isSame(was.caller, event.from) || was.calleeUser === event.from.user
      : isParty(was, event.from);
    check(may || verdict.mayEnd === true || is === was, "somebody outside the call changed it");
  }
  let winner = is === null || was === null ? null : before.winner;
  if (is?.state === "connected") {
    check(is.caller.user !== is.callee.user, "a call of a user with themselves");
    if (was?.state === "ringing") {
      const isAnswer = event.type === "message" && event.message.type === "call:answer";
      check(
        isAnswer && isSame(is.callee, event.from) && was.calleeUser === event.from.user,
        "not answered by answering",
      );
    }
    for (const side of was?.state === "connected" ? SIDES : []) {
      const { user, device } = (was as typeof is)[side];
      check(user === null || isSame(is[side], { user, device: device! }), "a side was taken over");
    }
    check(winner === null || winner === is.callee.device, "two devices won one call");
    winner = is.callee.device;
    for (const side of SIDES) {
      if (isPresent({ devices }, is[side])) {
        check(owed[side].length === 0, "something said was neither delivered nor held");
      }
    }
  }
  if (event.type === "connect" && is !== null) {
    if (isParty(is, event.from)) check(told.state, "a party that is back was not told where the call stands");
    if (is.state === "ringing" && is.calleeUser === event.from.user) {
      check(told.offers.has(indexOf(event.from)), "a device that is back does not ring again");
    }
  }
  devices.forEach(({ rings }, n) => {
    const rightly = is?.state === "ringing" && is.callId === rings && rung(is).some((one) => indexOf(one) === n);
    check(rings === null || rightly, "a device rings for a call that does not ring");
  });

  const expected = {
    verdict,
    rings: isAck && !before.rings,
    unable: hasFailed ? failureIn(event.message) : null,
  };
  const reported = replay(before, event, facts, is, expected, check);

  // Time and size.
  const next = nextDeadline(chat);
  if (event.type === "tick") check(next === null || next > now, "a deadline in the past after a tick");
  const held = is === null ? 0 : Math.max(...SIDES.map((side) => sidesOf(is)[side]?.held.length ?? 0));
  check(chat.memory.length <= BOUNDS.memory && held <= BOUNDS.held, "the state grows without bound");
  if (is?.state === "ringing") {
    check(
      is.candidates.length <= BOUNDS.candidates && new Set(is.devices).size === is.devices.length,
      "the call grows",
    );
  }

  if (was !== null && is?.callId !== was.callId) {
    over[was.callId] = now;
    if (was.glare !== null) over[was.glare.callId] = now;
  }
  if (event.type === "message" && event.message.type === "call:end" && event.message.callId !== undefined) {
    const { from: { user }, message: { callId } } = event;
    const isKnown = callId in over || wasRefused(before, callId);
    if (!isKnown && (was === null || !isAbout(was, event.from, callId))) withdrawn[`${user} ${callId}`] ??= now;
  }
  if (told.offers.size > 0) unable = null;
  const learnt = { winner, lapse, reloaded, rings, unable, reported, owed, unacknowledged };
  return { ...before, chat, devices, ...learnt, over, withdrawn, violations };
}

/** R11: the same message of the same device once more, with nothing in between. */
export function checkRepeat(model: Model, event: ModelEvent, { chat, deliveries }: Advanced, apply: Advance): Model {
  if (event.type !== "message" && event.type !== "initiate" && event.type !== "resume") return model;
  if (deliveries.some(({ message }) => message.type === "call:error")) return model;
  // Without an id, one that was turned down for a busy callee is another call each time.
  const isBusy = deliveries.some(({ message }) => message.type === "call:rejected");
  if (event.type === "initiate" && event.message.callId === undefined && isBusy) return model;
  const isRelay = "message" in event &&
    RELAYED.includes(event.message.type);
  const again = apply(chat, event, RULES);
  const errors = again.deliveries.filter(({ message }) => message.type === "call:error");
  const others = again.deliveries.filter(({ to }) => !isSame(to, event.from));
  const same = isRelay || others.length === 0 && JSON.stringify(again.chat) === JSON.stringify(chat);
  if (errors.length === 0 && again.facts.length === 0 && same) return model;
  return { ...model, violations: [...model.violations, `a repeat is an error, or does something (on ${event.type})`] };
}

function sameEntries(a: Record<number, string>, b: Record<number, string>): boolean {
  return Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([n, reason]) => b[Number(n)] === reason);
}
