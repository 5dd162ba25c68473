import { useLayoutEffect, useRef } from "preact/hooks";
import type { View } from "../view.ts";

/** How the service worker opens a page that is to ask it which call to accept (`static/sw.js`): a link says nothing of that. */
const ACCEPT = "#accept";
/** How long after the choice a call may come that is to be accepted, in ms: whoever calls gives calls their ids, and could give one twice. */
const CHOICE_MS = 20_000;

/** Accepts a call for who chose that in its notification: once, when this call rings here, and no other. */
export function useNotificationChoice({ snapshot: { call }, actions }: View): void {
  const chosen = useRef<{ readonly callId: string; readonly until: number } | null>(null);
  const accept = () => {
    if (call.phase !== "incoming" || call.call.callId !== chosen.current?.callId) return;
    if (performance.now() > chosen.current.until) return;
    chosen.current = null;
    actions?.accept(call.call.media);
  };
  const latest = useRef(accept);
  latest.current = accept;
  useLayoutEffect(() => {
    const hear = ({ data }: MessageEvent) => {
      if (typeof data?.accept !== "string") return;
      chosen.current = { callId: data.accept, until: performance.now() + CHOICE_MS };
      latest.current();
    };
    navigator.serviceWorker?.addEventListener("message", hear);
    if (location.hash === ACCEPT) {
      history.replaceState(null, "", location.pathname + location.search);
      navigator.serviceWorker?.ready.then(({ active }) => active!.postMessage({ asks: "accept" }));
    }
    return () => navigator.serviceWorker?.removeEventListener("message", hear);
  }, []);
  useLayoutEffect(accept, [call.phase === "incoming" && call.call.callId]);
}
