/** In a browser the page has no say in any of it. */

import type { AudioDevice } from "./call_audio.ts";

export const audioDevice: AudioDevice = { enter() {}, setSpeaker() {} };
