import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Often enough that no shown second is skipped. */
const TICK_MS = 500;

/** A text that changes with the time since or until `at`, on the monotonic clock; `textOf` takes the milliseconds since then. */
export function useClock(at: number, textOf: (ms: number) => string): ReadonlySignal<string> {
  const current = () => textOf(performance.now() - at);
  const text = useSignal(current());
  useEffect(() => {
    const tick = () => text.value = current();
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [at]);
  return text;
}
