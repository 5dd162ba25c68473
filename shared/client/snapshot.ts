/** The snapshot of a client that has heard of nothing yet. */

import type { DeviceChoice } from "./device_choice.ts";
import type { RemoteMedia, Snapshot } from "./state.ts";

const NO_DEVICES: DeviceChoice = {
  options: { camera: [], microphone: [], speaker: [] },
  chosen: { camera: null, microphone: null, speaker: null },
  facing: "user",
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
  local: { stream: null, microphone: false, camera: false, screen: null },
  remote: NOBODY,
  devices: NO_DEVICES,
  gone: null,
  checking: false,
  quality: null,
  saver: false,
  codec: null,
  problem: null,
  unplaced: null,
  members: {},
  missed: [],
};
