/** The calls of a chat that this browser had or missed, kept by the browser and by nobody else. */

import type { TextStore } from "./platform/platform.ts";
import type { PastCall } from "./state.ts";

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

const keyOf = (chatId: string) => `history.${chatId}`;

function isPastCall(value: unknown): value is PastCall {
  const { callId, at, name, outcome } = (value ?? {}) as Record<string, unknown>;
  return typeof callId === "string" && typeof at === "number" && typeof name === "string" &&
    typeof outcome === "string";
}
