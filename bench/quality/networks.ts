/** The networks of the benchmark, as facts. */

import type { Stretch } from "./delay_line.ts";

/** A queue before a bottleneck. */
export interface Line {
  readonly kbps: number;
  /** What waits longer than this is dropped, in ms. */
  readonly queueMs: number;
}

/** What a network does to packets, at one moment. */
export interface Conditions {
  readonly line?: Line;
  /** Of packets, by chance, each for itself; from 0 to 1. */
  readonly loss?: number;
  readonly stretch?: Stretch;
}

export interface NetworkCase {
  readonly name: string;
  readonly about: string;
  /** `both` ways, or only from the side whose pictures are measured. */
  readonly ways: "both" | "one";
  /** One after the other; the last one lasts until the time is over. */
  readonly phases: readonly { readonly conditions: Conditions; readonly seconds: number }[];
}

/** How long a bad network lasts, in seconds; one that is so slow that it takes as long until what was sent before is through, longer. */
const BAD_S = 20;
const SLOW_S = { 250: 30, 100: 40, 50: 40 } as const;
/** A modem's or a base station's queue: half a second, and never less than a handful of full packets. */
const QUEUE_MS = 500;
const LEAST_QUEUE_BITS = 80_000;

function line(kbps: number, queueMs = Math.max(QUEUE_MS, Math.round(LEAST_QUEUE_BITS / kbps))): Conditions {
  return { line: { kbps, queueMs } };
}

const stretch = (is: Partial<Stretch>): Conditions => ({ stretch: { delayMs: 0, jitterMs: 0, bursts: null, ...is } });
const steady = (conditions: Conditions, seconds = BAD_S) => [{ conditions, seconds }];

/**
 * A commute, a new rate every five seconds. The logs of HSDPA in Norway (Riiser, Vigmostad, Griwodz and Halvorsen, "Commute path
 * bandwidth traces from 3G networks", MMSys 2013) show 1.5 to 2.2 Mbit/s in the open, less by half and more within seconds, and next to
 * nothing in a tunnel; these are values of that kind, none of a log.
 */
const COMMUTE_KBPS = [1_500, 700, 2_200, 150, 900];

export const NETWORKS: readonly NetworkCase[] = [
  { name: "good", about: "nothing in the way", ways: "both", phases: steady({}) },
  { name: "1500-deep", about: "1.5 Mbit/s, a queue of 2 s", ways: "both", phases: steady(line(1_500, 2_000)) },
  { name: "500", about: "500 kbit/s", ways: "both", phases: steady(line(500)) },
  { name: "250", about: "250 kbit/s", ways: "both", phases: steady(line(250), SLOW_S[250]) },
  { name: "250-one", about: "250 kbit/s one way", ways: "one", phases: steady(line(250), SLOW_S[250]) },
  { name: "100", about: "100 kbit/s", ways: "both", phases: steady(line(100), SLOW_S[100]) },
  { name: "50", about: "50 kbit/s", ways: "both", phases: steady(line(50), SLOW_S[50]) },
  { name: "loss-5", about: "5 % lost", ways: "both", phases: steady({ loss: 0.05 }) },
  { name: "loss-20", about: "20 % lost", ways: "both", phases: steady({ loss: 0.2 }) },
  { name: "loss-20-one", about: "20 % lost one way", ways: "one", phases: steady({ loss: 0.2 }) },
  {
    name: "bursts-5",
    about: "5 % lost in bursts of 100 ms",
    ways: "both",
    phases: steady(stretch({ bursts: { share: 0.05, meanMs: 100 } })),
  },
  {
    name: "bursts-20",
    about: "20 % lost in bursts of 100 ms",
    ways: "both",
    phases: steady(stretch({ bursts: { share: 0.2, meanMs: 100 } })),
  },
  { name: "jitter", about: "jitter of 50 ms around 50", ways: "both", phases: steady(stretch({ jitterMs: 100 })) },
  { name: "rtt-300", about: "300 ms there and back", ways: "both", phases: steady(stretch({ delayMs: 150 })) },
  {
    name: "commute",
    about: `${COMMUTE_KBPS.join(", ")} kbit/s, five seconds each`,
    ways: "both",
    phases: COMMUTE_KBPS.map((kbps) => ({ conditions: line(kbps), seconds: 5 })),
  },
  { name: "gap", about: "nothing for 3 s", ways: "both", phases: steady({ loss: 1 }, 3) },
];

/** Those that are measured where none are named: with three contenders and three rounds, an hour. */
export const USUAL: readonly string[] = ["1500-deep", "500", "250", "100", "loss-20", "bursts-5", "commute", "gap"];

/** How long a network is bad, in seconds. */
export function secondsOf({ phases }: NetworkCase): number {
  return phases.reduce((all, { seconds }) => all + seconds, 0);
}
