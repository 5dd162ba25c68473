import { useEffect, useRef } from "react";
import { View } from "react-native";
import type { StreamVideoProps } from "./StreamVideo.tsx";

/** A stream's picture, in a browser. */
export function StreamVideo({ stream, label, mirror = false, style }: StreamVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    video.current!.srcObject = stream;
  }, [stream]);
  return (
    <View style={style}>
      <video
        ref={video}
        aria-label={label}
        autoPlay
        playsInline
        muted
        style={{ width: "100%", height: "100%", objectFit: "cover", transform: mirror ? "scaleX(-1)" : "none" }}
      />
    </View>
  );
}
