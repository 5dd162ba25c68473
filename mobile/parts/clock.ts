/** Times that go on. */

import { useEffect, useState } from "react";

/** Often enough that no shown second is skipped. */
const TICK_MS = 500;

/** A text that changes with the time since, or until, `at` on the monotonic clock. */
export function useClock(at: number, textOf: (ms: number) => string): string {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [at]);
  return textOf(now - at);
}
