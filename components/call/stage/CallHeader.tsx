import { useClock } from "../clock.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { Avatar } from "../Person.tsx";
import { useLater } from "../lazy.ts";
import { formatDuration, isTalking, peerName, type StagedPhase, type View } from "../view.ts";

interface CallHeaderProps {
  view: View;
  phase: StagedPhase;
  /** There is a picture of them: say who it is in a corner, rather than in the middle of the stage. */
  seen: boolean;
}

/** Who the call is with, and how it goes. */
export function CallHeader({ view, phase, seen }: CallHeaderProps) {
  const { t, snapshot: { signaling, local, remote, quality } } = view;
  const later = useLater(quality !== null);
  const name = peerName(view);
  const talking = isTalking(phase);
  const rings = phase.phase === "calling" || phase.phase === "ringing";
  return (
    <div class={seen ? "call-header compact" : "call-header"}>
      {!seen && (
        <span class={rings ? "ringing" : undefined}>
          <Avatar name={name} />
        </span>
      )}
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {phase.phase === "connected"
        ? <Clock since={phase.since} />
        // The live region has said it already.
        : <p class="call-status" aria-hidden="true">{t.status[phase.phase]}</p>}
      {phase.phase === "preparing" && <p class="call-status">{t.preparingHint[phase.media]}</p>}
      {talking && later && <later.ConnectionQuality view={view} />}
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
    </div>
  );
}

function Clock({ since }: { since: number }) {
  const time = useClock(since, formatDuration);
  return <p class="call-status clock">{time}</p>;
}

interface BadgeProps {
  icon: IconName;
  text: string;
}

function Badge({ icon, text }: BadgeProps) {
  return (
    <p class="badge">
      <Icon name={icon} />
      {text}
    </p>
  );
}
