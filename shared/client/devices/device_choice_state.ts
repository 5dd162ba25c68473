/** The choice of devices: which camera, microphone and speaker are there, and which are chosen. `device_choice.ts` changes it. */

/** What a user can choose. */
export type DeviceKind = "camera" | "microphone" | "speaker";

/** A device to show in a list; browsers tell the label once one was allowed. */
export interface DeviceOption {
  readonly id: string;
  readonly label: string;
}

/**
 * All that are there, and which is to be used. One rule for every kind: what is chosen is used; while it is away the system's choice is,
 * and the choice stands; once it is back it is used again.
 */
export interface DeviceChoice {
  readonly options: Readonly<Record<DeviceKind, readonly DeviceOption[]>>;
  /** By the user, on any page; `null`: the system's own choice. */
  readonly chosen: Readonly<Record<DeviceKind, string | null>>;
  /** To be used, but not there: the chosen one; or, where the system chose, the one that went away in use. */
  readonly away: Readonly<Record<DeviceKind, string | null>>;
  /** Which way a phone's camera looks. */
  readonly facing: "user" | "environment";
}

/** A device that went away in use, or came back. */
export interface DeviceNotice {
  readonly device: DeviceKind;
  readonly change: DeviceChange;
  /** The label of the one in use now; `null`: there is no other, or the system's choice, which has no name. */
  readonly now: string | null;
}

/** What became of the device that is to be used. */
export type DeviceChange = "gone" | "back";

/** Chromium lists the system's choice as if it were a device of its own. */
export const SYSTEM_ID = "default";

const NO_IDS = { camera: null, microphone: null, speaker: null };

/** Nothing is known, and nothing chosen. */
export const NO_DEVICES: DeviceChoice = {
  options: { camera: [], microphone: [], speaker: [] },
  chosen: NO_IDS,
  away: NO_IDS,
  facing: "user",
};

/** The device to use; `null`: the system's own choice. */
export function deviceToUse({ chosen, away }: DeviceChoice, kind: DeviceKind): string | null {
  return away[kind] === null ? chosen[kind] : null;
}
