/** Calls that were missed and not seen to yet. */

import type { MissedCall } from "./state.ts";

/** How many missed calls are kept, the newest. */
const MAX_MISSED = 20;

/** With one more; the same call told again counts once. */
export function withMissed(missed: readonly MissedCall[], call: MissedCall): readonly MissedCall[] {
  return [...missed.filter(({ callId }) => callId !== call.callId), call].slice(-MAX_MISSED);
}

/** Without the calls of somebody whom this user has talked to since, who is not to be called back any more. */
export function withoutCallsOf(missed: readonly MissedCall[], userId: string | undefined): readonly MissedCall[] {
  return missed.filter(({ callerId }) => callerId !== userId);
}
