import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Often enough that no shown second is skipped. */
const TICK_MS = 500;

/** The monotonic clock (`performance.now()`), as a signal that runs while the component is on the screen. */
export function useNow(): ReadonlySignal<number> {
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => now.value = performance.now(), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
