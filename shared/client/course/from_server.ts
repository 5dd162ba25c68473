/** What the server says of this device's calls: which there are, on a new socket; which are offered; or that it is done with this page. */

import type { DeviceCall } from "../../protocol/server_messages.ts";
import { answer, exchange, ring, startFor } from "./answering.ts";
import type { Of } from "./course_event.ts";
import { isAtHand, RING_SLACK_MS } from "./course_state.ts";
import { abandon, finish, giveUp } from "./ending.ts";
import { type Ids, isUnanswered, kindsOf, message, say, type Turn } from "./turn.ts";

/** The server names the calls that this device is in, on a new socket; more messages about each of them follow. */
export function welcomed(turn: Turn, { ringTimeoutMs, graceMs, calls, isUnsent }: Of<"welcome">): void {
  const { call } = turn;
  Object.assign(turn, { ringTimeoutMs, graceMs, waiting: null });
  if (!isAtHand(call) || isUnsent || call.stage === "preparing" || call.stage === "placing") return;
  const { info, stage } = call;
  // R10: a call that won the glare over the one at hand stands for it, and is answered once its offer is here.
  const isGlare = ({ chatId, glare }: DeviceCall) => glare && chatId === info.chatId && info.role === "caller";
  const named = calls.find((one) => one.callId === info.callId || isGlare(one));
  if (named === undefined && stage !== "answered") {
    // Another device of the callee may be in the call, since before the server was started anew: to hang up here would end it there (R14).
    return giveUp(turn, call, "connection-lost", info.role === "caller");
  }
  const lacksAnswer = isUnanswered(call) && call.hasOffered && named?.state === "connected";
  if (lacksAnswer && named.answer === undefined) {
    // The server took the answer for received, and keeps it no longer. The other side hears why before a `call:state` has this side hang up.
    turn.effects.push(["send-now", message("call:end", info, "failed")]);
    return giveUp(turn, call, "connection-lost", false);
  }
  if (named !== undefined && !(lacksAnswer && named.answer === "said")) return;
  // An answered call may have outlived the server (R14); or an answer went into a socket that was dead (R12).
  const { chatId, callId, role, media } = info;
  turn.effects.push(["send-now", { type: "call:resume", chatId, callId, role, media }]);
}

/** A call is offered to this device. */
export function offered(turn: Turn, offer: Of<"call:offer">): void {
  const { call } = turn;
  const expiresAt = offer.at + offer.expiresInMs;
  if (isOver(turn, offer)) return;
  if (isAtHand(call) && call.info.callId === offer.callId) {
    // It still rings for the server, so the answer was lost on the way.
    if (call.stage === "answered") turn.effects.push(["repeatAnswer"]);
    if (call.stage === "incoming") {
      turn.call = { ...call, expiresAt, deadline: expiresAt + RING_SLACK_MS };
      // It is on the screen already, and the server has forgotten that, or the message was lost.
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
  // R10: this user wants to talk, so the call is answered, with no devices but those asked for. One that did not open is not asked for again.
  turn.waiting = null;
  const asked = "kinds" in call ? call.kinds : [];
  const kinds = kindsOf(offer.media === "audio" ? "audio" : info.media);
  const left = kinds.filter((kind) => asked.includes(kind) && !offer.failed.includes(kind));
  answer(turn, startFor(turn, offer), false, left);
}

/** The server says where a call stands, after a reconnect. A call unknown to this page is one that it was in before a reload (R13). */
export function stands(turn: Turn, event: Of<"call:state">): void {
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
      // The answer follows this message, or was asked for.
      if (call.hasOffered) return;
      // R13: the other side makes an offer.
      exchange(turn, call.info);
    }
    turn.effects.push(["synced"]);
  }
}

/** The server takes nothing more from this page. Media that flows already needs no server. */
export function out(turn: Turn): void {
  const { call } = turn;
  turn.waiting = null;
  if (!isAtHand(call) || call.stage === "answered" && turn.signaling !== "replaced") return;
  if (call.stage === "preparing") abandon(turn);
  else finish(turn, call, "connection-lost", false);
}

/** Whether this page has ended a call. The server, which goes on with it, missed that and is told again; nothing rings or is taken up. */
function isOver({ over, effects }: Turn, ids: Ids): boolean {
  const isOver = over.includes(ids.callId);
  if (isOver) effects.push(["send-now", message("call:end", ids)]);
  return isOver;
}
