import { Icon, type IconName } from "./Icon.tsx";
import { isOn, type StagedPhase, type View } from "./view.ts";

/** Phones have no screen sharing. */
export const canShare = typeof navigator !== "undefined" && !!navigator.mediaDevices?.getDisplayMedia;

interface ControlsProps {
  view: View;
  phase: StagedPhase;
  openSettings(): void;
}

/** What can be done in a call. */
export function Controls({ view, phase, openSettings }: ControlsProps) {
  const { t, snapshot: { local, devices }, actions } = view;
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
      <Toggle
        on={isOn(view, "microphone")}
        muted={local.systemMuted.microphone && t.systemMuted.microphone}
        icons={["mic", "micOff"]}
        names={[t.mute, t.unmute]}
        shortcut="M"
        set={(on) => actions?.setMicrophone(on)}
      />
      <Toggle
        on={isOn(view, "camera")}
        muted={local.systemMuted.camera && t.systemMuted.camera}
        icons={["video", "videoOff"]}
        names={[t.cameraOff, t.cameraOn]}
        shortcut="V"
        set={(on) => actions?.setCamera(on)}
      />
      {isOn(view, "camera") && devices.options.camera.length > 1 && (
        <Round
          icon="flip"
          name={t.switchCamera}
          shortcut="C"
          onClick={() => actions?.switchCamera()}
        />
      )}
      {canShare && (
        <Round
          icon="screen"
          name={local.screen ? t.stopSharing : t.shareScreen}
          lit={local.screen !== null}
          shortcut="S"
          onClick={() => actions?.setScreen(local.screen === null)}
        />
      )}
      <Round icon="settings" name={t.settings} shortcut="," onClick={openSettings} />
      <button class="round end" type="button" aria-label={t.hangUp} title={t.hangUp} onClick={() => actions?.hangUp()}>
        <Icon name="hangUp" />
      </button>
    </div>
  );
}

interface ToggleProps {
  on: boolean;
  /** It is on, but looks as if it were not, for the reason given here. */
  muted: string | false;
  /** While it is on, and while it is off. */
  icons: [IconName, IconName];
  /** What pressing it does, while it is on and while it is off. */
  names: [string, string];
  shortcut: string;
  set(on: boolean): void;
}

function Toggle({ on, muted, icons, names, shortcut, set }: ToggleProps) {
  const off = !on || muted !== false;
  return (
    <Round
      icon={icons[off ? 1 : 0]}
      name={names[on ? 0 : 1]}
      hint={muted || undefined}
      off={off}
      shortcut={shortcut}
      onClick={() => set(!on)}
    />
  );
}

interface RoundProps {
  icon: IconName;
  name: string;
  /** More than the name says, in the tooltip. */
  hint?: string | undefined;
  off?: boolean;
  lit?: boolean;
  shortcut: string;
  onClick(): void;
}

/** A round button that is only an icon, with its name and its key in the tooltip. */
export function Round({ icon, name, hint, off, lit, shortcut, onClick }: RoundProps) {
  return (
    <button
      class={off ? "round off" : lit ? "round accent" : "round"}
      type="button"
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={`${hint ? `${hint}. ` : ""}${name} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
