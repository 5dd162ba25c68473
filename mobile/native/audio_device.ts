/** The phone's audio by react-native-incall-manager: routes, tones, and the screen that goes dark at the ear (proximity). */

import { Platform } from "react-native";
import InCallManager from "react-native-incall-manager";
import type { AudioDevice } from "./call_audio.ts";

/** How long it rings at most, in s: the server says before when it is over. */
const RING_S = 60;

/** Telecom leaves ringing and audio to an app that has calls of its own. */
const android: AudioDevice["enter"] = (mode, media) => {
  InCallManager.stopRingtone();
  switch (mode) {
    case "off":
      return InCallManager.stop();
    case "ring":
      return InCallManager.startRingtone("_DEFAULT_", [0, 800, 600], "playback", RING_S);
    case "ringback":
      return InCallManager.start({ media, ringback: "_DTMF_" });
    case "talk":
      InCallManager.stopRingback();
      return InCallManager.start({ media });
  }
};

/** CallKit rings by itself and owns the audio session: what is left is the tone for who calls, and the screen at the ear. */
const ios: AudioDevice["enter"] = (mode, media) => {
  InCallManager.stopRingback();
  if (mode === "ringback") InCallManager.startRingback("_DTMF_");
  if (mode === "talk" && media === "audio") InCallManager.startProximitySensor();
  if (mode === "off") InCallManager.stopProximitySensor();
};

export const audioDevice: AudioDevice = {
  enter: Platform.OS === "ios" ? ios : android,
  setSpeaker: (on) => InCallManager.setForceSpeakerphoneOn(on),
};
