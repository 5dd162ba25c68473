import type { Flow } from "../../../shared/client/quality/samples.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import type { View } from "../view.ts";

/** The call in figures, second by second. */
export function Statistics({ view: { t: { statistics: t, history }, snapshot: { quality } } }: { view: View }) {
  if (quality === null) return null;
  const {
    perceived: { there, here },
    sample: { sending, receiving, lossSent, lossReceived, rttMs, encodeMs, path, transport },
  } = quality;
  const percent = (loss: number | null) => loss === null ? "–" : `${(loss * 100).toFixed(1)} %`;
  const size = ({ width, height, fps }: Flow) => width === null || !fps ? "–" : `${width} × ${height}, ${fps}`;
  const codecs = ({ audioCodec, videoCodec }: Flow) => [audioCodec, videoCodec].filter(Boolean).join(", ") || "–";
  const ms = (value: number | null) => value === null ? "–" : fill(history.ms, { n: Math.round(value) });
  const rows: [name: string, sent: string, received: string][] = [
    [t.rate, String(sending.kbps), String(receiving.kbps)],
    [t.loss, percent(lossSent), percent(lossReceived)],
    [history.frozen, percent(there.frozen), percent(here.frozen)],
    [history.concealed, percent(there.concealed), percent(here.concealed)],
    [history.score, there.score?.toFixed(1) ?? "–", here.score?.toFixed(1) ?? "–"],
    [t.picture, size(sending), size(receiving)],
    [history.codecs, codecs(sending), codecs(receiving)],
  ];
  return (
    <section aria-labelledby="statistics-title">
      <h3 id="statistics-title">{t.title}</h3>
      <p>
        {path && history[path]}
        {transport && `, ${transport.toUpperCase()}`}. {history.rtt}: {ms(rttMs)}. {t.encoding}: {ms(encodeMs)}.
      </p>
      <table class="figures">
        <thead>
          <tr>
            <td />
            <th scope="col">{t.sent}</th>
            <th scope="col">{t.received}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, sent, received]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{sent}</td>
              <td>{received}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
