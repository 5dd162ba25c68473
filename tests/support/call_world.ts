/**
 * A chat with two users of two devices each, seen from outside the call function: what every device did and was told, and
 * the invariants that no order of events may break. Immutable, so that states can be compared and explored.
 */

import type { ServerMessage } from "../../shared/protocol.ts";
import { advance, nextDeadline } from "../../signaling/call.ts";
import {
  type Advanced,
  type CallEvent,
  type ChatCalls,
  type Endpoint,
  type InCallMessage,
  MAX_HELD_CANDIDATES,
  MEMORY_MS,
  NO_CALLS,
} from "../../signaling/call_state.ts";

/** Multiples of `MEMORY_MS`, so that waiting in such steps keeps the number of different times small. */
export const RULES = { ringTimeoutMs: 3 * MEMORY_MS, graceMs: 2 * MEMORY_MS };
export const ENDPOINTS: readonly Endpoint[] = ["ann", "bob"].flatMap((user) =>
  ["1", "2"].map((device) => ({ user, device }))
);
/** Ids that clients propose: few, so that repeats and mix-ups are common. */
export const CALL_IDS = ["call-aaaaaaaaaaaaaaaa", "call-bbbbbbbbbbbbbbbb"] as const;
const RELAYED: readonly string[] = ["call:ice-candidate", "call:negotiate", "call:media"];
const WRONG_AGAIN = "something else said again than what followed the answer";
/** In a step: the id the server gave last. */
export const GIVEN = "given";
/** The most the call function may keep: memories, held candidates, messages held for one side. */
const BOUNDS = { memory: 16, candidates: MAX_HELD_CANDIDATES, held: 128 };

const CHAT = "chat";
const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";

/** Something a device, a socket or the clock does. */
export type Step =
  /** `busy`: one of the two is in a call in another chat. */
  | { readonly do: "initiate"; readonly from: number; readonly callId: string | null; readonly busy?: Side }
  | {
    readonly do: "answer" | "reject" | "candidate" | "end" | "negotiate" | "media";
    readonly from: number;
    readonly callId: string | null;
  }
  | {
    readonly do: "resume";
    readonly from: number;
    readonly callId: string;
    readonly role: Side;
    readonly busy?: boolean;
    /** The server has been up for so long that it cannot have lost the call. */
    readonly tooLate?: boolean;
  }
  | { readonly do: "drop" | "connect" | "reload"; readonly from: number }
  /** The server forgets everything, and every socket drops. */
  | { readonly do: "restart" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "deadline" }
  /** A deadline passes, and its timer is late. */
  | { readonly do: "late" };

type Side = "caller" | "callee";
const SIDES = ["caller", "callee"] as const;

/** What one device knows, by what it was told. */
export interface Device {
  /** When its socket went; `null` while it is connected, `NEVER` where the server has not heard of it. */
  readonly away: number | null;
  /** The call it rings for. */
  readonly rings: string | null;
}
export const NEVER = -1e9;

/** One state of the chat and of what was seen of it. */
export interface World {
  readonly chat: ChatCalls;
  readonly now: number;
  readonly devices: readonly Device[];
  /** The device that answered the current call, once one has. */
  readonly winner: string | null;
  /** When the ringing, or the wait for a side that has not resumed, has to end. */
  readonly lapse: number;
  /** The caller's page was reloaded while it rang. */
  readonly reloaded: boolean;
  /** What was said to a side and has not reached it, in order. */
  readonly owed: Readonly<Record<Side, readonly string[]>>;
  /** What the caller was told since the answer, and may ask for again until it has spoken: its socket may have been dead. */
  readonly unheard: readonly string[];
  /** Calls that ended, and hang-ups that came before their call (`user callId`), with the time. */
  readonly over: Readonly<Record<string, number>>;
  readonly withdrawn: Readonly<Record<string, number>>;
  /** How many ids the server has given, and messages were numbered. */
  readonly ids: number;
  readonly seq: number;
  /** What went wrong; empty as long as the rules hold. */
  readonly violations: readonly string[];
}

export const START: World = {
  chat: NO_CALLS,
  now: 0,
  devices: ENDPOINTS.map(() => ({ away: null, rings: null })),
  winner: null,
  lapse: 0,
  reloaded: false,
  owed: { caller: [], callee: [] },
  unheard: [],
  over: {},
  withdrawn: {},
  ids: 0,
  seq: 0,
  violations: [],
};

/** The call function under test: the real one, or a mutant that the invariants must catch. */
export type Advance = typeof advance;

