import { StyleSheet, View, type ViewStyle } from "react-native";
import { RTCView } from "react-native-webrtc";

export interface StreamVideoProps {
  /** One that the platform made. */
  readonly stream: MediaStream;
  readonly label: string;
  /** Over other pictures. */
  readonly over?: boolean;
  readonly mirror?: boolean;
  readonly style?: ViewStyle;
}

/** A stream's picture. */
export function StreamVideo({ stream, label, over = false, mirror = false, style }: StreamVideoProps) {
  return (
    <View accessible role="img" aria-label={label} style={style}>
      <RTCView
        streamURL={(stream as unknown as { toURL(): string }).toURL()}
        objectFit="cover"
        mirror={mirror}
        zOrder={over ? 1 : 0}
        style={StyleSheet.absoluteFill}
      />
    </View>
  );
}
