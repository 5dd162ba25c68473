import { useLayoutEffect, useRef } from "preact/hooks";

interface StreamVideoProps {
  stream: MediaStream | null;
  label: string;
  /** The element keeps its place but is not shown: the last frame in it is old. */
  dark?: boolean;
  /** Hidden from screen readers: there is no frame yet, or none any more. */
  unseen?: boolean;
  /** `whole`: it holds text, so all of it is shown rather than the stage filled. `aside`: small, beside that. */
  shape?: "whole" | "aside";
}

/** Shows a live stream, muted: a video element plays nothing before its first frame, and a voice must not wait for that (`StreamSound`). */
export function StreamVideo({ stream, label, dark = false, unseen = dark, shape }: StreamVideoProps) {
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
      aria-hidden={unseen ? "true" : undefined}
      data-dark={dark}
      muted
      autoplay
      playsInline
    />
  );
}
