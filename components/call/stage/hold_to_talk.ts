/** Push to talk: a microphone that is off is on for as long as the space bar is held. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { isOn, type View } from "../view.ts";
import { isTyping } from "./input.ts";

/** `off`: single keys do nothing, by the user's wish. */
export function useHoldToTalk(view: View, off: boolean): void {
  const latest = useRef(view);
  latest.current = view;
  useLayoutEffect(() => {
    if (off) return;
    const over = new AbortController();
    let isHeld = false;
    /** Who moves through the page by the keyboard presses buttons with that key; a button that was clicked keeps the focus, and is not meant. */
    let byKeyboard = false;
    const press = (event: KeyboardEvent) => {
      if (event.code === "Tab") byKeyboard = true;
      if (event.code !== "Space" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isHeld) return event.preventDefault();
      const isButton = byKeyboard && event.target instanceof Element &&
        event.target.closest("button, a, summary") !== null;
      const isElsewhere = document.querySelector("dialog[open]") !== null;
      if (isButton || isElsewhere || isTyping(event) || event.repeat || isOn(latest.current, "microphone")) return;
      event.preventDefault();
      isHeld = true;
      latest.current.actions?.setMicrophone(true);
    };
    const release = (event: Event) => {
      if (!isHeld || event instanceof KeyboardEvent && event.code !== "Space") return;
      event.preventDefault();
      isHeld = false;
      latest.current.actions?.setMicrophone(false);
    };
    document.addEventListener("keydown", press, over);
    document.addEventListener("keyup", release, over);
    document.addEventListener("pointerdown", () => byKeyboard = false, over);
    // A key that is let go in another window is not heard of.
    addEventListener("blur", release, over);
    return () => over.abort();
  }, [off]);
}
