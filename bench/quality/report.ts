/** The benchmark's table, as text. */

import { quantile } from "../figures.ts";
import type { Figures } from "./measure.ts";

/** A column: what is shown of a figure, and how. */
interface Column {
  readonly title: string;
  readonly of: keyof Figures;
  readonly digits: number;
  readonly times?: number;
  /** What stands where there was none. */
  readonly none?: string;
}

export const COLUMNS: readonly Column[] = [
  { title: "before", of: "before", digits: 0 },
  { title: "fps", of: "fps", digits: 1 },
  { title: "frozen %", of: "frozen", digits: 0, times: 100 },
  { title: "late fps", of: "lateFps", digits: 1 },
  { title: "late frozen %", of: "lateFrozen", digits: 0, times: 100 },
  { title: "lines", of: "lines", digits: 0 },
  { title: "SSIM", of: "ssim", digits: 3 },
  { title: "glass ms", of: "delayMs", digits: 0 },
  { title: "p95 ms", of: "delay95Ms", digits: 0 },
  { title: "voice ms", of: "voiceMs", digits: 0 },
  { title: "concealed %", of: "concealed", digits: 1, times: 100 },
  { title: "MOS", of: "opinion", digits: 2 },
  { title: "told MOS", of: "toldOpinion", digits: 2 },
  { title: "told frozen %", of: "toldFrozen", digits: 0, times: 100 },
  { title: "moves s", of: "movesAfterS", digits: 1, none: "never" },
  { title: "full s", of: "fullAfterS", digits: 1, none: "never" },
  { title: "kbit/s", of: "kbps", digits: 0 },
  { title: "idle %", of: "idle", digits: 0, times: 100 },
];

/** The median and, of more than one round, the least and the most; rounds without a figure count as what is worse than all others. */
export function cell(rounds: readonly Figures[], { of, digits, times = 1, none = "—" }: Column): string {
  const values = rounds.map((figures) => figures[of] ?? Infinity);
  if (values.length === 0) return "";
  const text = (share: number) => {
    // Between a figure and none there is none.
    const value = quantile(values, share);
    return Number.isFinite(value) ? (value * times).toFixed(digits) : none;
  };
  const [low, mid, high] = [0, 0.5, 1].map(text);
  return low === high ? mid! : `${mid} (${low}–${high})`;
}

/** A row for each contender on each network. */
export function table(rows: readonly { network: string; contender: string; rounds: readonly Figures[] }[]): string {
  const cells = [
    ["network", "who", ...COLUMNS.map(({ title }) => title)],
    ...rows.map(({ network, contender, rounds }) => [
      network,
      contender,
      ...COLUMNS.map((column) => cell(rounds, column)),
    ]),
  ];
  const widths = cells[0]!.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  return cells.map((row) => row.map((text, at) => text.padEnd(widths[at]!)).join("  ").trimEnd()).join("\n");
}
