/** The tracks that are open from devices, and what of them is to be shown. */

import type { Kind } from "./opening.ts";
import type { Platform } from "../platform/platform.ts";
import { NO_MEDIA } from "../snapshot.ts";
import type { Held, LocalMedia } from "../state.ts";
import { SystemMute } from "./system_mute.ts";

/** What of this side's media comes from devices. */
export type DeviceMedia = Omit<LocalMedia, "screen">;

/** Where the news of tracks goes. */
export interface TrackHandlers {
  onChange(local: DeviceMedia): void;
  /** The system mutes a device, or does so no longer: `local` says which. */
  onSystemMute(): void;
}

export class OpenTracks {
  readonly #platform: Pick<Platform, "media" | "clock">;
  readonly #handlers: TrackHandlers;
  readonly #isOpening: (kind: Kind) => boolean;
  readonly #mute: SystemMute;
  #local: DeviceMedia = NO_MEDIA;

  /** `isOpening`: there is no track of a kind yet, but one is on its way, and is to be sent. Where that changes, `refresh` is called. */
  constructor(
    platform: Pick<Platform, "media" | "clock">,
    handlers: TrackHandlers,
    isOpening: (kind: Kind) => boolean,
  ) {
    this.#platform = platform;
    this.#handlers = handlers;
    this.#isOpening = isOpening;
    this.#mute = new SystemMute(platform.clock.after, () => {
      this.refresh();
      handlers.onSystemMute();
    });
  }

  all(): MediaStreamTrack[] {
    return this.#local.stream?.getTracks() ?? [];
  }

  of(kind: Kind): MediaStreamTrack | undefined {
    return this.all().find((track) => track.kind === kind);
  }

  /** Takes tracks in; those of the same kinds are let go. `onEnded`: the device of one is gone. */
  take(taken: readonly MediaStreamTrack[], onEnded: (track: MediaStreamTrack) => void): void {
    for (const track of taken) {
      track.onended = () => onEnded(track);
      this.#mute.watch(track);
    }
    const isTaken = ({ kind }: MediaStreamTrack) => taken.some((track) => track.kind === kind);
    for (const track of this.all()) if (isTaken(track)) this.end(track);
    this.#show([...this.all().filter((track) => !isTaken(track)), ...taken]);
  }

  /** Sends the microphone, or silence. */
  mute(muted: boolean): void {
    for (const track of this.all()) if (track.kind === "audio") track.enabled = !muted;
    this.refresh();
  }

  /** Ends a track, which keeps its place. It is by the user's wish, so nobody needs to hear that it ended. */
  end(track: MediaStreamTrack): void {
    track.onended = null;
    this.#mute.forget(track);
    track.stop();
  }

  /** Ends what there is of these kinds. */
  close(...kinds: readonly Kind[]): void {
    const isClosed = ({ kind }: MediaStreamTrack) => kinds.includes(kind as Kind);
    for (const track of this.all()) if (isClosed(track)) this.end(track);
    this.#show(this.all().filter((track) => !isClosed(track)));
  }

  /** Shows what there is now. */
  refresh(): void {
    this.#show(this.all());
  }

  #show(tracks: MediaStreamTrack[]): void {
    const stateOf = (kind: Kind): Held | "on" | null => {
      const track = tracks.find((track) => track.kind === kind);
      if (track === undefined) return this.#isOpening(kind) ? "opening" : null;
      return !track.enabled ? null : this.#mute.has(track) ? "muted" : "on";
    };
    const [audio, video] = [stateOf("audio"), stateOf("video")];
    const before = this.all();
    const isSame = tracks.length === before.length && tracks.every((track) => before.includes(track));
    this.#local = {
      // Another stream would restart the picture.
      stream: tracks.length === 0 ? null : isSame ? this.#local.stream : this.#platform.media.createMediaStream(tracks),
      microphone: audio === "on",
      camera: video === "on",
      held: { microphone: audio === "on" ? null : audio, camera: video === "on" ? null : video },
    };
    this.#handlers.onChange(this.#local);
  }
}
