import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadUntilThere } from "../../shared/client/retry.ts";

type Later = typeof import("./later.ts");

/** The components of `later.ts`: loaded once wanted, and tried again for as long as they are; `null` until they are there. */
export function useLater(wanted: boolean): Later | null {
  const later = useSignal<Later | null>(null);
  useEffect(() => {
    if (!wanted || later.value !== null) return;
    return loadUntilThere(after, () => import("./later.ts"), (loaded) => later.value = loaded);
  }, [wanted]);
  return later.value;
}

/** Not the platform's clock: that would be a script of its own before the call page can be used, for this alone. */
function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
