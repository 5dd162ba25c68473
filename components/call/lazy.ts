import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { loadUntilThere } from "../../shared/client/retry.ts";

/** The components of `later.ts`: loaded once wanted, and tried again for as long as they are; `null` until they are there. */
export const useLater = (wanted: boolean) => useModule(wanted, () => import("./later.ts"));

/** The components of `by_hand.ts`, likewise. */
export const useByHand = (wanted: boolean) => useModule(wanted, () => import("./by_hand.ts"));

function useModule<Module>(wanted: boolean, load: () => Promise<Module>): Module | null {
  const module = useSignal<Module | null>(null);
  useLayoutEffect(() => {
    if (!wanted || module.value !== null) return;
    return loadUntilThere(after, load, (loaded) => module.value = loaded);
  }, [wanted]);
  return module.value;
}

/** Not the platform's clock: that would be a script of its own before the call page can be used, for this alone. */
function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
