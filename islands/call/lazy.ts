import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A component that is loaded once it is wanted; `null` until it is there. Where it cannot be had, it is tried again the next time. */
export function useLazy<Props>(
  load: () => Promise<ComponentType<Props>>,
  wanted: boolean,
): ComponentType<Props> | null {
  const component = useSignal<ComponentType<Props> | null>(null);
  useEffect(() => {
    if (wanted && component.value === null) load().then((loaded) => component.value = loaded, () => {});
  }, [wanted]);
  return component.value;
}
