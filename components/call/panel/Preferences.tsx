import { VIDEO_CODECS } from "../../../shared/protocol/video_codecs.ts";
import type { View } from "../view.ts";

/** How video is sent: with little data, and by which codec. */
export function Preferences({ view: { t: { panel: t }, snapshot: { saver, codec }, actions } }: { view: View }) {
  return (
    <section aria-label={t.video}>
      <label class="switch">
        <input
          type="checkbox"
          checked={saver}
          aria-label={t.saver}
          aria-describedby="saver-hint"
          onChange={(event) => actions?.setSaver(event.currentTarget.checked)}
        />
        <span>
          {t.saver}
          <small class="hint" id="saver-hint">{t.saverHint}</small>
        </span>
      </label>
      <label class="field">
        {t.codec}
        <select
          value={codec ?? ""}
          onChange={({ currentTarget: { value } }) =>
            actions?.setCodec(VIDEO_CODECS.find((name) => name === value) ?? null)}
        >
          <option value="">{t.codecAuto}</option>
          {VIDEO_CODECS.map((name) => <option key={name} value={name}>{name.replace("H264", "H.264")}</option>)}
        </select>
      </label>
    </section>
  );
}
