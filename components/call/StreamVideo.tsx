import { useLayoutEffect, useRef } from "preact/hooks";

interface StreamVideoProps {
  stream: MediaStream | null;
  label: string;
  /** The element keeps its place but is not shown: the last frame in it is old. */
  blank?: boolean;
  /** Hidden from screen readers: there is no frame yet, or none any more. */
  ariaHidden?: boolean;
  /** `contain`: all of the picture is shown, since it may be of text, and the stage not filled. `inset`: small, beside that. */
  shape?: "contain" | "inset";
}

/** Shows a live stream, muted: a video element plays nothing before its first frame, and a voice must not wait for that (`StreamSound`). */
export function StreamVideo({ stream, label, blank = false, ariaHidden = blank, shape }: StreamVideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useLayoutEffect(() => {
    // Setting the same stream again would restart it: a visible blink.
    if (ref.current!.srcObject !== stream) ref.current!.srcObject = stream;
  }, [stream]);
  return (
    <video
      ref={ref}
      class={shape}
      aria-label={label}
      aria-hidden={ariaHidden ? "true" : undefined}
      data-blank={blank}
      muted
      autoplay
      playsInline
    />
  );
}
