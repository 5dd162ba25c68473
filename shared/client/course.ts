/**
 * The course of this device's calls, as a pure machine: state and event in, state and effects out. It is the one owner of how far a call
 * has come: what is shown of that (`phaseOf`) is derived from it. `client.ts` runs it.
 */

import type { ClientMessage } from "../protocol/client_messages.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { CallMedia, FailureReason } from "../protocol/formats.ts";
import type { DeviceCall, ServerMessages } from "../protocol/server_messages.ts";
import {
  type Advanced,
  type Course,
  type CourseEffect,
  EXCHANGE_MS,
  IDLE,
  type InCall,
  isAtHand,
  MAX_OVER,
  RING_SLACK_MS,
  type Waiting,
} from "./course_state.ts";
import type { Kind } from "./devices/opening.ts";
import type { Welcome } from "./signaling/heard_out.ts";
import type { SignalStatus } from "./signaling/socket.ts";
import type { CallInfo, Outcome } from "./state.ts";

type From<Type extends keyof ServerMessages> = ServerMessages[Type];

/**
 * Everything that happens to calls, by where it comes from. `at`: when, on the monotonic clock, in ms. `talkedMs`: how long the two of
 * the call have had each other by then; `null`: not at all. What names a `callId` that is not the call's at hand is late.
 */
export type CourseEvent =
  & { readonly at: number; readonly talkedMs: number | null }
  & (
    // The user.
    | {
      readonly type: "call";
      readonly info: CallInfo;
      /** The callee, where it was said. */
      readonly to: string | undefined;
      /** The devices that it is to begin with. */
      readonly kinds: readonly Kind[];
    }
    | { readonly type: "accept"; readonly media: CallMedia }
    /** The ringing call can be seen, or heard. */
    | { readonly type: "presented" }
    | { readonly type: "decline" }
    | { readonly type: "hang-up" }
    /** Puts away what is said of the last call. */
    | { readonly type: "dismiss" }
    /** Opens the devices before any call; or lets them go. */
    | { readonly type: "check"; readonly on: boolean }
    /** The client is of no use from here on. */
    | { readonly type: "close" }
    // This device.
    /** No question is open about the devices any more; they may be opened before long. */
    | { readonly type: "allowed"; readonly callId: string }
    /** As many devices are open as will. `isWithheld`: none, and not for want of any. */
    | {
      readonly type: "opened";
      readonly callId: string;
      readonly kinds: readonly Kind[];
      readonly isWithheld: boolean;
    }
    /** The last call's devices and its peer connection are closed. */
    | { readonly type: "released" }
    // The server.
    | { readonly type: "signaling"; readonly status: SignalStatus }
    | From<"call:ringing" | "call:answer" | "call:rejected" | "call:end" | "call:error">
    /** `isUnsent`: the `call:initiate` of the call at hand still waits to be sent. */
    | Welcome & { readonly isUnsent: boolean }
    /** `failed`: kinds that did not open for the call at hand. */
    | From<"call:offer"> & { readonly failed: readonly Kind[] }
    /** `kinds`: what was on in this call before a reload. */
    | From<"call:state"> & { readonly peer: CallInfo["peer"]; readonly kinds: readonly Kind[] }
    // The peer connection.
    /** The offer that starts the call is on its way. */
    | { readonly type: "placed"; readonly callId: string }
    /** Both sides have the other's description, as far as this one knows. */
    | { readonly type: "answered"; readonly callId: string }
    /** `since`: when media first flowed. `isWell`: it flows, and both sides can be reached. */
    | { readonly type: "progress"; readonly callId: string; readonly since: number | null; readonly isWell: boolean }
    /** It gave up while it rang. The caller's candidates come after the answer (R6), so another one misses none. */
    | { readonly type: "stale"; readonly callId: string }
    /** There can be none. */
    | { readonly type: "no-webrtc"; readonly callId: string }
    /** No media can come about, or none any more. */
    | { readonly type: "failed"; readonly callId: string; readonly reason: FailureReason }
    // The timer, at `deadlineOf(course)`.
    | { readonly type: "timer" }
  );

type Of<Type extends CourseEvent["type"]> = Extract<CourseEvent, { readonly type: Type }>;

/** One event on its way through the machine: the state that comes of it, and what is to be done. */
type Turn = { -readonly [Key in keyof Course]: Course[Key] } & {
  readonly effects: CourseEffect[];
  readonly now: { readonly at: number; readonly talkedMs: number | null };
};

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

