/**
 * Tracks that the system mutes: a switch on the device, a telephone call on iOS, a camera's shutter. The track goes on, with silence or
 * black pictures, and nothing but its `muted` tells (W3C Media Capture and Streams, section 4.3.1).
 */

import type { Clock } from "../platform/platform.ts";

/** Browsers mute a track for an instant while a device starts or is passed on: what lasts less than this, in ms, is not muted. */
const DEBOUNCE_MS = 500;

/** `pending`: muted, but not for longer than a glitch yet. */
export type MuteState = "live" | "pending" | "muted";

/** What the browser says of a track, and `elapsed`: `DEBOUNCE_MS` as `pending`. */
export type MuteEvent = "mute" | "unmute" | "elapsed";

const NEXT: Readonly<Record<MuteState, Partial<Record<MuteEvent, MuteState>>>> = {
  live: { mute: "pending" },
  pending: { unmute: "live", elapsed: "muted" },
  muted: { unmute: "live" },
};

/** What a track is after an event. */
export function muteStateAfter(state: MuteState, event: MuteEvent): MuteState {
  return NEXT[state][event] ?? state;
}

export class SystemMute {
  readonly #after: Clock["after"];
  readonly #onChange: () => void;
  readonly #watched = new Map<MediaStreamTrack, { state: MuteState; cancel(): void }>();

  /** `onChange`: the answer of `has` is another one for some track. */
  constructor(after: Clock["after"], onChange: () => void) {
    this.#after = after;
    this.#onChange = onChange;
  }

  /** Whether the system mutes a track. */
  has(track: MediaStreamTrack): boolean {
    return this.#watched.get(track)?.state === "muted";
  }

  watch(track: MediaStreamTrack): void {
    this.#watched.set(track, { state: "live", cancel: () => {} });
    track.onmute = () => this.#on(track, "mute");
    track.onunmute = () => this.#on(track, "unmute");
    if (track.muted) this.#on(track, "mute");
  }

  /** The track is not used any more. */
  forget(track: MediaStreamTrack): void {
    track.onmute = track.onunmute = null;
    this.#watched.get(track)?.cancel();
    this.#watched.delete(track);
  }

  #on(track: MediaStreamTrack, event: MuteEvent): void {
    const { state: before, cancel } = this.#watched.get(track)!;
    const state = muteStateAfter(before, event);
    if (state === before) return;
    cancel();
    const isPending = state === "pending";
    this.#watched.set(track, {
      state,
      cancel: isPending ? this.#after(DEBOUNCE_MS, () => this.#on(track, "elapsed")) : () => {},
    });
    if (before === "muted" || state === "muted") this.#onChange();
  }
}
