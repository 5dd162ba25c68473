import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** Whether the page is hidden: in a tab that is not looked at, or in a window that is minimized (HTML, page visibility). */
export function useHidden(): boolean {
  const hidden = useSignal(document.hidden);
  useLayoutEffect(() => {
    const look = () => void (hidden.value = document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return hidden.value;
}
