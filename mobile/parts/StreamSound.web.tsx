import { useEffect, useRef } from "react";

/** A stream's sound, in a browser. */
export function StreamSound({ stream }: { stream: MediaStream }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    audio.current!.srcObject = stream;
  }, [stream]);
  return <audio ref={audio} autoPlay />;
}
