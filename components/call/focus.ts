import { type RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Takes the focus for a part of the screen that replaced what had it, so that the keyboard is never lost. */
export function useOrphanedFocus<T extends HTMLElement>(): RefObject<T> {
  const ref = useRef<T>(null);
  useLayoutEffect(() => {
    if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, []);
  return ref;
}
