/** The phone's audio by react-native-incall-manager: routes, tones, and the screen that goes dark at the ear (proximity). */

import InCallManager from "react-native-incall-manager";
import type { AudioDevice } from "./call_audio.ts";

/** How long it rings at most, in s: the server says before when it is over. */
const RING_S = 60;

export const audioDevice: AudioDevice = {
  enter(mode, media) {
    InCallManager.stopRingtone();
    InCallManager.stopRingback();
    switch (mode) {
      case "off":
        return InCallManager.stop();
      case "ring":
        return InCallManager.startRingtone("_DEFAULT_", [0, 800, 600], "playback", RING_S);
      case "ringback":
        return InCallManager.start({ media, ringback: "_DTMF_" });
      case "talk":
        return InCallManager.start({ media });
    }
  },
  setSpeaker: (on) => InCallManager.setForceSpeakerphoneOn(on),
};