/** What happens to the call at hand. */
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
      // One that names no call is about something else, such as a token that was to renew the session.
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

// --- Placing and answering -------------------------------------------------------------------------------------------

function begin(turn: Turn, { info, to, kinds }: Of<"call">): void {
  if (isAtHand(turn.call) || isOut(turn)) return;
  turn.unplaced = null;
  turn.noWebRtc = false;
  turn.call = { stage: "preparing", info, to, kinds };
  turn.effects.push(["forget-problem"], ["start", info, "place"], ["open-first", kinds, !turn.isWary]);
}

function place(turn: Turn, call: InCall & { stage: "preparing" }): void {
  turn.isChecking = false;
  // The server ends a call that nobody answers; without a server, this does.
  turn.call = { ...call, stage: "placing", deadline: turn.now.at + turn.ringTimeoutMs + RING_SLACK_MS };
  turn.effects.push(["place", call.to]);
}

/** What rings already, and is not answered yet, is taken back where nothing opened: the person is asked first. */
function opened(turn: Turn, call: InCall, { kinds, isWithheld }: Of<"opened">): void {
  if (kinds.length > 0) turn.isWary = isWithheld;
  if ("kinds" in call && isWithheld) {
    const { info: { chatId, media }, to } = call;
    hangUp(turn, call);
    turn.call = IDLE;
    turn.unplaced = { chatId, media, to };
  } else if (call.stage === "preparing") {
    place(turn, call);
  }
}

/** What happens while it rings here. */
function ringing(turn: Turn, call: InCall & { stage: "incoming" }, event: CourseEvent): void {
  const { info } = call;
  switch (event.type) {
    case "accept":
      if (turn.noWebRtc) return;
      turn.unplaced = null;
      turn.effects.push(["forget-problem"]);
      return answer(turn, info, call.isStale, kindsOf(info.media === "audio" ? "audio" : event.media));
    case "presented":
      turn.call = { ...call, isPresented: true };
      return say(turn, "call:ringing", info);
    case "decline":
      return hangUp(turn, call);
    case "stale":
      turn.call = { ...call, isStale: true };
  }
}

/** The answer goes out at once; the devices follow when they are open, and delay nothing. */
function answer(turn: Turn, info: CallInfo, isStale: boolean, kinds: readonly Kind[]): void {
  turn.isChecking = false;
  exchange(turn, info);
  turn.effects.push(["accept", isStale], ["open", kinds]);
}

/** The descriptions are to be exchanged, by when the other side's grace is over at the latest. */
function exchange(turn: Turn, info: CallInfo): void {
  turn.call = { stage: "answering", info, deadline: turn.now.at + turn.graceMs + EXCHANGE_MS };
}

function answered(turn: Turn, info: CallInfo): void {
  turn.call = { stage: "answered", info, since: null, isWell: false };
}

/** Opens devices before any call. A call that starts meanwhile goes on with them. */
function check(turn: Turn, on: boolean): void {
  const isFree = !isAtHand(turn.call);
  if (on === turn.isChecking || on && !isFree) return;
  turn.isChecking = on;
  if (on) {
    turn.unplaced = null;
    turn.effects.push(["forget-problem"], ["open", kindsOf("video")]);
  } else if (isFree) {
    turn.effects.push(["release"]);
  } else if (turn.call.stage === "incoming") {
    turn.effects.push(["open", []]);
  }
}

// --- What the server says --------------------------------------------------------------------------------------------

/** The calls that this device is in, by the server's word; more of each follows. */
function welcomed(turn: Turn, { ringTimeoutMs, graceMs, calls, isUnsent }: Of<"welcome">): void {
  const { call } = turn;
  Object.assign(turn, { ringTimeoutMs, graceMs, waiting: null });
  if (!isAtHand(call) || isUnsent || call.stage === "preparing" || call.stage === "placing") return;
  const { info, stage } = call;
  // R10: one that it has become names it too, and is answered once its offer is here.
  const isGlare = ({ chatId, glare }: DeviceCall) => glare && chatId === info.chatId && info.role === "caller";
  const named = calls.find((one) => one.callId === info.callId || isGlare(one));
  if (named === undefined && stage !== "answered") {
    // Another device of the callee may be in it, since before the server was started anew: to hang up here would end that (R14).
    return giveUp(turn, call, "connection-lost", info.role === "caller");
  }
  const isUnheard = isUnanswered(call) && call.hasOffered && named?.state === "connected";
  if (isUnheard && named.answer === undefined) {
    // The server took it for heard, and has it no more. The other side hears why before a `call:state` has this side hang up.
    turn.effects.push(["send-now", message("call:end", info, "failed")]);
    return giveUp(turn, call, "connection-lost", false);
  }
  if (named !== undefined && !(isUnheard && named.answer === "said")) return;
  // An answered call may have outlived the server (R14); or an answer went into a socket that was dead (R12).
  const { chatId, callId, role, media } = info;
  turn.effects.push(["send-now", { type: "call:resume", chatId, callId, role, media }]);
}

