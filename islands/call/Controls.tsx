import { Icon, type IconName } from "./Icon.tsx";
import type { StagedPhase, View } from "./view.ts";

/** What can be done in a call. */
export function Controls({ view: { t, snapshot: { local }, actions }, phase }: { view: View; phase: StagedPhase }) {
  if (phase.phase === "preparing" || phase.phase === "calling" || phase.phase === "ringing") {
    return (
      <div class="controls">
        <button class="button end" type="button" onClick={() => actions?.hangUp()}>
          <Icon name="hangUp" />
          {t.cancel}
        </button>
      </div>
    );
  }
  return (
    <div class="controls">
      <Round
        icon={local.microphone ? "mic" : "micOff"}
        name={local.microphone ? t.mute : t.unmute}
        off={!local.microphone}
        shortcut="M"
        onClick={() => actions?.setMicrophone(!local.microphone)}
      />
      {phase.call.media === "video" && (
        <Round
          icon={local.camera ? "video" : "videoOff"}
          name={local.camera ? t.cameraOff : t.cameraOn}
          off={!local.camera}
          shortcut="V"
          onClick={() => actions?.setCamera(!local.camera)}
        />
      )}
      <button class="round end" type="button" aria-label={t.hangUp} title={t.hangUp} onClick={() => actions?.hangUp()}>
        <Icon name="hangUp" />
      </button>
    </div>
  );
}

interface RoundProps {
  icon: IconName;
  name: string;
  off?: boolean;
  shortcut: string;
  onClick(): void;
}

/** A round button that is only an icon, with its name and its key in the tooltip. */
export function Round({ icon, name, off = false, shortcut, onClick }: RoundProps) {
  return (
    <button
      class={off ? "round off" : "round"}
      type="button"
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={`${name} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
