import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { StreamVideo } from "../StreamVideo.tsx";

/** Corners in the order a tap moves the picture through them. */
const corners = ["bottom-right", "bottom-left", "top-left", "top-right"] as const;
/** A pointer that moved less than this, in CSS pixels, has tapped. */
const TAP_PX = 6;

interface SelfViewProps {
  stream: MediaStream;
  label: string;
  /** Fills the stage, as long as there is nobody else to see. */
  large: boolean;
  /** The camera faces away from the person (`facingMode: environment`). */
  unmirrored: boolean;
}

/** This user's own picture, as in a mirror; it can be dragged to any corner, or tapped to the next one. */
export function SelfView({ stream, label, large, unmirrored }: SelfViewProps) {
  const corner = useSignal<typeof corners[number]>("bottom-right");
  const grip = useRef<{ x: number; y: number } | null>(null);

  function grab(event: PointerEvent & { currentTarget: HTMLElement }) {
    if (large) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX, y: event.clientY };
  }

  function drag(event: PointerEvent & { currentTarget: HTMLElement }) {
    if (grip.current === null) return;
    const { style } = event.currentTarget;
    style.transition = "none";
    style.translate = `${event.clientX - grip.current.x}px ${event.clientY - grip.current.y}px`;
  }

  function drop(event: PointerEvent & { currentTarget: HTMLElement }) {
    if (grip.current === null) return;
    const moved = Math.hypot(event.clientX - grip.current.x, event.clientY - grip.current.y);
    grip.current = null;
    const picture = event.currentTarget;
    corner.value = moved < TAP_PX ? corners[(corners.indexOf(corner.value) + 1) % 4]! : nearestCorner(picture);
    picture.style.transition = "";
    picture.style.translate = "";
  }

  return (
    <div
      class={`self-view${large ? " large" : ""}${unmirrored ? " unmirrored" : ""}`}
      data-corner={corner}
      onPointerDown={grab}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <StreamVideo stream={stream} label={label} />
    </div>
  );
}

function nearestCorner(picture: HTMLElement): typeof corners[number] {
  const stage = picture.offsetParent!.getBoundingClientRect();
  const { left, top, width, height } = picture.getBoundingClientRect();
  const vertical = top + height / 2 < stage.top + stage.height / 2 ? "top" : "bottom";
  const horizontal = left + width / 2 < stage.left + stage.width / 2 ? "left" : "right";
  return `${vertical}-${horizontal}`;
}
