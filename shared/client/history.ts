/** The calls of a chat that this browser had or missed, kept by the browser and by nobody else. */

import type { TextStore } from "./platform/platform.ts";
import type { MissedCall, PastCall } from "./state.ts";

/** Calls of one chat that are kept. */
const MAX_CALLS = 50;

/** The calls of a chat, newest first; none where the browser keeps nothing, or something else than what was given to it. */
export function pastCalls(kept: TextStore, chatId: string): PastCall[] {
  try {
    const calls: unknown = JSON.parse(kept.get(keyOf(chatId)) ?? "[]");
    return Array.isArray(calls) ? calls.filter(isPastCall) : [];
  } catch {
    return [];
  }
}

/** Keeps a call; one that is known already only gains what is new of it. */
export function keepCall(kept: TextStore, chatId: string, call: PastCall): void {
  const others = pastCalls(kept, chatId).filter(({ callId }) => callId !== call.callId);
  kept.set(keyOf(chatId), JSON.stringify([call, ...others].slice(0, MAX_CALLS)));
}

/** Keeps a call that this user missed. `at`: when that was heard of, in ms since 1970. */
export function keepMissed(kept: TextStore, { chatId, callId, callerName: name, media }: MissedCall, at: number): void {
  const past = { role: "callee", outcome: "missed", durationMs: null, receipt: null } as const;
  keepCall(kept, chatId, { ...past, callId, at, name, media });
}

const keyOf = (chatId: string) => `history.${chatId}`;

function isPastCall(value: unknown): value is PastCall {
  const { callId, at, name, outcome } = (value ?? {}) as Record<string, unknown>;
  return typeof callId === "string" && typeof at === "number" && typeof name === "string" &&
    typeof outcome === "string";
}