function offered(turn: Turn, offer: Of<"call:offer">): void {
  const { call } = turn;
  const expiresAt = offer.at + offer.expiresInMs;
  if (isOver(turn, offer)) return;
  if (isAtHand(call) && call.info.callId === offer.callId) {
    // It still rings for the server, so the answer was lost on the way.
    if (call.stage === "answered") turn.effects.push(["repeatAnswer"]);
    if (call.stage === "incoming") {
      turn.call = { ...call, expiresAt, deadline: expiresAt + RING_SLACK_MS };
      // It is on the screen already, and the server has forgotten that, or never heard it.
      if (call.isPresented) say(turn, "call:ringing", call.info);
    }
    return;
  }
  // Where it rings a second time (R8), what still waits to be said of the first would end it.
  turn.effects.push(["end", offer.callId, []]);
  if (!isAtHand(call)) return ring(turn, { offer, expiresAt });
  const { info } = call;
  turn.waiting = { offer, expiresAt };
  if (!offer.glare || info.chatId !== offer.chatId || info.role !== "caller") return;
  // R10: this user wants to talk, so it is answered, with no more than was asked for. What did not open then is not asked for again.
  turn.waiting = null;
  const asked = "kinds" in call ? call.kinds : [];
  const kinds = kindsOf(offer.media === "audio" ? "audio" : info.media);
  const left = kinds.filter((kind) => asked.includes(kind) && !offer.failed.includes(kind));
  answer(turn, startFor(turn, offer), false, left);
}

/** Makes what is to answer an offer. */
function startFor(turn: Turn, { chatId, callId, callerId, callerName, media, offer }: From<"call:offer">): CallInfo {
  const info = { chatId, callId, role: "callee", media, peer: { id: callerId, name: callerName } } as const;
  turn.noWebRtc = false;
  turn.effects.push(["start", info, { offer }]);
  return info;
}

function ring(turn: Turn, { offer, expiresAt }: Waiting): void {
  const info = startFor(turn, offer);
  turn.waiting = null;
  turn.effects.push(["mark-ringing"]);
  const deadline = expiresAt + RING_SLACK_MS;
  turn.call = { stage: "incoming", info, expiresAt, deadline, isPresented: false, isStale: false };
}

/** Where a call stands, after a reconnect. One that this page does not have was in it before a reload (R13). */
function stands(turn: Turn, event: Of<"call:state">): void {
  const { chatId, callId, role, media, peer, kinds } = event;
  const { call } = turn;
  const isRinging = event.state === "ringing";
  if (isOver(turn, event)) return;
  if (!isAtHand(call)) {
    const info = { chatId, callId, role, media, peer };
    turn.isChecking = false;
    if (isRinging) {
      const deadline = turn.now.at + (event.expiresInMs ?? turn.ringTimeoutMs) + RING_SLACK_MS;
      turn.call = { stage: "calling", info, to: undefined, kinds: [], deadline, hasOffered: false };
    } else {
      exchange(turn, info);
    }
    turn.effects.push(["start", info, "rejoin"], ["open", kinds]);
  } else if (call.info.callId !== callId) {
    say(turn, "call:end", event);
  } else if (!isRinging && call.stage !== "preparing" && call.stage !== "placing") {
    if (isUnanswered(call)) {
      // The answer is right behind this, or was asked for.
      if (call.hasOffered) return;
      // R13: the other side makes an offer.
      exchange(turn, call.info);
    }
    turn.effects.push(["synced"]);
  }
}

/** Nobody will hear of this page's calls any more; media that flows already needs nobody. */
function out(turn: Turn): void {
  const { call } = turn;
  turn.waiting = null;
  if (!isAtHand(call) || call.stage === "answered" && turn.signaling !== "replaced") return;
  if (call.stage === "preparing") abandon(turn);
  else finish(turn, call, "connection-lost", false);
}

