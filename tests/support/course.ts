/** A call of one device, for the tests of its course: states and events by name, and in a few words what comes of an event. */

import assert from "node:assert/strict";
import { course } from "../../shared/client/course/course.ts";
import type { CourseEvent, UntimedEvent } from "../../shared/client/course/course_event.ts";
import {
  type CallState,
  type Course,
  type CourseEffect,
  phaseOf,
  start,
} from "../../shared/client/course/course_state.ts";
import type { CallInfo } from "../../shared/client/state.ts";
import type { ServerMessages } from "../../shared/protocol/server_messages.ts";

/** When everything happens, on the monotonic clock. */
export const AT = 1_000;
/** What names the call at hand. */
export const ids = { chatId: "a-chat", callId: "this-call" };
const own: CallInfo = { ...ids, role: "caller", media: "video", peer: null };
const theirs: CallInfo = { ...own, role: "callee" };
const placed = { info: own, to: "bob", kinds: ["audio", "video"], deadline: 9_000 } as const;
const offered = { ...placed, hasOffered: true } as const;
const rings = { info: theirs, deadline: 9_000, expiresAt: 7_000, isStale: false } as const;

/** How far a call may have come, by name. */
export const STATES = {
  "idle": { stage: "idle" },
  "preparing": { stage: "preparing", info: own, to: "bob", kinds: ["audio", "video"] },
  "placing": { ...placed, stage: "placing" },
  "calling": { ...offered, stage: "calling" },
  "calling, reloaded": { ...offered, stage: "calling", hasOffered: false, kinds: [] },
  "ringing": { ...offered, stage: "ringing", expiresAt: 7_000 },
  "incoming": { ...rings, stage: "incoming", isPresented: false },
  "incoming, presented": { ...rings, stage: "incoming", isPresented: true },
  "answering": { stage: "answering", info: theirs, deadline: 9_000 },
  "answered by this": { stage: "answered", info: theirs, since: 500, isWell: true },
  "answered by the other": { stage: "answered", info: own, since: null, isWell: false },
  "ended": { stage: "ended", info: own, outcome: "hangup", byMe: true, durationMs: 7 },
} satisfies Record<string, CallState>;

const offer: ServerMessages["call:offer"] = {
  ...ids,
  type: "call:offer",
  callerId: "bob",
  callerName: "Bob",
  offer: { type: "offer", sdp: "" },
  media: "audio",
  expiresInMs: 5_000,
};
const stands = { ...ids, type: "call:state", media: "video", peer: null, kinds: ["audio"] } as const;
const error = { ...ids, type: "call:error", message: "" } as const;

/** What may happen to a call, by name. */
export const EVENTS = {
  "call": { type: "call", info: { ...own, callId: "new-call" }, to: undefined, kinds: ["audio"] },
  "accept": { type: "accept", media: "video" },
  "presented": { type: "presented" },
  "decline": { type: "decline" },
  "hang up": { type: "hang-up" },
  "dismiss": { type: "dismiss" },
  "check": { type: "check", on: true },
  "close": { type: "close" },
  "allowed": { type: "allowed", ...ids },
  "opened": { type: "opened", ...ids, kinds: ["audio", "video"], isWithheld: false },
  "withheld": { type: "opened", ...ids, kinds: ["audio", "video"], isWithheld: true },
  "replaced": { type: "signaling", status: "replaced" },
  "unauthorized": { type: "signaling", status: "unauthorized" },
  "offer": { ...offer, failed: [] },
  "offer of another": { ...offer, callId: "other-call", failed: [] },
  "offer, glare": { ...offer, callId: "other-call", media: "video", glare: true, failed: ["video"] },
  "stands, rings": { ...stands, state: "ringing", role: "caller" },
  "stands, connected": { ...stands, state: "connected", role: "caller" },
  "another stands": { ...stands, callId: "other-call", state: "connected", role: "caller" },
  "rings there": { ...ids, type: "call:ringing", expiresInMs: 5_000 },
  "answer": { ...ids, type: "call:answer", answer: { type: "answer", sdp: "" } },
  "rejected": { ...ids, type: "call:rejected", reason: "busy" },
  "end": { ...ids, type: "call:end", reason: "cancelled" },
  "offline": { ...error, code: "USER_OFFLINE" },
  "no call": { ...error, code: "NO_CALL" },
  "refused, of no call": { type: "call:error", code: "ACCESS_DENIED", message: "" },
  "placed": { type: "placed", ...ids },
  "descriptions": { type: "answered", ...ids },
  "media": { type: "progress", ...ids, since: 900, isWell: true },
  "media stops": { type: "progress", ...ids, since: 900, isWell: false },
  "stale": { type: "stale", ...ids },
  "no WebRTC": { type: "no-webrtc", ...ids },
  "failed": { type: "failed", ...ids, reason: "incompatible" },
  "timer": { type: "timer" },
} satisfies Record<string, UntimedEvent>;

