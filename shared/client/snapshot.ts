/** The snapshot of a client that has heard of nothing yet. */

import { NO_DEVICES } from "./devices/device_choice_state.ts";
import type { LocalMedia, RemoteMedia, Snapshot } from "./state.ts";

/** No device is open. */
export const NO_MEDIA: Omit<LocalMedia, "screen"> = {
  stream: null,
  microphone: false,
  camera: false,
  held: { microphone: null, camera: null },
};

/** Nobody to see or hear yet. */
export const NOBODY: RemoteMedia = {
  stream: null,
  audio: true,
  video: true,
  screen: false,
  step: "high",
  screenStream: null,
};

/** Nothing is known, and nothing happens. */
export const NOTHING: Snapshot = {
  signaling: "connecting",
  call: { phase: "idle" },
  local: { ...NO_MEDIA, screen: null },
  remote: NOBODY,
  devices: NO_DEVICES,
  gone: null,
  checking: false,
  quality: null,
  saver: false,
  codec: null,
  extrasOff: [],
  problem: null,
  unplaced: null,
  noWebRtc: false,
  members: {},
  missed: [],
  history: {},
};
