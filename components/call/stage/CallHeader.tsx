import { useClock } from "../clock.ts";
import { useLater } from "../lazy.ts";
import { Avatar } from "../Person.tsx";
import { formatDuration, peerName, type StagedPhase, type View } from "../view.ts";

interface CallHeaderProps {
  view: View;
  phase: StagedPhase;
  /** There is a picture of them: say who it is in a corner, rather than in the middle of the stage. */
  seen: boolean;
}

/** Who the call is with, and how it goes. */
export function CallHeader({ view, phase, seen }: CallHeaderProps) {
  const { t, snapshot: { local: { held }, quality } } = view;
  const later = useLater(quality !== null || held.microphone === "muted" || held.camera === "muted");
  const name = peerName(view);
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
      {later && <later.Badges view={view} phase={phase} />}
    </div>
  );
}

function Clock({ since }: { since: number }) {
  const time = useClock(since, formatDuration);
  return <p class="call-status clock">{time}</p>;
}
