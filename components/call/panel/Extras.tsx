import { useSignal } from "@preact/signals";
import type { Extra } from "../../../shared/client/state.ts";
import { permission } from "../beside/notification.ts";
import { setPush } from "../beside/push.ts";
import { pushKey } from "../beside/worker.ts";
import type { View } from "../view.ts";

/** An extra with a switch here. */
type Switched = Exclude<Extra, "letters">;

const ELSEWHERE: readonly Switched[] = ["notification", "badge", "sound", "question", "keys", "picture"];
const IN_CALL: readonly Switched[] = ["mirror", "muted"];

/** What the page does beside showing a call, each with a switch. */
export function Extras({ view }: { view: View }) {
  const { t: { extras: t } } = view;
  return (
    <>
      <Switches view={view} title={t.inCall} extras={IN_CALL} />
      <Switches view={view} title={t.title} extras={ELSEWHERE} />
    </>
  );
}

function Switches({ view, title, extras }: { view: View; title: string; extras: readonly Switched[] }) {
  const { t: { extras: t }, snapshot: { extrasOff }, actions } = view;
  const allowed = useSignal(permission());
  const names = pushKey() === undefined ? t.names : { ...t.names, notification: t.push };
  const isOn = (extra: Extra) =>
    !extrasOff.includes(extra) && (extra !== "notification" || allowed.value === "granted");

  async function set(extra: Extra, on: boolean) {
    actions?.setExtra(extra, on);
    if (extra !== "notification") return;
    if (on && allowed.value === "default") allowed.value = await Notification.requestPermission();
    setPush(on && allowed.value === "granted");
  }

  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {extras.map((extra) => {
        const isBlocked = extra === "notification" && (allowed.value === null || allowed.value === "denied");
        const hint = isBlocked ? allowed.value === null ? t.notHere : t.blocked : undefined;
        return (
          <label key={extra} class="switch">
            <input
              type="checkbox"
              checked={isOn(extra)}
              disabled={isBlocked}
              aria-label={names[extra]}
              aria-describedby={hint && "notification-hint"}
              onChange={({ currentTarget: { checked } }) => set(extra, checked)}
            />
            <span>
              {names[extra]}
              {hint && <small class="hint" id="notification-hint">{hint}</small>}
            </span>
          </label>
        );
      })}
    </section>
  );
}
