import { fill } from "../../../shared/i18n/fill.ts";
import type { CallMedia } from "../../../shared/protocol/formats.ts";
import type { Receipt } from "../../../shared/protocol/receipt.ts";
import type { View } from "../view.ts";

/** The figures of a past call. */
export function Figures({ receipt, media, t }: { receipt: Receipt; media: CallMedia; t: View["t"]["history"] }) {
  return (
    <dl class="figures">
      {rows(receipt, media, t).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
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
    [t.frozen, percent(receipt.perceived?.frozen ?? null)],
    [t.concealed, percent(receipt.perceived?.concealed ?? null)],
    [t.score, receipt.perceived?.score?.toFixed(1) ?? null],
    [t.sent, megabytes(receipt.bytesSent)],
    [t.received, megabytes(receipt.bytesReceived)],
  ];
  return all.filter((row): row is [string, string] => row[1] !== null);
}
