import { useSignal } from "@preact/signals";
import { Notice } from "../Notice.tsx";
import type { View } from "../view.ts";
import { permission } from "./notification.ts";
import { setPush } from "./push.ts";
import { pushKey } from "./worker.ts";

/** After a call: whether the browser is to tell of the next one while the page is hidden. It asks by a press, and never by itself. */
export function Offer({ view: { t: { extras: t }, snapshot: { extrasOff }, actions } }: { view: View }) {
  const isAnswered = useSignal(false);
  if (isAnswered.value || permission() !== "default" || extrasOff.includes("notification")) return null;
  async function ask() {
    setPush(await Notification.requestPermission() === "granted");
    isAnswered.value = true;
  }
  return (
    <Notice title={t.offer} text={pushKey() === undefined ? t.offerText : t.offerPush}>
      <button class="button" type="button" onClick={ask}>{t.turnOn}</button>
      <button class="button" type="button" onClick={() => actions?.setExtra("notification", false)}>{t.notNow}</button>
    </Notice>
  );
}
