import { useSignal } from "@preact/signals";
import { StreamVideo } from "../StreamVideo.tsx";
import type { Corner, draggable } from "./draggable.ts";

interface SelfViewProps {
  stream: MediaStream;
  label: string;
  /** Fills the stage, as long as there is nobody else to see. */
  large: boolean;
  /** The camera faces away from the person (`facingMode: environment`). */
  unmirrored: boolean;
  /** Has it follow the pointer, once that is loaded. */
  draggable: typeof draggable | undefined;
}

/** This user's own picture, as in a mirror; it can be dragged to any corner, or tapped to the next one. */
export function SelfView({ stream, label, large, unmirrored, draggable }: SelfViewProps) {
  const corner = useSignal<Corner>("bottom-right");
  return (
    <div
      class={`self-view${large ? " large" : ""}${unmirrored ? " unmirrored" : ""}`}
      data-corner={corner}
      onPointerDown={(event) => !large && draggable?.(event, corner)}
    >
      <StreamVideo stream={stream} label={label} />
    </div>
  );
}