// --- The end ---------------------------------------------------------------------------------------------------------

function hangUp(turn: Turn, call: InCall): void {
  const { info, stage } = call;
  if (stage === "preparing") return abandon(turn);
  // Nobody declined: other devices of this user may take it, and where there are none the caller is told why.
  if (stage === "incoming" && turn.noWebRtc) return giveUp(turn, call, "unsupported");
  if (stage === "incoming") return finish(turn, call, "declined", true, message("call:reject", info));
  const isCalling = stage === "placing" || isUnanswered(call);
  finish(turn, call, isCalling ? "cancelled" : "hangup", true, message("call:end", info));
}

/** The call was not placed, and nobody heard of it. */
function abandon(turn: Turn): void {
  turn.isChecking = false;
  turn.call = IDLE;
  turn.effects.push(["release"]);
}

/** Ends the call for both sides, for a reason that is nobody's wish; or for this one (`isSaid`: false). */
function giveUp(
  turn: Turn,
  call: InCall,
  outcome: FailureReason | "timeout" | "connection-lost",
  isSaid = true,
): void {
  const { info, stage } = call;
  const { over } = turn;
  const reason = outcome === "timeout" || outcome === "connection-lost" ? "failed" : outcome;
  // An older server refuses a reason that it does not know: there the second word counts, and elsewhere it is a repeat (R11).
  const messages = [...new Set([reason, "failed"])].map((reason) => message("call:end", info, reason));
  finish(turn, call, outcome, false, ...(isSaid ? messages : []));
  // It may ring on elsewhere (R8), and here again after a reconnect: to hang up then would end it for all.
  if (outcome !== "timeout" && info.role === "callee" && stage !== "answered") turn.over = over;
}

/** The one way out of a call that others know of, who are told in these words. */
function finish(
  turn: Turn,
  { info, stage }: InCall,
  outcome: Outcome,
  byMe: boolean,
  ...messages: ClientMessage[]
): void {
  const { talkedMs: durationMs } = turn.now;
  turn.over = [...turn.over, info.callId].slice(-MAX_OVER);
  turn.effects.push(["end", info.callId, messages], ["record", outcome, durationMs, stage !== "incoming"]);
  abandon(turn);
  turn.effects.push(["forget-problem"]);
  turn.call = { stage: "ended", info, outcome, byMe, durationMs };
}

/** What came while this device was busy with its own call rings now, if it still does. */
function next(turn: Turn): void {
  const { waiting, call, now } = turn;
  if (waiting === null || isAtHand(call)) return;
  turn.waiting = null;
  if (waiting.expiresAt > now.at) ring(turn, waiting);
}

// --- Small parts -----------------------------------------------------------------------------------------------------

/** Nobody hears of this page's calls any more. */
const isOut = ({ signaling }: Turn) => signaling === "replaced" || signaling === "unauthorized";

/** Known to the server, and not answered as far as this side knows. */
const isUnanswered = (call: InCall) => call.stage === "calling" || call.stage === "ringing";

/** A call that this page has ended, while the server could not hear of it: it is told again, and nothing rings or comes back. */
function isOver({ over, effects }: Turn, ids: Ids): boolean {
  const isOver = over.includes(ids.callId);
  if (isOver) effects.push(["send-now", message("call:end", ids)]);
  return isOver;
}

/** What a call brings, if it can. */
export function kindsOf(media: CallMedia): readonly Kind[] {
  return media === "video" ? ["audio", "video"] : ["audio"];
}

type Ids = Pick<CallInfo, "chatId" | "callId">;

function message(
  type: "call:ringing" | "call:reject" | "call:end",
  { chatId, callId }: Ids,
  reason?: string,
): ClientMessage {
  return { type, chatId, callId, reason } as ClientMessage;
}

function say(turn: Turn, type: "call:ringing" | "call:end", ids: Ids): void {
  turn.effects.push(["send", message(type, ids)]);
}

/** What a refusal of `call:initiate` means to the user, where it is not just `unavailable`. */
const OUTCOME_OF: Partial<Record<ErrorCode, Outcome>> = {
  ACCESS_DENIED: "access-denied",
  USER_OFFLINE: "offline",
  BUSY: "already-in-call",
  NO_CALL: "connection-lost",
};
