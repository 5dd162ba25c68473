/**
 * The course of this device's calls, as a pure machine: state and event in, state and effects out. It is the one owner of how far a call
 * has come: what is shown of that (`phaseOf`) is derived from it. `course_runner.ts` runs it.
 */

import type { ErrorCode } from "../../protocol/errors.ts";
import type { Outcome } from "../state.ts";
import { answered, next, ringing } from "./answering.ts";
import type { CourseEvent } from "./course_event.ts";
import { type Advanced, type Course, IDLE, type InCall, isAtHand } from "./course_state.ts";
import { abandon, finish, giveUp, hangUp } from "./ending.ts";
import { offered, out, stands, welcomed } from "./from_server.ts";
import { begin, check, opened, place } from "./placing.ts";
import { isOut, isUnanswered, type Turn } from "./turn.ts";

/** Applies one event. Total: what means nothing in a state leaves it as it is. */
export function course(before: Course, event: CourseEvent): Advanced {
  const turn: Turn = { ...before, effects: [], now: event };
  apply(turn, event);
  const { effects, now: _, ...state } = turn;
  return { state, effects };
}

function apply(turn: Turn, event: CourseEvent): void {
  const { call } = turn;
  switch (event.type) {
    case "call":
      return begin(turn, event);
    case "dismiss":
      turn.unplaced = null;
      turn.noWebRtc = false;
      if (!isAtHand(call)) turn.call = IDLE;
      return;
    case "check":
      return check(turn, event.on);
    case "close":
      turn.waiting = null;
      return isAtHand(call) && call.stage !== "incoming" ? hangUp(turn, call) : abandon(turn);
    case "released":
      return next(turn);
    case "signaling":
      turn.signaling = event.status;
      return isOut(turn) ? out(turn) : undefined;
    case "welcome":
      return welcomed(turn, event);
    case "call:offer":
      return offered(turn, event);
    case "call:state":
      return stands(turn, event);
  }
  if (isAtHand(call) && (!("callId" in event) || event.callId === call.info.callId)) return atHand(turn, call, event);
  if (event.type === "call:end" && event.callId === turn.waiting?.offer.callId) turn.waiting = null;
}

/** Applies an event to the call at hand. */
function atHand(turn: Turn, call: InCall, event: CourseEvent): void {
  const { info, stage } = call;
  switch (event.type) {
    case "hang-up":
      return hangUp(turn, call);
    case "opened":
      return opened(turn, call, event);
    case "call:answer":
      if (info.role === "callee" || stage === "answered") return;
      turn.effects.push(["answered", event.answer]);
      return answered(turn, info);
    case "call:rejected":
    case "call:end":
      return finish(turn, call, event.reason, false);
    case "call:error":
      // An error that names no call is about something else, such as a token that was to renew the session.
      if (event.callId === undefined) return;
      if (isUnanswered(call)) finish(turn, call, OUTCOME_OF[event.code] ?? "unavailable", false);
      else if (event.code === "NO_CALL") finish(turn, call, "connection-lost", false);
      return;
    case "no-webrtc":
      turn.noWebRtc = true;
      return stage === "preparing" ? abandon(turn) : undefined;
    case "failed":
      return giveUp(turn, call, event.reason);
    case "timer":
      if (!("deadline" in call)) return;
      // A device that rings without end has missed its end, or that of the server: there is nobody to tell.
      return giveUp(turn, call, stage === "answering" ? "connection-lost" : "timeout", stage !== "incoming");
  }
  switch (stage) {
    case "preparing":
      return event.type === "allowed" ? place(turn, call) : undefined;
    case "placing":
      if (event.type === "placed") turn.call = { ...call, stage: "calling", hasOffered: true };
      return;
    case "calling":
    case "ringing":
      if (event.type !== "call:ringing") return;
      turn.effects.push(["mark-ringing"]);
      turn.call = { ...call, stage: "ringing", expiresAt: event.at + event.expiresInMs };
      return;
    case "incoming":
      return ringing(turn, call, event);
    case "answering":
      return event.type === "answered" ? answered(turn, info) : undefined;
    case "answered":
      if (event.type === "progress") turn.call = { ...call, since: event.since, isWell: event.isWell };
  }
}

/** What a refusal of `call:initiate` means to the user, where it is not just `unavailable`. */
const OUTCOME_OF: Partial<Record<ErrorCode, Outcome>> = {
  ACCESS_DENIED: "access-denied",
  USER_OFFLINE: "offline",
  BUSY: "already-in-call",
  NO_CALL: "connection-lost",
};
