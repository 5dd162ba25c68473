/** A call rings here, and is answered. */

import type { ServerMessages } from "../../protocol/server_messages.ts";
import type { Kind } from "../devices/opening.ts";
import type { CallInfo } from "../state.ts";
import type { CourseEvent } from "./course_event.ts";
import { EXCHANGE_MS, type InCall, isAtHand, RING_SLACK_MS, type Waiting } from "./course_state.ts";
import { hangUp } from "./ending.ts";
import { kindsOf, say, type Turn } from "./turn.ts";

/** Makes the peer connection that is to answer an offer. */
export function startFor(
  turn: Turn,
  { chatId, callId, callerId, callerName, media, offer }: ServerMessages["call:offer"],
): CallInfo {
  const info = { chatId, callId, role: "callee", media, peer: { id: callerId, name: callerName } } as const;
  turn.noWebRtc = false;
  turn.effects.push(["start", info, { offer }]);
  return info;
}

/** A call that was offered rings here. */
export function ring(turn: Turn, { offer, expiresAt }: Waiting): void {
  const info = startFor(turn, offer);
  turn.waiting = null;
  turn.effects.push(["mark-ringing"]);
  const deadline = expiresAt + RING_SLACK_MS;
  turn.call = { stage: "incoming", info, expiresAt, deadline, isPresented: false, isStale: false };
}

/** The call that came while this device was busy with its own rings now, unless its time is over. */
export function next(turn: Turn): void {
  const { waiting, call, now } = turn;
  if (waiting === null || isAtHand(call)) return;
  turn.waiting = null;
  if (waiting.expiresAt > now.at) ring(turn, waiting);
}

/** An event for the call that rings here. */
export function ringing(turn: Turn, call: InCall & { stage: "incoming" }, event: CourseEvent): void {
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
export function answer(turn: Turn, info: CallInfo, isStale: boolean, kinds: readonly Kind[]): void {
  turn.isChecking = false;
  exchange(turn, info);
  turn.effects.push(["open", kinds], ["accept", isStale]);
}

/** The descriptions are to be exchanged, by when the other side's grace is over at the latest. */
export function exchange(turn: Turn, info: CallInfo): void {
  turn.call = { stage: "answering", info, deadline: turn.now.at + turn.graceMs + EXCHANGE_MS };
}

/** Both sides have the other's description. */
export function answered(turn: Turn, info: CallInfo): void {
  turn.call = { stage: "answered", info, since: null, isWell: false };
}
