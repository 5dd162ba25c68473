/** How a call ends: by a hang-up, by a failure, or unplaced, before anybody heard of it. */

import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { FailureReason } from "../../protocol/formats.ts";
import type { Outcome } from "../state.ts";
import { IDLE, type InCall, MAX_OVER } from "./course_state.ts";
import { isUnanswered, message, type Turn } from "./turn.ts";

/** The user declines, cancels or hangs up, whichever the call has come to. */
export function hangUp(turn: Turn, call: InCall): void {
  const { info, stage } = call;
  if (stage === "preparing") return abandon(turn);
  // Without WebRTC this is no decline: other devices of this user may take the call, and where there are none the caller hears why.
  if (stage === "incoming" && turn.noWebRtc) return giveUp(turn, call, "unsupported");
  if (stage === "incoming") return finish(turn, call, "declined", true, message("call:reject", info));
  const isCalling = stage === "placing" || isUnanswered(call);
  finish(turn, call, isCalling ? "cancelled" : "hangup", true, message("call:end", info));
}

/** The call was not placed, and nobody heard of it. */
export function abandon(turn: Turn): void {
  turn.isChecking = false;
  turn.call = IDLE;
  turn.effects.push(["release"]);
}

/** Ends the call for both sides, for a reason that is nobody's wish; or for this one (`isSaid`: false). */
export function giveUp(
  turn: Turn,
  call: InCall,
  outcome: FailureReason | "timeout" | "connection-lost",
  isSaid = true,
): void {
  const { info, stage } = call;
  const { over } = turn;
  const reason = outcome === "timeout" || outcome === "connection-lost" ? "failed" : outcome;
  // An older server refuses a reason that it does not know, and takes the second message; to others that one is a repeat (R11).
  const messages = [...new Set([reason, "failed"])].map((reason) => message("call:end", info, reason));
  finish(turn, call, outcome, false, ...(isSaid ? messages : []));
  // The call may ring on at other devices (R8), and here again after a reconnect: to hang up then would end it for all of them.
  if (outcome !== "timeout" && info.role === "callee" && stage !== "answered") turn.over = over;
}

/** Ends a call that others know of, who are sent these messages. Every such call ends here. */
export function finish(
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
