/** A call in the log that the server keeps, as `GET /api/chats/:id/calls` gives it. */

import type { CallMedia } from "./formats.ts";
import type { EndReason, ServerMessages } from "./server_messages.ts";

/** How a call ended, in the words its two sides were told. `offline` and `busy` ones may never have rung. */
export type CallOutcome =
  | Exclude<EndReason, "answered-elsewhere" | "rejected-elsewhere">
  | ServerMessages["call:rejected"]["reason"]
  | ServerMessages["call:missed"]["reason"];

/** A call that is over, as one of its two people finds it. */
export interface LoggedCall {
  readonly chatId: string;
  readonly callId: string;
  /** When it was placed, in ms since 1970; when it ended, where the server was restarted in between. */
  readonly at: number;
  readonly role: "caller" | "callee";
  /** The other one; `null`: the server was restarted during the call, and they did not come back. */
  readonly peer: { readonly id: string; readonly name: string } | null;
  readonly media: CallMedia;
  /** How long the two had each other, in ms; `null`: they never had. */
  readonly durationMs: number | null;
  readonly outcome: CallOutcome;
  /** Why this person missed it; `null`: they did not, or it was the other one's to miss. */
  readonly missed: ServerMessages["call:missed"]["reason"] | null;
}
