/** What the checks are called and what they can find. */

import type { DoctorStrings } from "../../shared/i18n/en.ts";

/** Everything that is tried, in the order it is shown. */
export const CHECKS = ["camera", "microphone", "socket", "stun", "udp", "tcp", "tls"] as const;

/** One thing that is tried. `udp`, `tcp`, `tls`: the way to a TURN server. */
export type CheckId = typeof CHECKS[number];

/** `none`: it was not tried, for there is nothing to try or nobody to try it for. */
export type Grade = "good" | "poor" | "bad" | "none";

/** What came of a check: its grade, and the sentence that says so. */
export interface Finding {
  readonly grade: Grade;
  readonly says: keyof DoctorStrings["findings"];
  /** For the places in the sentence. Never an address or a credential. */
  readonly values?: Readonly<Record<string, string | number>>;
}

/** What was found so far. */
export type Findings = Readonly<Partial<Record<CheckId, Finding>>>;
