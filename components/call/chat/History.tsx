import type { PastCall } from "../../../shared/client/state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import { Icon } from "../Icon.tsx";
import { formatDuration, formatTime, type View } from "../view.ts";
import type { Figures as FiguresOf } from "./Figures.tsx";

/** Rows shown before the rest is asked for. */
const SHOWN = 8;

interface Shown {
  readonly view: View;
  /** The figures of a call: loaded once one was opened. */
  readonly Figures: typeof FiguresOf | undefined;
  /** A call was opened. */
  open(): void;
}

/** This person's calls in this chat, each with its receipt where this browser has it. */
export function History({ calls, ...shown }: Shown & { calls: readonly PastCall[] }) {
  const { t: { history: t } } = shown.view;
  return (
    <section class="card history" aria-label={t.title}>
      <h2>{t.title}</h2>
      <ul>{calls.slice(0, SHOWN).map((call) => <Row key={call.callId} call={call} {...shown} />)}</ul>
      {calls.length > SHOWN && (
        <details>
          <summary>{t.older}</summary>
          <ul>{calls.slice(SHOWN).map((call) => <Row key={call.callId} call={call} {...shown} />)}</ul>
        </details>
      )}
    </section>
  );
}

function Row({ call, view: { t: { history: t, somebody } }, Figures, open }: Shown & { call: PastCall }) {
  const { role, media, outcome, durationMs, receipt } = call;
  const missed = outcome === "missed";
  const kind = missed ? t.missed : role === "caller" ? t.outgoing : t.incoming;
  const head = (
    <>
      <Icon name={media === "video" ? "video" : "phone"} />
      <span>
        <strong>{fill(kind, { name: call.name || somebody })}</strong>
        <small class="hint">
          {formatTime(call.at)}
          {durationMs !== null ? `, ${formatDuration(durationMs)}` : missed ? "" : `, ${t.noTalk}`}
        </small>
      </span>
    </>
  );
  if (receipt === null || durationMs === null) return <li class="past-call">{head}</li>;
  return (
    <li>
      <details onToggle={open}>
        <summary class="past-call">{head}</summary>
        {Figures && <Figures receipt={receipt} media={media} t={t} />}
      </details>
    </li>
  );
}
