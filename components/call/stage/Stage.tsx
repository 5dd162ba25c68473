import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { deviceToUse } from "../../../shared/client/devices/device_choice_state.ts";
import { canShare, Controls, DeviceToggles, HangUp, Round } from "./Controls.tsx";
import { useOrphanedFocus } from "../focus.ts";
import { Icon } from "../Icon.tsx";
import { useByHand, useLater } from "../lazy.ts";
import { useAwake, useShortcuts } from "./input.ts";
import { SelfView } from "./SelfView.tsx";
import { StreamSound } from "./StreamSound.tsx";
import { StreamVideo } from "../StreamVideo.tsx";
import { hasCamera, isOn, isTalking, peerName, type StagedPhase, type View } from "../view.ts";
import { keepScreenOn } from "../../../shared/client/platform/browser/wake_lock.ts";
import { CallHeader } from "./CallHeader.tsx";

/** A call, on the whole screen: the other person, own picture, and what can be done. */
export function Stage({ view, phase }: { view: View; phase: StagedPhase }) {
  const { t, snapshot: { local, remote, devices, quality, problem, gone, extrasOff }, actions } = view;
  const stage = useOrphanedFocus<HTMLElement>();
  const { awake, wake } = useAwake();
  const settings = useSignal(false);
  // Once there is something to see, which it must not delay; not with the first click: by then the network may be in trouble.
  const later = useLater(quality !== null || (problem ?? gone) !== null);
  const byHand = useByHand(settings.value);
  /** Plays the sound that the browser blocked until a click. */
  const blockedPlay = useSignal<(() => void) | null>(null);

  const talking = isTalking(phase);
  const presents = talking && remote.screen && remote.screenStream !== null;
  const shows = remote.video && remote.step !== "paused" && remote.step !== "audio";
  const seen = talking && shows && remote.stream !== null;
  // Who is muted must see it: the controls stay.
  const idle = (seen || presents) && phase.phase === "connected" && (problem ?? gone) === null &&
    blockedPlay.value === null &&
    local.microphone && local.held.camera === null &&
    !awake.value;

  // The stage is there for as long as a call lasts.
  useEffect(keepScreenOn, []);

  function toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else stage.current?.requestFullscreen?.().catch(() => {});
  }

  function openSettings() {
    settings.value = true;
  }

  function startAudio() {
    blockedPlay.value?.();
    blockedPlay.value = null;
  }

  useShortcuts({
    m: () => talking && actions?.setMicrophone(!isOn(view, "microphone")),
    v: () => talking && actions?.setCamera(!isOn(view, "camera")),
    s: () => talking && canShare && actions?.setScreen(local.screen === null),
    c: () => talking && hasCamera(view) && actions?.switchCamera(),
    p: () => stage.current?.querySelector<HTMLElement>('[aria-keyshortcuts="P"]')?.click(),
    f: toggleFullScreen,
    ",": openSettings,
    "?": openSettings,
    // The same key closes the settings, which may have been what caused the notice.
    escape: () => !settings.value && (problem ?? gone) !== null && actions?.dismiss(),
  }, extrasOff.includes("letters"));

  const header = <CallHeader view={view} phase={phase} seen={seen || presents} />;
  /** The stage as picture-in-picture has it. */
  const small = (
    <section class="stage" aria-label={peerName(view)}>
      <StreamVideo
        stream={presents ? remote.screenStream : remote.stream}
        label={t.remoteVideo}
        blank={!seen && !presents}
        shape="contain"
      />
      {header}
      <div class="controls">
        <DeviceToggles view={view} />
        <HangUp view={view} />
      </div>
    </section>
  );

  return (
    <section
      class="stage"
      ref={stage}
      tabIndex={-1}
      aria-label={peerName(view)}
      data-idle={idle}
      data-step={remote.step}
      onPointerMove={wake}
      onPointerDown={wake}
      onKeyDown={wake}
      onFocusIn={wake}
    >
      {presents && <StreamVideo stream={remote.screenStream} label={t.remoteScreen} shape="contain" />}
      <StreamVideo
        stream={remote.stream}
        label={t.remoteVideo}
        // Not before there was a picture: a browser draws what it does not show a quarter of a second late.
        blank={talking && !shows}
        ariaHidden={!seen}
        shape={presents ? "inset" : undefined}
      />
      <StreamSound
        stream={remote.stream}
        speaker={deviceToUse(devices, "speaker")}
        onBlocked={(play) => blockedPlay.value = play}
      />
      {/* Out of the way of the first picture of the other side, which is there in an instant. */}
      {local.camera && local.stream !== null && phase.phase !== "connecting" && (
        <SelfView
          stream={local.stream}
          label={t.localVideo}
          large={!talking}
          draggable={later?.draggable}
          unmirrored={extrasOff.includes("mirror") ||
            local.stream.getVideoTracks()[0]?.getSettings().facingMode === "environment"}
        />
      )}
      {header}
      {later && <later.Problem view={view} inCall />}
      {talking && later && <later.Comfort view={view} stage={stage} />}
      {blockedPlay.value !== null && (
        <button class="button accent start-audio" type="button" onClick={startAudio}>
          <Icon name="sound" />
          {t.tapToHear}
        </button>
      )}
      <Controls view={view} phase={phase} openSettings={openSettings} />
      {talking && later?.hasPicture && (
        <later.Picture view={view} small={small}>
          {(isOpen, toggle) => <Round icon="picture" name={t.picture} lit={isOpen} shortcut="P" onClick={toggle} />}
        </later.Picture>
      )}
      {document.fullscreenEnabled && (
        <Round
          icon="expand"
          name={t.fullScreen}
          shortcut="F"
          onClick={toggleFullScreen}
        />
      )}
      {settings.value && byHand && <byHand.Panel view={view} close={() => settings.value = false} />}
    </section>
  );
}
