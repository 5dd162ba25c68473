/** Calls that were missed and not seen to yet. */

import type { MissedCall } from "./state.ts";

/** How many missed calls are kept, the newest. */
const MAX_MISSED = 20;

/** With one more, oldest first; the same call told again counts once. */
export function withMissed(missed: readonly MissedCall[], call: MissedCall): readonly MissedCall[] {
  const others = missed.filter(({ callId }) => callId !== call.callId);
  return [...others, call].sort((a, b) => a.at - b.at).slice(-MAX_MISSED);
}

/** Whether who has seen to a missed call has seen to this one too: it is the same, or an earlier one of the same caller in that chat. */
export function isSeenWith(seen: MissedCall, { chatId, callerId, at }: MissedCall): boolean {
  return chatId === seen.chatId && callerId === seen.callerId && at <= seen.at;
}
