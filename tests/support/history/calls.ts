/** The calls of one chat as a history sees them: at most one at a time, with one winner and one end. */

import type { Model } from "./linearizable.ts";

/** How a call ended, as far as all who are told agree on it. */
export type Ending = "rejected" | "cancelled" | "timeout" | "shutdown" | "hangup" | "connection-lost" | "failed";

/** What happens to a chat's calls. */
export type CallOperation =
  /** It rings. */
  | { readonly type: "ring"; readonly callId: string }
  /** This answer was the first. `callId`: `null` where it named none, so that whichever rings is meant. */
  | { readonly type: "answer"; readonly callId: string | null; readonly answer: string }
  /** Somebody was told that another device has answered. */
  | { readonly type: "answered"; readonly callId: string }
  /** `isRevived`: a device had asked to go on with it (R14), so it may have been over before, and taken up. */
  | { readonly type: "end"; readonly callId: string; readonly ending: Ending; readonly isRevived?: boolean }
  /** All that the server, or all servers, knew was lost (R14). */
  | { readonly type: "lost" };

interface Calls {
  readonly call: { readonly callId: string; readonly answer: string | null } | null;
  /** How often all was lost. */
  readonly losses: number;
  /** Those that rang since then. An earlier one may be taken up, and ends once more. */
  readonly rang: readonly string[];
}

/** In which state a call ends so; all else ends it in both. */
const ENDS_IN: Partial<Record<Ending, "ringing" | "connected">> = {
  rejected: "ringing",
  cancelled: "ringing",
  timeout: "ringing",
  shutdown: "ringing",
  hangup: "connected",
  "connection-lost": "connected",
};

export const CALLS: Model<Calls, CallOperation> = {
  start: { call: null, losses: 0, rang: [] },
  keyOf: ({ call, losses, rang }) => `${call?.callId} ${call?.answer} ${losses} ${rang.length}`,
  apply(calls, does) {
    const { call, losses, rang } = calls;
    switch (does.type) {
      case "ring":
        if (call !== null || rang.includes(does.callId)) return null;
        return { ...calls, call: { callId: does.callId, answer: null }, rang: [...rang, does.callId] };
      case "answer": {
        const isMeant = call !== null && (does.callId === null || does.callId === call.callId);
        return isMeant && call.answer === null ? { ...calls, call: { ...call, answer: does.answer } } : null;
      }
      case "answered":
        return call?.callId === does.callId && call.answer !== null ? calls : null;
      case "end": {
        if (losses > 0 && !rang.includes(does.callId)) return calls;
        const inCall = ENDS_IN[does.ending] !== "ringing";
        if (call?.callId !== does.callId) return does.isRevived && inCall && rang.includes(does.callId) ? calls : null;
        const state = call.answer === null ? "ringing" : "connected";
        return (ENDS_IN[does.ending] ?? state) === state ? { ...calls, call: null } : null;
      }
      case "lost":
        return { call: null, losses: losses + 1, rang: [] };
    }
  },
};
