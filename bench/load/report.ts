/** What came of a load, for people, and whether it is what was asked for. */

import { quantile } from "../figures.ts";
import type { Figures } from "./load.ts";
import type { LoadOptions } from "./options.ts";

const KINDS = ["ring", "relay", "end"] as const;

/** One line while it goes on. */
export function progress({ begun, whole, failed, latencies }: Figures, going: number, seconds: number): string {
  const ring = latencies.ring.slice(-500);
  const recent = ring.length === 0 ? "" : `, ring p99 ${ms(quantile(ring, 0.99))}`;
  return `${seconds.toFixed(0)} s: ${begun} calls begun, ${whole} whole, ${failed} failed, ${going} going on${recent}`;
}

/** The table at the end. */
export function table({ begun, whole, failed, latencies, errors, ownDelays }: Figures): string {
  const lines = [
    `calls: ${begun} begun, ${whole} whole, ${failed} failed`,
    "",
    "            p50       p95       p99       max",
  ];
  for (const kind of KINDS) {
    const values = latencies[kind];
    const cells = [0.5, 0.95, 0.99, 1].map((share) => values.length === 0 ? "—" : ms(quantile(values, share)));
    lines.push(`${kind.padEnd(6)}${cells.map((cell) => cell.padStart(10)).join("")}`);
  }
  if (ownDelays.length > 0) lines.push("", `of it this tool's own delay, p99: ${ms(quantile(ownDelays, 0.99))}`);
  const sorted = [...errors].toSorted(([, a], [, b]) => b - a);
  lines.push("", errors.size === 0 ? "no errors" : `errors: ${sorted.map(([code, n]) => `${code} ${n}`).join(", ")}`);
  return lines.join("\n");
}

/** What of it is not as asked, a line each. */
export function breaches({ begun, failed, latencies }: Figures, { p99, errors }: Pick<LoadOptions, "p99" | "errors">) {
  const found: string[] = [];
  const percent = begun === 0 ? 0 : 100 * failed / begun;
  if (percent > errors) found.push(`${percent.toFixed(2)} % of calls failed, expected ${errors} % at most`);
  for (const kind of KINDS) {
    if (p99 === null || latencies[kind].length === 0) continue;
    const value = quantile(latencies[kind], 0.99);
    if (value > p99) found.push(`p99 of ${kind} is ${ms(value)}, expected ${p99} ms at most`);
  }
  return found;
}

export const ms = (value: number) => `${value.toFixed(1)} ms`;
