/** What became of asking the browser for camera and microphone, and why one of them would not open. */

import type { DeviceKind } from "./device_choice.ts";
import type { MediaProblem } from "./state.ts";

/** A section of a call, and the kind of track it carries. */
export type Kind = "audio" | "video";

/** The device that a track of a kind comes from. */
export const DEVICE_OF = { audio: "microphone", video: "camera" } as const satisfies Record<Kind, DeviceKind>;

/** What became of an attempt to open devices. `superseded`: they were released meanwhile. */
export type Opened = "open" | "superseded" | MediaProblem;

/** By the names of W3C Media Capture and Streams, section 10.2.1. */
export function problemOf(error: unknown, device: "camera" | "microphone"): MediaProblem {
  switch ((error as { name?: string } | null)?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return `${device}-denied`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `${device}-missing`;
    case "TypeError": // `navigator.mediaDevices` is undefined outside a secure context
      return "insecure";
    default:
      return "device-busy";
  }
}
