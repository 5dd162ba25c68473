import { useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../../../shared/i18n/fill.ts";
import { peerName, type View } from "../view.ts";

const FLASH_EVERY_MS = 1000;

/** Has the page's title say how many calls were missed, and, in turns with that, who calls. */
export function useTitle(view: View): void {
  const { t, snapshot: { call, missed, extrasOff } } = view;
  const own = useRef(document.title);
  const isOn = !extrasOff.includes("badge");
  const quiet = isOn && missed.length > 0 ? `(${missed.length}) ${own.current}` : own.current;
  const ring = isOn && call.phase === "incoming" ? fill(t.ringTitle, { name: peerName(view) }) : null;
  useLayoutEffect(() => {
    document.title = quiet;
    if (ring === null) return;
    const flash = () => void (document.title = document.title === ring ? quiet : ring);
    flash();
    const timer = setInterval(flash, FLASH_EVERY_MS);
    return () => {
      clearInterval(timer);
      document.title = quiet;
    };
  }, [quiet, ring]);
}
