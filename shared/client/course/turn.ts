/** One turn of the course of calls, and what its parts have in common. */

import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { CallMedia } from "../../protocol/formats.ts";
import type { Kind } from "../devices/opening.ts";
import type { CallInfo } from "../state.ts";
import type { Course, CourseEffect, InCall } from "./course_state.ts";

/** One event on its way through the machine: the state that comes of it, and what is to be done. */
export type Turn = { -readonly [Key in keyof Course]: Course[Key] } & {
  readonly effects: CourseEffect[];
  readonly now: { readonly at: number; readonly talkedMs: number | null };
};

/** The server takes nothing more from this page, and sends it nothing. */
export const isOut = ({ signaling }: Turn) => signaling === "replaced" || signaling === "unauthorized";

/** Known to the server, and not answered as far as this side knows. */
export const isUnanswered = (call: InCall) => call.stage === "calling" || call.stage === "ringing";

/** The devices that a call of a kind begins with, as far as they open. */
export function kindsOf(media: CallMedia): readonly Kind[] {
  return media === "video" ? ["audio", "video"] : ["audio"];
}

/** What names a call in a message. */
export type Ids = Pick<CallInfo, "chatId" | "callId">;

/** A message about a call that needs no more than its names, and a reason for some. */
export function message(
  type: "call:ringing" | "call:reject" | "call:end",
  { chatId, callId }: Ids,
  reason?: string,
): ClientMessage {
  return { type, chatId, callId, reason } as ClientMessage;
}

/** Has a message about a call sent, once the server can be reached. */
export function say(turn: Turn, type: "call:ringing" | "call:end", ids: Ids): void {
  turn.effects.push(["send", message(type, ids)]);
}
