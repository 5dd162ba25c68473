import Svg, { Path } from "react-native-svg";
import { type IconName, iconPaths } from "../../components/call/icon_paths.ts";

export type { IconName };

/** A line icon. It says nothing to screen readers: what holds it has a name. */
export function Icon({ name, color, size = 24 }: { name: IconName; color: string; size?: number }) {
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" aria-hidden style={{ flexShrink: 0 }}>
      <Path
        d={iconPaths[name]}
        fill="none"
        stroke={color}
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </Svg>
  );
}
