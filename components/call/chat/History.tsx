import type { PastCall } from "../../../shared/client/state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import type { CallMedia } from "../../../shared/protocol/formats.ts";
import type { Receipt } from "../../../shared/protocol/receipt.ts";
import { Icon } from "../Icon.tsx";
import { formatDuration, formatTime, type View } from "../view.ts";

/** Rows shown before the rest is asked for. */
const SHOWN = 8;

/** This person's calls in this chat, each with its receipt where this browser has it. */
export function History({ view, calls }: { view: View; calls: readonly PastCall[] }) {
  const { t: { history: t } } = view;
  return (
    <section class="card history" aria-label={t.title}>
      <h2>{t.title}</h2>
      <ul>{calls.slice(0, SHOWN).map((call) => <Row key={call.callId} call={call} view={view} />)}</ul>
      {calls.length > SHOWN && (
        <details>
          <summary>{t.older}</summary>
          <ul>{calls.slice(SHOWN).map((call) => <Row key={call.callId} call={call} view={view} />)}</ul>
        </details>
      )}
    </section>
  );
}

function Row({ call, view: { t: { history: t, somebody } } }: { call: PastCall; view: View }) {
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
      <details>
        <summary class="past-call">{head}</summary>
        <dl class="figures">
          {rows(receipt, media, t).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

/** What a receipt says, as pairs of a name and a value. A call without pictures waits for none. */
export function rows(receipt: Receipt, media: CallMedia, t: View["t"]["history"]): [name: string, value: string][] {
  const ms = (value: number | null) => value === null ? null : fill(t.ms, { n: value });
  const percent = (value: number | null) => value === null ? null : `${(value * 100).toFixed(1)} %`;
  const megabytes = (value: number) => fill(t.megabytes, { n: (value / 1e6).toFixed(1) });
  const path = receipt.path && `${t[receipt.path]}${receipt.transport ? `, ${receipt.transport.toUpperCase()}` : ""}`;
  const all: [string, string | null][] = [
    [t.ring, ms(receipt.ringMs)],
    [t.answer, ms(receipt.answerMs)],
    [t.ice, ms(receipt.iceMs)],
    [t.frame, media === "video" ? ms(receipt.frameMs) : null],
    [t.path, path],
    [t.codecs, [receipt.audioCodec, receipt.videoCodec].filter((codec) => codec !== null).join(", ") || null],
    [t.reconnects, String(receipt.reconnects)],
    [t.rtt, ms(receipt.rttMs)],
    [t.lossSent, percent(receipt.lossSent)],
    [t.lossReceived, percent(receipt.lossReceived)],
    [t.sent, megabytes(receipt.bytesSent)],
    [t.received, megabytes(receipt.bytesReceived)],
  ];
  return all.filter((row): row is [string, string] => row[1] !== null);
}