/** The server is there, and there was no call. */
export const START: Course = { ...start([]), signaling: "open" };

/** Applies events, one after the other: the state at the end, and every effect. */
export const apply = (state: Course, ...events: UntimedEvent[]) =>
  events.reduce(
    (before, event) => {
      const { state, effects } = course(before.state, { ...event, at: AT, talkedMs: 400 } as CourseEvent);
      return { state, effects: [...before.effects, ...effects] };
    },
    { state, effects: [] as readonly CourseEffect[] },
  );

/** An effect in a few words. */
export function words([what, ...more]: CourseEffect): string {
  if (what === "start") {
    const [{ callId }, as] = more as [CallInfo, string | object];
    return `start ${callId} ${typeof as === "string" ? as : "to answer"}`;
  }
  if (what === "end" && (more[1] as unknown[]).length === 0) return `take back ${more[0]}`;
  const said = (one: unknown): string =>
    Array.isArray(one)
      ? one.map(said).join(" and ") || "nothing"
      : one !== null && typeof one === "object" && "type" in one
      ? [one.type, "reason" in one ? one.reason : undefined].filter(Boolean).join(" ")
      : String(one);
  return [what, ...more.map(said)].join(" ");
}

/** Where there is this call, and nothing else. */
export const called = (call: CallState): Course => ({ ...START, call });

/** What a call at hand that ends comes to: how, what is said of it, and whether it may ring here again. */
function ending(after: Course, effects: readonly CourseEffect[], isAccepted: boolean): string {
  const phase = phaseOf(after);
  assert.ok(phase.phase === "ended");
  const { outcome, byMe, durationMs } = phase;
  const [end, ...rest] = effects;
  assert.deepEqual(rest, [["record", outcome, 400, isAccepted], ["release"], ["forget-problem"]]);
  assert.ok(end?.[0] === "end" && end[1] === phase.call.callId && durationMs === 400);
  const mayRing = after.over.includes(phase.call.callId) ? "" : ", may ring again";
  return `ended ${outcome}${byMe ? " by me" : ""}${mayRing}; ${words(["send", ...end[2]] as never)}`.replace(
    /; send$/,
    "",
  );
}

/** What came of an event: what is shown, whatever else is another one, and what is done. */
export function summary(
  before: Course,
  { state, effects }: { state: Course; effects: readonly CourseEffect[] },
): string {
  if (state.call.stage === "ended" && before.call.stage !== "ended") {
    return ending(state, effects, before.call.stage !== "incoming");
  }
  const { phase } = phaseOf(state);
  const stage = state.call.stage === phase ? phase : `${phase} (${state.call.stage})`;
  const others = (["isWary", "isChecking", "noWebRtc", "unplaced", "waiting", "over"] as const)
    .filter((key) => state[key] !== before[key]);
  return [[stage, ...others].join(", "), ...effects.map(words)].join("; ");
}
