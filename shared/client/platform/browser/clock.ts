/** The browser's clocks and timers. */

import type { Clock } from "../platform.ts";

export const clock: Clock = {
  wallTime: () => Date.now(),
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
