import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clock } from "../../shared/client/platform/browser/clock.ts";
import { loadUntilThere } from "../../shared/client/retry.ts";

/** A module that is loaded once it is wanted, and tried again for as long as it is; `null` until it is there. */
export function useLazy<Module>(load: () => Promise<Module>, wanted: boolean): Module | null {
  const module = useSignal<Module | null>(null);
  useEffect(() => {
    if (wanted && module.value === null) return loadUntilThere(clock.after, load, (loaded) => module.value = loaded);
  }, [wanted]);
  return module.value;
}

/** The components of `later.ts`, loaded once `wanted`. */
export function useLater(wanted: boolean) {
  return useLazy(() => import("./later.ts"), wanted);
}
