import { useOrphanedFocus } from "../focus.ts";
import { StreamVideo } from "../StreamVideo.tsx";
import type { View } from "../view.ts";
import { Devices } from "./Devices.tsx";

/** A look and a word before any call: what the other side would see, and whether the microphone hears. */
export function DeviceCheck({ view }: { view: View }) {
  const { t, snapshot: { local }, actions } = view;
  const card = useOrphanedFocus<HTMLElement>();
  return (
    <section class="card check" ref={card} tabIndex={-1} aria-label={t.check}>
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
