/** The shape of what Call Doctor says. */

import type { ProblemStrings } from "./problem_strings.ts";

/** What Call Doctor says: the part of the dictionary that goes to its page. */
export interface DoctorStrings {
  readonly title: string;
  readonly heading: string;
  readonly intro: string;
  readonly noScript: string;
  readonly start: string;
  readonly again: string;
  readonly progress: string;
  readonly running: string;
  readonly speak: string;
  readonly toName: string;
  readonly newTab: string;
  readonly copy: string;
  readonly copied: string;
  readonly report: string;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly grades: { readonly good: string; readonly poor: string; readonly bad: string; readonly none: string };
  readonly findings: {
    readonly cameraGood: string;
    readonly microphoneGood: string;
    readonly microphoneSilent: string;
    readonly unnamed: string;
    readonly cookieless: string;
    readonly notTried: string;
    readonly broken: string;
    readonly socketGood: string;
    readonly socketSlow: string;
    readonly socketBlocked: string;
    readonly socketDown: string;
    readonly socketMute: string;
    readonly stunGood: string;
    readonly stunBlocked: string;
    readonly stunNone: string;
    readonly turnGood: string;
    readonly turnStuck: string;
    readonly turnRefused: string;
    readonly turnFull: string;
    readonly turnUnreachable: string;
    readonly turnNoUdp: string;
    readonly turnNoTcp: string;
    readonly turnNoTls: string;
  };
  readonly problems: ProblemStrings;
  readonly verdicts: Readonly<Record<VerdictName, { readonly title: string; readonly text: string }>>;
}

type CheckName = "camera" | "microphone" | "socket" | "stun" | "udp" | "tcp" | "tls";

type VerdictName =
  | "good"
  | "noCamera"
  | "silent"
  | "onlyUdp"
  | "brokenRelay"
  | "noRelay"
  | "sameNetwork"
  | "unnamed"
  | "cookieless"
  | "noMicrophone"
  | "noSocket"
  | "noWay";
