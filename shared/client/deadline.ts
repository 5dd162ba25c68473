/** The one timer of a state machine: always set to the deadline of the state that it is in, so no transition can forget it. */

import type { Clock } from "./platform/platform.ts";

/** Gives the way to set it: to a time on the monotonic clock, in ms, or (`null`) to none. What is set already is left running. */
export function deadlineTimer(
  { after, now }: Pick<Clock, "after" | "now">,
  action: () => void,
): (deadline: number | null) => void {
  let current: number | null = null;
  let cancel = () => {};
  return (deadline) => {
    if (deadline === current) return;
    cancel();
    current = deadline;
    if (deadline === null) return;
    cancel = after(Math.max(0, deadline - now()), () => {
      // A timer may be early by a part of a millisecond: then it is set again.
      current = null;
      action();
    });
  };
}
