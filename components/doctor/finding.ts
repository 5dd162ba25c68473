/** What the checks are called and what they can find. */

import type { Cause } from "../../shared/client/devices/causes.ts";
import type { DoctorStrings } from "../../shared/i18n/doctor_strings.ts";

/** Everything that is tried, in the order it is shown. */
export const CHECKS = ["camera", "microphone", "socket", "stun", "udp", "tcp", "tls"] as const;

/** A check. `udp`, `tcp`, `tls`: the transport to a TURN server. */
export type CheckId = typeof CHECKS[number];

/** `none`: it was not tried, for there is nothing to try or nobody to try it for. */
export type Grade = "good" | "poor" | "bad" | "none";

/** What came of a check: its grade, and the sentence that says so; or why a device does not open. */
export type Finding =
  | {
    readonly grade: Grade;
    readonly says: keyof DoctorStrings["findings"];
    /** For the places in the sentence. Never an address or a credential. */
    readonly values?: Readonly<Record<string, string | number>>;
  }
  | { readonly grade: "bad"; readonly device: "camera" | "microphone"; readonly cause: Cause };

/** What was found so far. */
export type Findings = Readonly<Partial<Record<CheckId, Finding>>>;
