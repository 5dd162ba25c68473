/** What is heard around a call, and where: a ring, the tone of a call that is placed, the voice. */

import type { CallPhase } from "../../shared/client/state.ts";
import type { CallMedia } from "../../shared/protocol/formats.ts";
import type { CallStore } from "../app/call_store.ts";

/** `ring`: it rings here. `ringback`: it rings there. `talk`: voices. */
export type AudioMode = "off" | "ring" | "ringback" | "talk";

/** The phone's audio, in and around calls. */
export interface AudioDevice {
  /** The mode is another one. `media`: of the call, if there is one. */
  enter(mode: AudioMode, media: CallMedia): void;
  /** The speaker, or what the system takes: a headset that is connected, else the earpiece. */
  setSpeaker(on: boolean): void;
}

export function modeFor({ phase }: CallPhase): AudioMode {
  switch (phase) {
    case "incoming":
      return "ring";
    case "calling":
    case "ringing":
      return "ringback";
    case "connecting":
    case "connected":
    case "reconnecting":
      return "talk";
    case "idle":
    case "preparing":
    case "ended":
      return "off";
  }
}

/** Follows the calls of a store. It draws nothing, so that it works where nothing is drawn. */
export class CallAudio {
  readonly #device: AudioDevice;
  readonly #listeners = new Set<() => void>();
  #mode: AudioMode = "off";
  #isSpeakerOn = false;

  constructor(store: CallStore, device: AudioDevice) {
    this.#device = device;
    store.subscribe(() => this.#follow(store.snapshot().call));
  }

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  isSpeakerOn = (): boolean => this.#isSpeakerOn;

  setSpeaker(on: boolean): void {
    this.#isSpeakerOn = on;
    this.#device.setSpeaker(on);
    for (const listener of this.#listeners) listener();
  }

  #follow(call: CallPhase): void {
    const mode = modeFor(call);
    if (mode === this.#mode) return;
    const before = this.#mode;
    this.#mode = mode;
    const media = "call" in call ? call.call.media : "audio";
    this.#device.enter(mode, media);
    // Who looks at the phone is away from its earpiece.
    const begins = before === "off" || before === "ring";
    if (begins && (mode === "ringback" || mode === "talk")) this.setSpeaker(media === "video");
  }
}
