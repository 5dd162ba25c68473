import { useLayoutEffect, useRef } from "preact/hooks";

interface StreamVideoProps {
  stream: MediaStream | null;
  label: string;
  /** Own picture: never heard, or it would echo. */
  muted?: boolean;
  /** Sounds on, but shows nothing. */
  dark?: boolean;
  /** The picture holds text: show all of it rather than fill the screen. */
  whole?: boolean;
  /** The browser refuses sound before the first touch: the stream plays silently until a touch calls `unmute`. */
  onRefused?(unmute: () => void): void;
}

/** Plays a live stream. */
export function StreamVideo(
  { stream, label, muted = false, dark = false, whole = false, onRefused }: StreamVideoProps,
) {
  const ref = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    const video = ref.current!;
    // Setting the same stream again would restart it: a visible blink.
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    if (stream === null) return;
    video.play().catch((error: DOMException) => {
      if (error.name !== "NotAllowedError") return;
      video.muted = true;
      video.play();
      onRefused?.(() => video.muted = false);
    });
  }, [stream]);
  return (
    <video
      ref={ref}
      class={whole ? "whole" : undefined}
      aria-label={label}
      aria-hidden={dark ? "true" : undefined}
      data-dark={dark}
      muted={muted}
      autoplay
      playsInline
    />
  );
}