/** Applies a step and checks what came of it. Returns the same world where the step is not possible in it. */
export function step(world: World, next: Step, apply: Advance = advance): World {
  const moved = prepare(world, next);
  if (moved === null || next.do === "late") return moved ?? world;
  const event = eventOf(moved, next);
  const result = apply(moved.chat, event, RULES);
  const after = inspect(moved, event, result);
  return result.chat === moved.chat ? after : checkRepeat(after, event, result, apply);
}

/** Lets time pass until nothing is due any more, as if nobody did anything. */
export function settle(world: World, apply: Advance = advance): World {
  for (let guard = 0; guard < 10; guard++) {
    if (nextDeadline(world.chat) === null) {
      const { call } = world.chat;
      const stands = call === null || call.state === "connected" && SIDES.every((side) => isPresent(world, call[side]));
      return stands ? world : { ...world, violations: [...world.violations, "a call neither ends nor is connected"] };
    }
    world = step(world, { do: "deadline" }, apply);
  }
  return { ...world, violations: [...world.violations, "deadlines never end"] };
}

// --- From steps to events --------------------------------------------------------------------------------------------

function prepare(world: World, next: Step): World | null {
  switch (next.do) {
    case "wait":
      return later(world, world.now + next.ms);
    case "deadline":
    case "late": {
      const due = nextDeadline(world.chat);
      return due === null ? null : later(world, Math.max(world.now, due));
    }
    case "restart":
      return {
        ...START,
        now: world.now,
        ids: world.ids,
        seq: world.seq,
        devices: ENDPOINTS.map(() => ({ away: NEVER, rings: null })),
      };
    case "drop":
      return world.devices[next.from]!.away === null
        ? withDevice(world, next.from, { away: world.now, rings: null })
        : null;
    case "connect":
    case "reload":
      return world;
    default:
      if (world.devices[next.from]!.away !== null || next.callId === GIVEN && world.ids === 0) return null;
      return {
        ...world,
        seq: world.seq + 1,
        ids: world.ids + (next.do === "initiate" && next.callId === null ? 1 : 0),
      };
  }
}

/** The world at a later time, without what nobody has to remember any more. */
function later(world: World, now: number): World {
  const recent = (times: World["over"]) =>
    Object.fromEntries(Object.entries(times).filter(([, at]) => now - at < MEMORY_MS));
  return { ...world, now, over: recent(world.over), withdrawn: recent(world.withdrawn) };
}

function eventOf(world: World, next: Exclude<Step, { do: "late" }>): CallEvent {
  const { now, devices } = world;
  if (next.do === "wait" || next.do === "deadline" || next.do === "restart") return { type: "tick", now };
  const from = ENDPOINTS[next.from]!;
  const sender = { ...from, name: from.user };
  const callId = "callId" in next && (next.callId === GIVEN ? `given-${world.ids}` : next.callId) || null;
  const about = { chatId: CHAT, ...(callId ? { callId } : {}) };
  switch (next.do) {
    case "drop":
      return { type: "drop", now, from };
    case "connect":
    case "reload":
      // A device the server has forgotten is a new one, whatever its page.
      return { type: "connect", now, from, reloaded: next.do === "reload" && isKnown(devices[next.from]!, now) };
    case "resume": {
      const message = { type: "call:resume" as const, chatId: CHAT, callId: callId!, role: next.role };
      return { type: "resume", now, from: sender, message, busy: next.busy ?? false, isRecovering: !next.tooLate };
    }
    case "initiate": {
      const callee = from.user === "ann" ? "bob" : "ann";
      const known = ENDPOINTS.map((endpoint, n) => ({ ...endpoint, ...devices[n]! }))
        .filter((device) => device.user === callee && isKnown(device, now));
      return {
        type: "initiate",
        now,
        from,
        name: from.user,
        callId: callId ?? `given-${world.ids}`,
        message: { type: "call:initiate", ...about, offer: { type: "offer", sdp: SDP } },
        callee,
        devices: known.map(({ device, away }) => ({ device, connected: away === null })),
        callerBusy: next.busy === "caller",
        calleeBusy: next.busy === "callee",
      };
    }
    default:
      return { type: "message", now, from: sender, message: inCall(next.do, about, world.seq) };
  }
}

