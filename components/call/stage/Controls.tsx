import { Icon, type IconName } from "../Icon.tsx";
import { deviceState, hasCamera, type StagedPhase, type View } from "../view.ts";

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
      <DeviceToggles view={view} />
      {hasCamera(view) && devices.options.camera.length > 1 && (
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
      <HangUp view={view} />
    </div>
  );
}

/** Turn the microphone and the camera on and off. */
export function DeviceToggles({ view }: { view: View }) {
  const { t, actions } = view;
  return (
    <>
      <Toggle
        view={view}
        device="microphone"
        icons={["mic", "micOff"]}
        names={[t.mute, t.unmute]}
        shortcut="M"
        set={(on) => actions?.setMicrophone(on)}
      />
      <Toggle
        view={view}
        device="camera"
        icons={["video", "videoOff"]}
        names={[t.cameraOff, t.cameraOn]}
        shortcut="V"
        set={(on) => actions?.setCamera(on)}
      />
    </>
  );
}

/** Ends the call. */
export function HangUp({ view: { t, actions } }: { view: View }) {
  return (
    <button
      class="round end"
      type="button"
      aria-label={t.hangUp}
      title={t.hangUp}
      onClick={() => actions?.hangUp()}
    >
      <Icon name="hangUp" />
    </button>
  );
}

interface ToggleProps {
  view: View;
  device: "microphone" | "camera";
  /** While it is on, and while it is off, or looks so because the system mutes it. */
  icons: [IconName, IconName];
  /** What pressing it does, while it is on and while it is off. */
  names: [string, string];
  shortcut: string;
  set(on: boolean): void;
}

/** Turns a device on or off. While it opens, it is on already for who has turned it on: pressing takes that back. */
function Toggle({ view, device, icons, names, shortcut, set }: ToggleProps) {
  const { t } = view;
  const state = deviceState(view, device);
  const isDark = state === "off" || state === "muted";
  const hints = { off: undefined, on: undefined, opening: t.opening[device], muted: t.systemMuted[device] };
  return (
    <Round
      icon={icons[isDark ? 1 : 0]}
      name={names[state === "off" ? 1 : 0]}
      hint={hints[state]}
      off={isDark}
      busy={state === "opening"}
      shortcut={shortcut}
      onClick={() => set(state === "off")}
    />
  );
}

interface RoundProps {
  icon: IconName;
  name: string;
  /** More than the name says, in the tooltip. */
  hint?: string | undefined;
  off?: boolean;
  /** What was turned on is on its way. */
  busy?: boolean;
  lit?: boolean;
  shortcut: string;
  onClick(): void;
}

/** A round button that is only an icon, with its name and its key in the tooltip. */
export function Round({ icon, name, hint, off, busy, lit, shortcut, onClick }: RoundProps) {
  return (
    <button
      class={off ? "round off" : lit ? "round accent" : "round"}
      type="button"
      aria-label={name}
      aria-busy={busy ? "true" : undefined}
      aria-keyshortcuts={shortcut}
      title={`${hint ? `${hint}. ` : ""}${name} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
