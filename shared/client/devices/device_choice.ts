/** What changes the choice of devices, and what is asked of the browser by it. No device is touched here. */

import type { TextStore } from "../platform/platform.ts";
import {
  type DeviceChange,
  type DeviceChoice,
  type DeviceKind,
  type DeviceOption,
  NO_DEVICES,
  SYSTEM_ID,
} from "./device_choice_state.ts";

/** The ids that stand for the system's choice: on Windows Chromium lists two such devices. */
const SYSTEM_IDS: readonly string[] = [SYSTEM_ID, "communications"];

const ALL_KINDS = ["camera", "microphone", "speaker"] as const satisfies readonly DeviceKind[];

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
export function rememberedChoice(kept: TextStore): DeviceChoice {
  const chosen = (kind: DeviceKind) => orSystem(kept.get(kind));
  return {
    ...NO_DEVICES,
    chosen: { camera: chosen("camera"), microphone: chosen("microphone"), speaker: chosen("speaker") },
  };
}

/** The choice with another device chosen, or (`null`) the system's own choice. */
export function withChosen(choice: DeviceChoice, kind: DeviceKind, id: string | null): DeviceChoice {
  const chosen = { ...choice.chosen, [kind]: orSystem(id) };
  return { ...choice, chosen, away: { ...choice.away, [kind]: null } };
}

/**
 * The id of the device that a track with these settings comes from; `null` where it has none. Where the track was opened as the
 * system's choice, it is that of the device in the same group, as far as one is listed: by that one it is known when it comes back.
 */
export function ownId(
  devices: readonly Pick<MediaDeviceInfo, "kind" | "deviceId" | "groupId">[],
  ofKind: MediaDeviceKind,
  { deviceId, groupId }: MediaTrackSettings,
): string | null {
  if (deviceId !== SYSTEM_ID || !groupId) return deviceId ?? null;
  const own = devices.find((device) =>
    device.kind === ofKind && device.groupId === groupId && !SYSTEM_IDS.includes(device.deviceId)
  );
  return own?.deviceId ?? deviceId;
}

/** The choice after the device `id` ended in use. One that is there all the same is not away: it was taken, or forbidden. */
export function withEnded(choice: DeviceChoice, kind: DeviceKind, id: string | null): DeviceChoice {
  const isThere = id === null || id === SYSTEM_ID || choice.options[kind].some((option) => option.id === id);
  return isThere ? choice : { ...choice, away: { ...choice.away, [kind]: choice.chosen[kind] ?? id } };
}

/** The choice where a device is to be used as `before` all the same. */
export function withUndone(choice: DeviceChoice, before: DeviceChoice, kind: DeviceKind): DeviceChoice {
  return {
    ...choice,
    chosen: { ...choice.chosen, [kind]: before.chosen[kind] },
    away: { ...choice.away, [kind]: before.away[kind] },
    facing: kind === "camera" ? before.facing : choice.facing,
  };
}

/** The choice once nothing is in use any more: what the system had chosen is not waited for. */
export function withoutUse(choice: DeviceChoice): DeviceChoice {
  const { chosen, away } = choice;
  const stays = (kind: DeviceKind) => chosen[kind] === null ? null : away[kind];
  return { ...choice, away: { camera: stays("camera"), microphone: stays("microphone"), speaker: stays("speaker") } };
}

/**
 * The same with what is there now, and what that changes. Devices without an id are there, but not allowed yet, so nobody could choose
 * among them: where no device of a kind has one, nothing is known of what is away. Nor where there is none, as some browsers say until
 * one is allowed; unless there was one.
 */
export function withDevices(
  choice: DeviceChoice,
  devices: readonly Pick<MediaDeviceInfo, "kind" | "deviceId" | "label">[],
): { choice: DeviceChoice; changes: Partial<Record<DeviceKind, DeviceChange>> } {
  const options = (wanted: DeviceKind) =>
    devices.filter(({ kind, deviceId }) => KINDS[kind] === wanted && deviceId !== "")
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  const now = { camera: options("camera"), microphone: options("microphone"), speaker: options("speaker") };
  const away: Record<DeviceKind, string | null> = { ...choice.away };
  const changes: Partial<Record<DeviceKind, DeviceChange>> = {};
  for (const kind of ALL_KINDS) {
    const wanted = choice.away[kind] ?? choice.chosen[kind];
    const has = (options: readonly DeviceOption[]) => options.some(({ id }) => id === wanted);
    const isOnlyGone = has(choice.options[kind]) && !devices.some((device) => KINDS[device.kind] === kind);
    if (wanted === null || now[kind].length === 0 && !isOnlyGone) continue;
    away[kind] = has(now[kind]) ? null : wanted;
    if (choice.away[kind] !== null && away[kind] === null) changes[kind] = "back";
    if (choice.away[kind] === null && away[kind] !== null && has(choice.options[kind])) changes[kind] = "gone";
  }
  return { choice: { ...choice, options: now, away }, changes };
}

/** What is asked of `getUserMedia`. `relaxed`: nothing is insisted on, neither the chosen device nor a limit of its pictures. */
export function constraints(
  kinds: readonly ("audio" | "video")[],
  choice: DeviceChoice,
  isPhone: boolean,
  relaxed: boolean,
): MediaStreamConstraints {
  const { options, chosen, away, facing } = choice;
  const isThere = (id: string) => Object.values(options).flat().some((option) => option.id === id);
  // A device that is listed is insisted on; one remembered from before, which may be gone, must not keep a call from being made.
  const device = (id: string | null) =>
    id === null ? {} : { deviceId: isThere(id) && !relaxed ? { exact: id } : { ideal: id } };
  return {
    ...(kinds.includes("audio") ? { audio: { ...VOICE, ...device(away.microphone ?? chosen.microphone) } } : {}),
    ...(kinds.includes("video")
      ? {
        video: {
          ...(isPhone ? relaxed ? PHONE_WISH : PHONE : DESK),
          ...(isPhone && chosen.camera === null
            ? { facingMode: { ideal: facing } }
            : device(away.camera ?? chosen.camera)),
        },
      }
      : {}),
  };
}

/** The choice after "Switch camera": a phone's other side; elsewhere the camera after the one in use, in turn. */
export function nextCamera(choice: DeviceChoice, inUse: string | undefined, isPhone: boolean): DeviceChoice {
  const { options: { camera } } = choice;
  if (isPhone) {
    const facing = choice.facing === "user" ? "environment" : "user";
    return { ...withChosen(choice, "camera", null), facing };
  }
  const next = camera[(camera.findIndex(({ id }) => id === inUse) + 1) % camera.length];
  return withChosen(choice, "camera", next?.id ?? null);
}

function orSystem(id: string | null): string | null {
  return id === SYSTEM_ID ? null : id;
}
