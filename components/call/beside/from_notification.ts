import { useLayoutEffect, useRef } from "preact/hooks";
import type { View } from "../view.ts";

/** How the service worker opens a page that is to accept a call (`static/sw.js`). */
const ACCEPT = /^#accept=([\w-]+)$/;

/** Accepts a call for who chose that in its notification: once, when this call rings here, and no other. */
export function useNotificationChoice({ snapshot: { call }, actions }: View): void {
  const chosen = useRef<string | null>(null);
  const accept = () => {
    if (call.phase !== "incoming" || call.call.callId !== chosen.current) return;
    chosen.current = null;
    actions?.accept(call.call.media);
  };
  const latest = useRef(accept);
  latest.current = accept;
  useLayoutEffect(() => {
    chosen.current = ACCEPT.exec(location.hash)?.[1] ?? null;
    // A reload does not choose again.
    if (chosen.current !== null) history.replaceState(null, "", location.pathname + location.search);
    const hear = ({ data }: MessageEvent) => {
      if (typeof data?.accept !== "string") return;
      chosen.current = data.accept;
      latest.current();
    };
    navigator.serviceWorker?.addEventListener("message", hear);
    return () => navigator.serviceWorker?.removeEventListener("message", hear);
  }, []);
  useLayoutEffect(accept, [call.phase === "incoming" && call.call.callId]);
}
