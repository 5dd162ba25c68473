import { useLayoutEffect } from "preact/hooks";
import { bottleneckText } from "../stage/ConnectionQuality.tsx";
import { isStaged, isTalking, type View } from "../view.ts";
import { useBadges } from "./badges.ts";
import { useMediaSession } from "./media_session.ts";
import { useNotificationChoice } from "./from_notification.ts";
import { permission, useNotification } from "./notification.ts";
import { setPush } from "./push.ts";
import { registerWorker } from "./worker.ts";

/**
 * What the browser and the system show of a call, and may ask of it, while the page is hidden or a call goes on. In the page it only has
 * screen readers say why a call is weak, once for each change; everybody else sees that on the stage.
 */
export function Tab({ view, hidden }: { view: View; hidden: boolean }) {
  const { call, extrasOff } = view.snapshot;
  useNotification(view, hidden);
  useBadges(view);
  useMediaSession(view);
  useNotificationChoice(view);
  useLayoutEffect(registerWorker, []);
  const isNotified = !extrasOff.includes("notification");
  useLayoutEffect(() => setPush(isNotified && permission() === "granted"), [isNotified]);
  const asks = isStaged(call) && isTalking(call) && !extrasOff.includes("question");
  useLayoutEffect(() => {
    if (!asks) return;
    // Browsers ask in words of their own, and not at all before the person has touched the page (HTML, `beforeunload`).
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [asks]);
  return <p class="visually-hidden" role="status">{bottleneckText(view)}</p>;
}
