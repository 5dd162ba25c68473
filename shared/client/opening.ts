/** What became of asking the browser for camera and microphone. */

import type { DeviceKind } from "./device_choice.ts";
import type { MediaProblem } from "./state.ts";

/** A section of a call, and the kind of track it carries. */
export type Kind = "audio" | "video";

/** The device that a track of a kind comes from. */
export const DEVICE_OF = { audio: "microphone", video: "camera" } as const satisfies Record<Kind, DeviceKind>;

/** What became of an attempt to open devices. `superseded`: they were released meanwhile. */
export type Opened = "open" | "superseded" | MediaProblem;
