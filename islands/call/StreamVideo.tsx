import { useLayoutEffect, useRef } from "preact/hooks";

interface StreamVideoProps {
  stream: MediaStream | null;
  label: string;
  /** Keeps its place, but shows nothing: its last picture is old. */
  dark?: boolean;
  /** Nobody is told of it: there is nothing to see yet, or any more. */
  unseen?: boolean;
  /** `whole`: it holds text, so all of it is shown rather than the stage filled. `aside`: small, beside that. */
  shape?: "whole" | "aside";
}

/** Shows a live stream. Silent: a video element waits for its first picture, and nobody's voice may wait for that. */
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
