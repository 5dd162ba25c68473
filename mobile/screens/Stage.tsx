import { useKeepAwake } from "expo-keep-awake";
import { useState, useSyncExternalStore } from "react";
import { StyleSheet, View as Box } from "react-native";
import { SafeAreaView } from "react-native-safe-area-context";
import { deviceState, hasCamera, isTalking, peerName, type StagedPhase } from "../../components/call/view.ts";
import type { View } from "../app/view.ts";
import type { CallAudio } from "../native/call_audio.ts";
import { Button, Round } from "../parts/Button.tsx";
import { StreamSound } from "../parts/StreamSound";
import { StreamVideo } from "../parts/StreamVideo";
import { CallHeader } from "./CallHeader.tsx";
import { Panel } from "./Panel.tsx";
import { Problem } from "./Problem.tsx";

interface StageProps {
  readonly view: View;
  readonly phase: StagedPhase;
  readonly audio: CallAudio;
}

/** A call, on the whole screen: the other person, own picture, and what can be done. */
export function Stage({ view, phase, audio }: StageProps) {
  const { t, theme, snapshot: { local, remote } } = view;
  const [isPanelOpen, setIsPanelOpen] = useState(false);
  useKeepAwake();
  const talking = isTalking(phase);
  const shows = remote.video && remote.step !== "paused" && remote.step !== "audio";
  const presents = talking && remote.screen && remote.screenStream !== null;
  const seen = talking && shows && remote.stream !== null;
  const big = presents ? remote.screenStream : seen ? remote.stream : null;
  const facing = local.stream?.getVideoTracks()[0]?.getSettings().facingMode;
  return (
    <Box aria-label={peerName(view)} style={[styles.stage, { backgroundColor: theme.ground }]}>
      {big !== null && (
        <StreamVideo
          stream={big}
          label={presents ? t.remoteScreen : t.remoteVideo}
          style={StyleSheet.absoluteFill}
        />
      )}
      {remote.stream !== null && <StreamSound stream={remote.stream} />}
      <SafeAreaView style={styles.over}>
        <Box style={styles.top}>
          <CallHeader view={view} phase={phase} isSeen={big !== null} />
          <Problem view={view} isInCall />
        </Box>
        {local.camera && local.stream !== null && (
          <StreamVideo
            stream={local.stream}
            label={t.localVideo}
            over
            mirror={facing !== "environment"}
            style={styles.self}
          />
        )}
        <Controls view={view} phase={phase} audio={audio} openPanel={() => setIsPanelOpen(true)} />
      </SafeAreaView>
      {isPanelOpen && <Panel view={view} close={() => setIsPanelOpen(false)} />}
    </Box>
  );
}

/** What can be done in a call. */
function Controls({ view, phase, audio, openPanel }: StageProps & { openPanel: () => void }) {
  const { t, theme, words: { phone }, actions } = view;
  const isLoud = useSyncExternalStore(audio.subscribe, audio.isSpeakerOn, audio.isSpeakerOn);
  if (phase.phase === "preparing" || phase.phase === "calling" || phase.phase === "ringing") {
    return (
      <Box style={styles.controls}>
        <Button theme={theme} name={t.cancel} icon="hangUp" purpose="end" onPress={() => actions?.hangUp()} />
      </Box>
    );
  }
  return (
    <Box style={styles.controls}>
      <Toggle view={view} device="microphone" />
      <Toggle view={view} device="camera" />
      {hasCamera(view) && (
        <Round
          theme={theme}
          icon="flip"
          name={t.switchCamera}
          onPress={() => actions?.switchCamera()}
        />
      )}
      <Round
        theme={theme}
        icon="sound"
        name={isLoud ? phone.speakerOff : phone.speakerOn}
        purpose={isLoud ? "accent" : "plain"}
        onPress={() => audio.setSpeaker(!isLoud)}
      />
      <Round theme={theme} icon="settings" name={t.settings} onPress={openPanel} />
      <Round theme={theme} icon="hangUp" name={t.hangUp} purpose="end" onPress={() => actions?.hangUp()} />
    </Box>
  );
}

const ICONS = { microphone: ["mic", "micOff"], camera: ["video", "videoOff"] } as const;

/** Turns a device on or off. While it opens, it is on already for who has turned it on: pressing takes that back. */
function Toggle({ view, device }: { view: View; device: "microphone" | "camera" }) {
  const { t, theme, actions } = view;
  const state = deviceState(view, device);
  const isDark = state === "off" || state === "muted";
  const names = { microphone: [t.mute, t.unmute], camera: [t.cameraOff, t.cameraOn] } as const;
  const hints = { off: undefined, on: undefined, opening: t.opening[device], muted: t.systemMuted[device] };
  const set = device === "microphone" ? actions?.setMicrophone.bind(actions) : actions?.setCamera.bind(actions);
  return (
    <Round
      theme={theme}
      icon={ICONS[device][isDark ? 1 : 0]}
      name={names[device][state === "off" ? 1 : 0]}
      hint={hints[state]}
      off={isDark}
      busy={state === "opening"}
      onPress={() => set?.(state === "off")}
    />
  );
}

const styles = StyleSheet.create({
  stage: { position: "absolute", top: 0, right: 0, bottom: 0, left: 0, zIndex: 1 },
  over: { flex: 1, padding: 16, gap: 12 },
  top: { flex: 1, gap: 12 },
  self: { alignSelf: "flex-end", width: 108, aspectRatio: 3 / 4, borderRadius: 16, overflow: "hidden" },
  controls: { flexDirection: "row", flexWrap: "wrap", justifyContent: "center", gap: 12 },
});
