import { useOrphanedFocus } from "../focus.ts";
import { StreamVideo } from "../StreamVideo.tsx";
import type { View } from "../view.ts";
import { Devices } from "../panel/Devices.tsx";

/** A check before any call: the camera's picture, and the level of the microphone. */
export function DeviceCheck({ view }: { view: View }) {
  const { t, snapshot: { local }, actions } = view;
  const card = useOrphanedFocus<HTMLElement>();
  return (
    <section class="card device-check" ref={card} tabIndex={-1} aria-label={t.check}>
      {local.camera && (
        <div class="preview">
          <StreamVideo stream={local.stream} label={t.localVideo} />
        </div>
      )}
      <Devices view={view} />
      <button class="button" type="button" onClick={() => actions?.check(false)}>{t.panel.done}</button>
    </section>
  );
}
