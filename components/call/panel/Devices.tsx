import { type DeviceKind, deviceToUse, SYSTEM_ID } from "../../../shared/client/devices/device_choice_state.ts";
import type { View } from "../view.ts";
import { Meter } from "./Meter.tsx";

/** Which camera, microphone and speaker are used, and how loud the microphone is. */
export function Devices({ view }: { view: View }) {
  const { t, snapshot: { local } } = view;
  return (
    <section aria-label={t.panel.devices}>
      <Choice view={view} kind="camera" inUse={local.stream?.getVideoTracks()[0]} />
      {local.held.camera === "muted" && <p class="hint">{t.systemMuted.camera}</p>}
      <Choice view={view} kind="microphone" inUse={local.stream?.getAudioTracks()[0]} />
      {local.held.microphone === "muted" && <p class="hint">{t.systemMuted.microphone}</p>}
      <Meter stream={local.stream} label={t.panel.level} />
      {"setSinkId" in HTMLMediaElement.prototype && <Choice view={view} kind="speaker" />}
    </section>
  );
}

function Choice({ view: { t, snapshot: { devices }, actions }, kind, inUse }: {
  view: View;
  kind: DeviceKind;
  inUse?: MediaStreamTrack;
}) {
  const listed = devices.options[kind];
  if (listed.length === 0) return null;
  const options = listed.filter(({ id }) => id !== SYSTEM_ID);
  const used = inUse?.getSettings().deviceId ?? deviceToUse(devices, kind);
  // Another one than the chosen one is named, too, while that is away.
  const shown = devices.chosen[kind] !== null && options.some(({ id }) => id === used) ? used! : "";
  return (
    <label class="field">
      {t.panel[kind]}
      <select value={shown} onChange={(event) => actions?.choose(kind, event.currentTarget.value || null)}>
        <option value="" selected={shown === ""}>
          {t.panel.system}
          {shown === "" && inUse?.label && `: ${inUse.label}`}
        </option>
        {options.map(({ id, label }) => (
          <option key={id} value={id} selected={id === shown}>{label || t.panel[kind]}</option>
        ))}
      </select>
    </label>
  );
}
