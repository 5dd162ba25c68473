import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadUntilThere } from "../../shared/client/retry.ts";

/** A module that is loaded once it is wanted, and tried again for as long as it is; `null` until it is there. */
export function useLazy<Module>(load: () => Promise<Module>, wanted: boolean): Module | null {
  const module = useSignal<Module | null>(null);
  useEffect(() => {
    if (wanted && module.value === null) return loadUntilThere(after, load, (loaded) => module.value = loaded);
  }, [wanted]);
  return module.value;
}

/** Not the platform's clock: that would be a script of its own before the call page can be used, for this alone. */
function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

/** The components of `later.ts`, loaded once `wanted`. */
export function useLater(wanted: boolean) {
  return useLazy(() => import("./later.ts"), wanted);
}
