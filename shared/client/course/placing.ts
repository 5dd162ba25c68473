/** This device places a call, or opens its devices before one. */

import type { Of } from "./course_event.ts";
import { IDLE, type InCall, isAtHand, RING_SLACK_MS } from "./course_state.ts";
import { hangUp } from "./ending.ts";
import { isOut, kindsOf, type Turn } from "./turn.ts";

/** The user calls: devices are asked for, and the peer connection is made. */
export function begin(turn: Turn, { info, to, kinds }: Of<"call">): void {
  if (isAtHand(turn.call) || isOut(turn)) return;
  turn.unplaced = null;
  turn.noWebRtc = false;
  turn.call = { stage: "preparing", info, to, kinds };
  turn.effects.push(["forget-problem"], ["start", info, "place"], ["open-first", kinds, !turn.isWary]);
}

/** The offer is made and sent. */
export function place(turn: Turn, call: InCall & { stage: "preparing" }): void {
  turn.isChecking = false;
  // The server ends a call that nobody answers; without a server, this does.
  turn.call = { ...call, stage: "placing", deadline: turn.now.at + turn.ringTimeoutMs + RING_SLACK_MS };
  turn.effects.push(["place", call.to]);
}

/** As many devices are open as will. Where all were withheld, a call that is not answered yet is taken back, and the user is asked. */
export function opened(turn: Turn, call: InCall, { kinds, isWithheld }: Of<"opened">): void {
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

/** Opens devices before any call. A call that starts meanwhile goes on with them. */
export function check(turn: Turn, on: boolean): void {
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
