import { asset } from "fresh/runtime";
import { useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../../../shared/i18n/fill.ts";
import { peerName, type View } from "../view.ts";
import { pushKey } from "./worker.ts";

/** What a notification says. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  /** A later one of the same call takes the place of an earlier one, in whichever tab. */
  readonly tag: string;
  /** It rings on: it is not to go away by itself. */
  readonly rings: boolean;
}

/** What is to be said of a call to who does not look at the page; `null`: nothing. */
export function noticeOf(view: View): Notice | null {
  const { t, snapshot: { call } } = view;
  const name = peerName(view);
  if (call.phase === "incoming") {
    const { media, callId } = call.call;
    return { title: fill(t.ringTitle, { name }), body: fill(t.incoming[media], { name }), tag: callId, rings: true };
  }
  if (call.phase !== "ended" || call.call.role === "caller" || call.byMe || call.durationMs !== null) return null;
  const isMissed = call.outcome === "timeout" || call.outcome === "cancelled";
  const { media, callId } = call.call;
  return isMissed ? { title: fill(t.missed[media], { name }), body: "", tag: callId, rings: false } : null;
}

/** Whether the browser shows notifications of this site, as far as is known; `null` where it has none, or not here. */
export function permission(): NotificationPermission | null {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : null;
}

/** While the page is hidden, has the system say who calls, or called, where that is allowed. */
export function useNotification(view: View, hidden: boolean): void {
  const isOn = hidden && permission() === "granted" && !view.snapshot.extrasOff.includes("notification");
  const said = noticeOf(view);
  // Who has looked at the page since a call was missed knows of it.
  const known = useRef("");
  if (!hidden && said?.rings === false) known.current = said.tag;
  const notice = isOn && (said?.rings || said?.tag !== known.current) ? said : null;
  useLayoutEffect(() => {
    if (notice !== null) return show(notice);
  }, [notice?.tag, notice?.title]);
}

/** Shows a notification until the returned function is called. It makes no sound: the page rings. */
function show({ title, body, tag, rings }: Notice): () => void {
  const icon = asset("/icons/192.png");
  const options = { body, tag, icon, data: { url: location.href }, requireInteraction: rings, silent: true };
  // What is pushed of the call takes its place then, and it what is pushed.
  if (pushKey() !== undefined && navigator.serviceWorker?.controller) return showByWorker(title, options);
  let shown: Notification;
  try {
    shown = new Notification(title, options);
  } catch {
    return showByWorker(title, options);
  }
  shown.onclick = () => {
    focus();
    shown.close();
  };
  return () => shown.close();
}

/** On phones only a service worker may. It opens the page when somebody taps on it. */
function showByWorker(title: string, options: NotificationOptions & { tag: string }): () => void {
  let isOver = false;
  const worker = navigator.serviceWorker?.controller ? navigator.serviceWorker.ready : null;
  const shown = worker?.then((worker) => isOver ? undefined : worker.showNotification(title, options));
  const close = async () => {
    await shown;
    const [one] = await (await worker)?.getNotifications({ tag: options.tag }) ?? [];
    // One that took its place says something else.
    if (one?.title === title) one.close();
  };
  shown?.catch(() => {});
  return () => {
    isOver = true;
    close().catch(() => {});
  };
}
