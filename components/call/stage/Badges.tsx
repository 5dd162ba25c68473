import { Icon, type IconName } from "../Icon.tsx";
import { isTalking, type StagedPhase, type View } from "../view.ts";
import { ConnectionQuality } from "./ConnectionQuality.tsx";

/** How the connection is, and what either side does not send. */
export function Badges({ view, phase }: { view: View; phase: StagedPhase }) {
  const { t, snapshot: { signaling, local, remote } } = view;
  const talking = isTalking(phase);
  return (
    <>
      {talking && <ConnectionQuality view={view} />}
      {(["microphone", "camera"] as const).map((device) =>
        local.held[device] === "muted" &&
        (
          <Badge
            key={device}
            icon={device === "camera" ? "videoOff" : "micOff"}
            text={t.systemMuted[device]}
          />
        )
      )}
      {talking && local.screen && <Badge icon="screen" text={t.sharing} />}
      {talking && !remote.audio && <Badge icon="micOff" text={t.peerMuted} />}
      {talking && phase.call.media === "video" && !remote.video && <Badge icon="videoOff" text={t.peerCameraOff} />}
      {talking && signaling === "connecting" && <p class="badge">{t.callGoesOn}</p>}
      {talking && signaling === "unauthorized" && (
        <p class="badge">{view.seats === null ? t.lastCallSignedOut : t.lastCall}</p>
      )}
    </>
  );
}

function Badge({ icon, text }: { icon: IconName; text: string }) {
  return (
    <p class="badge">
      <Icon name={icon} />
      {text}
    </p>
  );
}
