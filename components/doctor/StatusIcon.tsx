import type { Grade } from "./finding.ts";

const paths: Record<Grade | "running", string> = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  poor: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1",
  bad: "M6 6l12 12M18 6 6 18",
  none: "M6 12h12",
  running: "M12 3.5a8.5 8.5 0 1 1-8.5 8.5",
};

/** How a check went, as a line icon: the words beside it say the same. */
export function StatusIcon({ grade }: { grade: Grade | "running" }) {
  return (
    <svg class={`icon status-icon ${grade}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[grade]} />
    </svg>
  );
}