/** Messages that are relayed carry a number, so that none is lost or overtaken unseen. */
function inCall(
  action: "answer" | "reject" | "candidate" | "end" | "negotiate" | "media",
  about: { chatId: string; callId?: string },
  seq: number,
): InCallMessage {
  switch (action) {
    case "answer":
      return { type: "call:answer", ...about, answer: { type: "answer", sdp: SDP } };
    case "candidate": {
      const candidate = `candidate:1 1 udp 1 192.0.2.1 ${seq} typ host`;
      return { type: "call:ice-candidate", ...about, candidate: { candidate, sdpMid: "0" } };
    }
    case "reject":
      return { type: "call:reject", ...about };
    case "end":
      return { type: "call:end", ...about };
    case "negotiate":
      return { type: "call:negotiate", ...about, description: { type: "offer", sdp: `${SDP} ${seq}` } };
    case "media":
      return { type: "call:media", ...about, audio: seq % 2 === 1, video: seq % 4 > 1, screen: false };
  }
}

// --- What must come of an event, by the rules ------------------------------------------------------------------------

type Call = NonNullable<ChatCalls["call"]>;
type Message = ServerMessage & { callId: string };

/** What the rules demand of an event, as far as ends, errors and starts go. */
interface Verdict {
  /** What each device is told of an end, by its index in `ENDPOINTS`; nobody else is told of one. */
  readonly ends: Record<number, string>;
  /** The callee missed a call, and why. */
  readonly missed?: string;
  /** The current call is over. */
  readonly over?: boolean;
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

function judge(world: World, event: CallEvent): Verdict {
  const { call } = world.chat;
  if (event.type === "tick") return call === null ? { ends: {} } : judgeTime(world, call);
  if (event.type === "initiate") return judgeInitiate(world, event);
  if (event.type === "resume" && call === null) {
    const isRevived = event.isRecovering && !event.busy && !(event.message.callId in world.over);
    return isRevived ? { ends: {} } : { ends: {}, error: "NO_CALL" };
  }
  if (event.type !== "message") return { ends: {} };
  const { from, message } = event;
  if (call === null || !isAbout(call, from, message.callId)) {
    const known = message.callId === undefined ? Object.keys(world.over).length > 0 : message.callId in world.over;
    return { ends: {}, ...(known || message.type === "call:end" && message.callId ? { error: "none" } : {}) };
  }
  const self = indexOf(from);
  const isCallee = from.user === calleeUserOf(call);
  const stops = message.type === "call:end" || message.type === "call:reject" && isCallee;
  if (call.state === "connected") {
    const side = SIDES.find((side) => isSame(call[side], from));
    const isAbsent = SIDES.some((side) => call[side].user === null) &&
      SIDES.every((side) => call[side].user !== from.user);
    if (isAbsent && message.type === "call:end" && message.callId === call.callId) {
      // R14: instead of resuming, it hangs up.
      return { ends: toldTo([call.caller, call.callee], "hangup"), over: true, error: "none", mayEnd: true };
    }
    if (side === undefined) {
      if (!isCallee || message.type === "call:end") return { ends: {}, error: "NO_CALL" };
      return message.type === "call:answer" ? { ends: { [self]: "answered-elsewhere" }, error: "none" } : { ends: {} };
    }
    if (message.type !== "call:end") return { ends: {} };
    return { ends: toldTo([call[side === "caller" ? "callee" : "caller"]], "hangup"), over: true, error: "none" };
  }
  if (isSame(call.caller, from)) {
    if (!stops) return { ends: {} };
    return { ends: toldTo(rung(call), "cancelled"), missed: "cancelled", over: true, error: "none" };
  }
  if (!isCallee) return { ends: {}, error: "NO_CALL" };
  const others = rung(call).filter((other) => !isSame(other, from));
  if (message.type === "call:answer") return { ends: toldTo(others, "answered-elsewhere"), error: "none" };
  if (!stops) return { ends: {} };
  const ends = { ...toldTo([call.caller], "declined"), ...toldTo(others, "rejected-elsewhere") };
  return { ends, over: true, error: "none" };
}

function judgeTime(world: World, call: Call): Verdict {
  const isGone = (side: Party) =>
    side.user === null ? world.lapse <= world.now : (awayFor(world, side) ?? 0) >= RULES.graceMs;
  if (call.state === "connected") {
    const lost = SIDES.some((side) => isGone(call[side]));
    return lost ? { ends: toldTo([call.caller, call.callee], "connection-lost"), over: true } : { ends: {} };
  }
  if (world.lapse <= world.now) {
    return { ends: toldTo([call.caller, ...rung(call)], "timeout"), missed: "timeout", over: true };
  }
  return isGone(call.caller)
    ? { ends: toldTo(rung(call), "cancelled"), missed: "cancelled", over: true }
    : { ends: {} };
}

/** The one thing taken from the call function's own memory: ids of calls that never rang. */
const wasRefused = ({ chat, now }: World, callId: string) =>
  chat.memory.some((known) => known.was === "refused" && known.callId === callId && now - known.at < MEMORY_MS);

function judgeInitiate(world: World, event: CallEvent & { type: "initiate" }): Verdict {
  const { from, message: { callId } } = event;
  const { call } = world.chat;
  const self = indexOf(from);
  if (callId !== undefined) {
    if (`${from.user} ${callId}` in world.withdrawn) return { ends: { [self]: "cancelled" }, error: "none" };
    if (callId in world.over || wasRefused(world, callId)) return { ends: {}, error: "none" };
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
  if (event.devices.length === 0) return { ends: {}, missed: "offline", error: "USER_OFFLINE" };
  return { ends: {}, starts: true, error: "none" };
}

// --- The invariants --------------------------------------------------------------------------------------------------

/** Checks everything that came of an event, and keeps what was learnt from it. */
function inspect(before: World, event: CallEvent, { chat, deliveries }: Advanced): World {
  const { now } = before;
  const was = before.chat.call;
  const is = chat.call;
  const from = event.type === "tick" ? null : event.from;
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
  if (event.type === "message" && (is === null || isParty(is, event.from))) devices[indexOf(event.from)]!.rings = null;

  let { lapse } = before;
  if (was === null && is !== null) {
    check(event.type === "resume" || verdict.starts === true, "a call from nothing");
    lapse = now + (is.state === "ringing" ? RULES.ringTimeoutMs : RULES.graceMs);
  }
  const reloaded = is?.state === "ringing" && is.callId === was?.callId &&
    (before.reloaded || event.type === "connect" && event.reloaded && isSame(is.caller, event.from));
  const owed = is === null ? { caller: [], callee: [] } : owe(before, event, is);

  const spoke = event.type === "message" && was?.state === "connected" && isSame(was.caller, event.from) &&
    isAbout(was, event.from, event.message.callId) && RELAYED.includes(event.message.type);
  const lostPage = event.type === "connect" && event.reloaded && was !== null && isSame(was.caller, event.from);
  const unheard = is?.state !== "connected" || spoke || lostPage ? [] : [...before.unheard];
  const isAsking = event.type === "resume" && was?.state === "connected" && was.callId === event.message.callId &&
    isSame(was.caller, event.from);
  const again = isAsking ? [...unheard] : [];

  const ends: Record<number, string> = {};
  const missed: string[] = [];
  const told = { errors: [] as string[], offers: new Set<number>(), ringing: false, state: false, glare: false };
  for (const { to, message: any } of deliveries) {
    const message = any as Message;
    if (to.device === undefined) {
      const callee = event.type === "initiate" ? event.callee : was?.state === "ringing" ? was.calleeUser : null;
      check(message.type === "call:missed" && to.user === callee, "a message to a whole user, or to the wrong one");
      if (message.type === "call:missed") missed.push(message.reason);
      continue;
    }
    const receiver = { user: to.user, device: to.device };
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
        if (side === "caller" && (unheard.length > 0 || message.type === "call:answer")) unheard.push(itemOf(message));
        if (side === undefined || side === null) check(false, `${message.type} for somebody outside the call`);
        else check(away === null && owed[side].shift() === itemOf(message), `${message.type} out of turn, or lost`);
      }
    }
  }

