/** The tracks that are open from devices, and what of them is to be shown. */

import type { Kind } from "./opening.ts";
import type { Environment } from "./ports.ts";
import { NO_MEDIA } from "./snapshot.ts";
import type { LocalMedia } from "./state.ts";
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
  readonly #env: Environment;
  readonly #handlers: TrackHandlers;
  readonly #mute: SystemMute;
  #local: DeviceMedia = NO_MEDIA;

  constructor(env: Environment, handlers: TrackHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    this.#mute = new SystemMute(env.after, () => {
      this.#show(this.all());
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
    this.#show(this.all());
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

  #show(tracks: MediaStreamTrack[]): void {
    const isMuted = (track: MediaStreamTrack) => this.#mute.has(track);
    const on = (kind: Kind) => tracks.filter((track) => track.kind === kind && track.enabled);
    const [audio, video] = [on("audio"), on("video")];
    const before = this.all();
    const isSame = tracks.length === before.length && tracks.every((track) => before.includes(track));
    // Another stream would restart the picture.
    const stream = isSame ? this.#local.stream : this.#env.createMediaStream(tracks);
    this.#local = tracks.length === 0 ? NO_MEDIA : {
      stream,
      microphone: audio.some((track) => !isMuted(track)),
      camera: video.some((track) => !isMuted(track)),
      systemMuted: { microphone: audio.some(isMuted), camera: video.some(isMuted) },
    };
    this.#handlers.onChange(this.#local);
  }
}
