/**
 * What one side of a call tells the other of what it sees and hears of it, and of its own network and computer: over a data channel
 * (`docs/protocol.md`, "Quality reports"), so that no server learns of it.
 */

import type { Perceived } from "../state.ts";

export interface Report extends Perceived {
  /** Whether the way to the server, which is none of the other side's, is bad as well; `null`: not known. */
  readonly isNearBad: boolean | null;
  /** The computer is too slow to encode its whole picture. */
  readonly isSlow: boolean;
}

/** As it goes over the data channel. */
export function textOf(report: Report): string {
  return JSON.stringify(report, (_, value) => typeof value === "number" ? Math.round(value * 100) / 100 : value);
}

/** What came over the data channel: what is not of this form in it is not known. */
export function reportOf(data: unknown): Report {
  let { frozen, concealed, score, isNearBad, isSlow }: Record<string, unknown> = {};
  try {
    ({ frozen, concealed, score, isNearBad, isSlow } = JSON.parse(String(data)));
  } catch {
    // It is no JSON, or no object.
  }
  const within = (value: unknown, most: number) =>
    typeof value === "number" && value >= 0 && value <= most ? value : null;
  return {
    frozen: within(frozen, 1),
    concealed: within(concealed, 1),
    score: within(score, 5),
    isNearBad: typeof isNearBad === "boolean" ? isNearBad : null,
    isSlow: isSlow === true,
  };
}
