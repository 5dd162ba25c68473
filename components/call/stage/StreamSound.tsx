import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

interface StreamSoundProps {
  stream: MediaStream | null;
  /** The id of the speaker to use; `null`: the system's choice. */
  speaker: string | null;
  /** The browser blocks sound before the first click (autoplay policy): `play` tries again, to be called by one. */
  onBlocked(play: () => void): void;
}

/** Plays the sound of a live stream, whether it has pictures or not. */
export function StreamSound({ stream, speaker, onBlocked }: StreamSoundProps) {
  const ref = useRef<HTMLAudioElement>(null);
  const tracks = stream?.getAudioTracks() ?? [];
  useLayoutEffect(() => {
    const audio = ref.current!;
    audio.srcObject = tracks.length === 0 ? null : new MediaStream(tracks);
    if (tracks.length === 0) return;
    audio.play().catch((error: DOMException) => {
      if (error.name === "NotAllowedError") onBlocked(() => void audio.play().catch(() => {}));
    });
  }, [tracks[0]?.id]);
  useEffect(() => {
    // The system's choice is set by its name (`""`) too: an element stays on a speaker that went away, and is silent. A speaker that is
    // not there is refused, and the one in use stays.
    ref.current!.setSinkId?.(speaker ?? "").catch(() => {});
  }, [speaker]);
  return <audio ref={ref} />;
}