  check(again.length === 0, WRONG_AGAIN);

  // Ends (R4, R5, R7, R8, R12), errors, starts (R3, R9, R10).
  const sees = Object.entries(verdict.ends).filter(([n]) => devices[Number(n)]!.away === null);
  check(sameEntries(ends, Object.fromEntries(sees)), "the wrong devices were told of an end, or a wrong reason");
  check(missed.join() === (verdict.missed ?? ""), "a missed call was not told, or told wrongly");
  if (verdict.error === "none") check(told.errors.length === 0, verdict.rule ?? "an error for something allowed");
  else if (verdict.error) check(told.errors.join() === verdict.error, `no ${verdict.error}, or more than that`);
  check(told.errors.length <= 1, "two errors for one event");
  check(was === null || (is?.callId !== was.callId) === (verdict.over === true), "a call ended, or did not, wrongly");
  check(is === null || was === null || is.callId === was.callId, "a call replaced another one");
  if (verdict.starts && event.type === "initiate") {
    const rings = ENDPOINTS.flatMap(({ user }, n) => user === event.callee && devices[n]!.away === null ? [n] : []);
    check(is?.state === "ringing", "a call was not started");
    check(rings.join() === [...told.offers].sort().join(), "a connected device of the callee was not rung");
    check(told.ringing === rings.length > 0, "the caller was told that it rings, or not, wrongly");
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
  return { ...before, chat, devices, winner, lapse, reloaded, owed, unheard, over, withdrawn, violations };
}

/** What each side must be given of what was said, after this event: in order, once, and as soon as its socket is there. */
function owe(before: World, event: CallEvent, is: Call): Record<Side, string[]> {
  const was = before.chat.call;
  const owed = { caller: [...before.owed.caller], callee: [...before.owed.callee] };
  if (event.type === "tick" || event.type === "initiate") return owed;
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
      owed[other(side)].push("peer reloaded");
    } else if (wasAway) owed[other(side)].push("peer back");
  }
  for (const items of [owed.caller, owed.callee]) items.splice(BOUNDS.held);
  return owed;
}

