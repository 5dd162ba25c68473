import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** A module that is loaded once it is wanted; `null` until it is there. Where it cannot be had, it is tried again the next time. */
export function useLazy<Module>(load: () => Promise<Module>, wanted: boolean): Module | null {
  const module = useSignal<Module | null>(null);
  useEffect(() => {
    if (wanted && module.value === null) load().then((loaded) => module.value = loaded, () => {});
  }, [wanted]);
  return module.value;
}

/** What a first picture can do without. */
export function useLater(wanted: boolean) {
  return useLazy(() => import("./later.ts"), wanted);
}
