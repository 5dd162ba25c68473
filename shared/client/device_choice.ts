/** Which camera, microphone and speaker are there, which are chosen, and what is asked of them. No device is touched here. */

import type { Environment } from "./ports.ts";

/** What a user can choose. */
export type DeviceKind = "camera" | "microphone" | "speaker";

/** One of them, to show in a list; browsers tell the label once a device was allowed. */
export interface DeviceOption {
  readonly id: string;
  readonly label: string;
}

/** All that are there, and which is in use or would be; `null`: the system's own choice. */
export interface DeviceChoice {
  readonly options: Readonly<Record<DeviceKind, readonly DeviceOption[]>>;
  readonly chosen: Readonly<Record<DeviceKind, string | null>>;
  /** Which way a phone's camera looks. */
  readonly facing: "user" | "environment";
}

/** A device that went away in use, and the label of the one that took its place; `null`: there is no other. */
export interface DeviceNotice {
  readonly device: "camera" | "microphone";
  readonly now: string | null;
}

const KINDS: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  videoinput: "camera",
  audioinput: "microphone",
  audiooutput: "speaker",
};
/** A phone's camera, processor and data plan have enough with this; others get what a screen can show. */
const PHONE = { width: { ideal: 640, max: 640 }, height: { ideal: 480, max: 480 }, frameRate: { ideal: 24, max: 24 } };
const PHONE_WISH = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } };
const DESK = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Nothing known yet but what was chosen before, on any page. */
export function rememberedChoice(env: Environment): DeviceChoice {
  const chosen = (kind: DeviceKind) => env.recall(kind);
  return {
    options: { camera: [], microphone: [], speaker: [] },
    chosen: { camera: chosen("camera"), microphone: chosen("microphone"), speaker: chosen("speaker") },
    facing: "user",
  };
}

/** The same with what is there now. Devices without an id are there, but not allowed yet, so nobody could choose among them. */
export function withDevices(choice: DeviceChoice, devices: readonly MediaDeviceInfo[]): DeviceChoice {
  const options = (wanted: DeviceKind) =>
    devices.filter(({ kind, deviceId }) => KINDS[kind] === wanted && deviceId !== "")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return {
    ...choice,
    options: { camera: options("camera"), microphone: options("microphone"), speaker: options("speaker") },
  };
}

/** What is asked of `getUserMedia`. `relaxed`: nothing is insisted on, neither the chosen device nor a limit of its pictures. */
export function constraints(
  kinds: readonly ("audio" | "video")[],
  choice: DeviceChoice,
  isPhone: boolean,
  relaxed: boolean,
): MediaStreamConstraints {
  const { options, chosen, facing } = choice;
  const isThere = (id: string) => Object.values(options).flat().some((option) => option.id === id);
  // One that is there is meant; one of before, which may be gone, must not keep a call from being made.
  const device = (id: string | null) =>
    id === null ? {} : { deviceId: isThere(id) && !relaxed ? { exact: id } : { ideal: id } };
  return {
    ...(kinds.includes("audio") ? { audio: { ...VOICE, ...device(chosen.microphone) } } : {}),
    ...(kinds.includes("video")
      ? {
        video: {
          ...(isPhone ? relaxed ? PHONE_WISH : PHONE : DESK),
          ...(isPhone && chosen.camera === null ? { facingMode: { ideal: facing } } : device(chosen.camera)),
        },
      }
      : {}),
  };
}

/** The choice after "Switch camera": a phone's other side; elsewhere the camera after the one in use, in turn. */
export function nextCamera(choice: DeviceChoice, inUse: string | undefined, isPhone: boolean): DeviceChoice {
  const { options: { camera }, chosen } = choice;
  if (isPhone) {
    const facing = choice.facing === "user" ? "environment" : "user";
    return { ...choice, facing, chosen: { ...chosen, camera: null } };
  }
  const next = camera[(camera.findIndex(({ id }) => id === inUse) + 1) % camera.length];
  return { ...choice, chosen: { ...chosen, camera: next?.id ?? null } };
}