/** R11: the same message of the same device once more, with nothing in between. */
function checkRepeat(world: World, event: CallEvent, { chat, deliveries }: Advanced, apply: Advance): World {
  if (event.type !== "message" && event.type !== "initiate" && event.type !== "resume") return world;
  if (deliveries.some(({ message }) => message.type === "call:error")) return world;
  // Without an id, one that was turned down for a busy callee is another call each time.
  const isBusy = deliveries.some(({ message }) => message.type === "call:rejected");
  if (event.type === "initiate" && event.message.callId === undefined && isBusy) return world;
  const isRelay = "message" in event &&
    RELAYED.includes(event.message.type);
  const again = apply(chat, event, RULES);
  const errors = again.deliveries.filter(({ message }) => message.type === "call:error");
  const others = again.deliveries.filter(({ to }) => !isSame(to, event.from));
  const same = isRelay || others.length === 0 && JSON.stringify(again.chat) === JSON.stringify(chat);
  if (errors.length === 0 && same) return world;
  return { ...world, violations: [...world.violations, `a repeat is an error, or does something (on ${event.type})`] };
}

// --- Small parts -----------------------------------------------------------------------------------------------------

type Party = { readonly user: string | null; readonly device: string | null };

const other = (side: Side): Side => side === "caller" ? "callee" : "caller";
const isSame = (a: { user: string | null; device?: string | null }, b: Endpoint) =>
  a.user === b.user && a.device === b.device;
const indexOf = (endpoint: Endpoint) => ENDPOINTS.findIndex((one) => isSame(one, endpoint));
const rung = (call: Call & { state: "ringing" }) => call.devices.map((device) => ({ user: call.calleeUser, device }));
const sidesOf = (call: Call) => ({ caller: call.caller, callee: call.state === "connected" ? call.callee : null });
const isParty = (call: Call, endpoint: Endpoint) =>
  Object.values(sidesOf(call)).some((side) => side !== null && isSame(side, endpoint));
const isKnown = ({ away }: Device, now: number) => away === null || now - away < RULES.graceMs;

function awayFor({ devices, now }: World, { user, device }: Party): number | null {
  const { away } = devices[indexOf({ user: user!, device: device! })]!;
  return away === null ? null : now - away;
}

function isPresent({ devices }: Pick<World, "devices">, { user, device }: Party): boolean {
  return user !== null && devices[indexOf({ user, device: device! })]!.away === null;
}

/** The callee may also name the call it tried to start at the same moment (R10). */
function isAbout(call: Call, from: Endpoint, callId: string | undefined): boolean {
  if (callId === undefined || callId === call.callId) return true;
  return call.glare?.callId === callId && calleeUserOf(call) === from.user;
}

const calleeUserOf = (call: Call) => call.state === "ringing" ? call.calleeUser : call.callee.user;

function toldTo(parties: readonly Party[], reason: string): Record<number, string> {
  const known = parties.filter((party): party is Endpoint => party.user !== null);
  return Object.fromEntries(known.map((party) => [indexOf(party), reason]));
}

function sameEntries(a: Record<number, string>, b: Record<number, string>): boolean {
  return Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([n, reason]) => b[Number(n)] === reason);
}

/** A relayed message, with what tells it from the others. */
function itemOf(message: Message | InCallMessage): string {
  switch (message.type) {
    case "call:ice-candidate":
      return message.candidate?.candidate ?? "no more candidates";
    case "call:negotiate":
      return message.description.sdp;
    case "call:media":
      return `media ${message.audio} ${message.video}`;
    case "call:peer":
      return `peer ${message.state}`;
    default:
      return message.type;
  }
}

function withDevice(world: World, index: number, device: Device): World {
  return { ...world, devices: world.devices.map((old, n) => n === index ? device : old) };
}
