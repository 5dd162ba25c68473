import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

const IDLE_AFTER_MS = 3500;

/** Whether there was input within the last seconds; `wake` is to be called by each. */
export function useAwake(): { awake: ReadonlySignal<boolean>; wake(): void } {
  const awake = useSignal(true);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const wake = () => {
    awake.value = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => awake.value = false, IDLE_AFTER_MS);
  };
  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, []);
  return { awake, wake };
}

/**
 * Single-key shortcuts, by lower-case letter or key name, for as long as the component is on the screen. `off`: those of one character do
 * nothing, by the user's wish.
 */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>, off: boolean): void {
  const latest = useRef(shortcuts);
  latest.current = off ? { escape: shortcuts.escape! } : shortcuts;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const taken = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
      if (!taken && !isTyping(event)) latest.current[shortcutOf(event)]?.();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether a key goes into a field. */
export function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** The letter on the key; on a layout without Latin letters, the one that is in its place on a Latin layout. */
function shortcutOf({ key, code }: KeyboardEvent): string {
  const letter = key.length === 1 && key > "~" ? code.replace("Key", "") : key;
  return letter.toLowerCase();
}
