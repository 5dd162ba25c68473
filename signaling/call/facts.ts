/**
 * What happened in a chat's calls, said once by the arbiter for all who count, report, store or watch. Deliveries say what to tell
 * whom; nothing but facts says what happened.
 */

import type { CallMedia, FailureReason } from "../../shared/protocol/formats.ts";
import type { CallOutcome as Outcome } from "../../shared/protocol/logged_call.ts";
import type { ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Endpoint, Sender, Side } from "./parties.ts";

export type { Outcome };

/** Which call, and what it was started with. */
export interface CallTag {
  readonly chatId: string;
  readonly callId: string;
  readonly media: CallMedia;
}

export type MissedReason = ServerMessages["call:missed"]["reason"];

/** Who called, and which user was called. */
interface Placing {
  readonly call: CallTag;
  readonly caller: Sender;
  readonly callee: string;
}

/** The same, with the callee's name in the chat. */
interface NamedPlacing extends Placing {
  readonly calleeName: string;
}

/** One thing that happened, with the call it happened to. For each call: `placed` or `resumed` first, `ended` last and once. */
export type Fact =
  /** It rings from now on, on every device of the callee that is there or comes in time. */
  | NamedPlacing & { readonly type: "placed" }
  /** A call that never rang: the callee had no device, or was in another call. Nothing else happens to it but `missed`. */
  | NamedPlacing & { readonly type: "unreachable"; readonly reason: "offline" | "busy" }
  /** R3: the first device of the callee said that it rings. */
  | { readonly type: "ringing"; readonly call: CallTag; readonly device: Endpoint }
  /** R8: a device of the callee cannot take the call, and rings no more. */
  | { readonly type: "unable"; readonly call: CallTag; readonly device: Endpoint; readonly reason: FailureReason }
  /** R5: this device took the call; no other rings any more. */
  | { readonly type: "answered"; readonly call: CallTag; readonly callee: Sender }
  /** R14: a call that the server had lost is there again with this side, or then has its other side again. */
  | { readonly type: "resumed" | "rejoined"; readonly call: CallTag; readonly side: Side; readonly party: Sender }
  /** R12: the socket of one of the two is gone, or there again. */
  | { readonly type: "away" | "back"; readonly call: CallTag; readonly side: Side }
  /** It is over. `by`: whose word ended it; `null`: time, the end of a membership, or the server. */
  | { readonly type: "ended"; readonly call: CallTag; readonly outcome: Outcome; readonly by: Endpoint | null }
  /** The callee did not take part in a call that was for them, and is to find that. */
  | Placing & { readonly type: "missed"; readonly reason: MissedReason };

/** What most events come to. */
export const NO_FACTS: readonly Fact[] = [];

export function tagOf({ chatId, callId, media }: CallTag): CallTag {
  return { chatId, callId, media };
}

/** What a callee is told of a call that they missed, `at` when it was placed, in ms since 1970. */
export function missedMessage(
  { call, caller, reason }: Fact & { type: "missed" },
  at: number,
): ServerMessages["call:missed"] {
  const { chatId, callId, media } = call;
  return {
    type: "call:missed",
    chatId,
    callId,
    callerId: caller.user,
    callerName: caller.name,
    media,
    reason,
    at: Math.floor(at),
  };
}
