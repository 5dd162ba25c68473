/** The other side's streams. A track that was put in late carries no `msid`, so they are built here. */

import type { Media } from "../platform/platform.ts";
import type { Section } from "./media_sections.ts";

/** The other person, and the screen they share (`null` where the call has no section for one). */
export interface RemoteStreams {
  readonly person: MediaStream;
  readonly screen: MediaStream | null;
}

/** Takes each track with its section; gives the streams of all so far. */
export function remoteStreams(
  media: Pick<Media, "createMediaStream">,
): (section: Section, track: MediaStreamTrack) => RemoteStreams {
  const tracks = new Map<Section, MediaStreamTrack>();
  const stream = (...sections: Section[]) =>
    media.createMediaStream(sections.flatMap((section) => tracks.get(section) ?? []));
  return (section, track) => {
    tracks.set(section, track);
    return { person: stream("audio", "video"), screen: tracks.has("screen") ? stream("screen") : null };
  };
}
