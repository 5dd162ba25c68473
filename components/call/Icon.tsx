import { type IconName, iconPaths } from "./icon_paths.ts";

export type { IconName };

/** A line icon in the colour of the text around it. It says nothing to screen readers: what holds it has a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={iconPaths[name]} />
    </svg>
  );
}
