/** The shape of what is said where a camera, a microphone or a screen does not open. */

import type { Cause } from "../client/devices/causes.ts";

/** What of a person comes from devices. */
export type PersonDevices = "camera" | "microphone" | "both";

/** Why a camera, a microphone or a screen does not open, and what to do. */
export interface ProblemStrings {
  /** `{device}` in `causes`. */
  readonly names: Readonly<Record<PersonDevices, string>>;
  readonly causes: Readonly<Record<Exclude<Cause, "missing">, string>>;
  readonly missing: Readonly<Record<PersonDevices, string>>;
  readonly screen: Readonly<Record<Cause, string>>;
}
