import { mutedText, type View } from "./view.ts";

/**
 * Reads out that the system mutes a device, while badges and hints show it: a live region that came with its words would be silent in
 * most screen readers. One is needed in each modal dialog, since nothing outside of it is read.
 */
export function Muted({ view }: { view: View }) {
  return <p class="visually-hidden" role="status">{mutedText(view)}</p>;
}
