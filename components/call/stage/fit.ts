/** Whether a picture fills the stage, and loses its edges, or is shown whole, and leaves some of the stage dark. */

import { type RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** As CSS has it (`object-fit`). */
export type Fit = "cover" | "contain";

/** Where filling the stage would leave less than this share of a picture to be seen, it is shown whole. */
const SEEN_SHARE = 0.6;

/** What is better for a picture on a stage; each shape is width ÷ height. */
export function fitOf(picture: number, stage: number): Fit {
  return Math.min(picture, stage) / Math.max(picture, stage) < SEEN_SHARE ? "contain" : "cover";
}

/** Keeps the picture of the other person's camera as fits better, until somebody says otherwise: by a double click, or by what is returned. */
export function useFit(stage: RefObject<HTMLElement>): () => void {
  const chosen = useRef<Fit | null>(null);
  const show = () => {
    const { dataset, clientWidth, clientHeight } = stage.current!;
    const video = picture(stage.current!);
    if (chosen.current === null && !video?.videoWidth) return;
    dataset.fit = chosen.current ?? fitOf(video!.videoWidth / video!.videoHeight, clientWidth / clientHeight);
  };
  const toggle = () => {
    chosen.current = stage.current!.dataset.fit === "contain" ? "cover" : "contain";
    show();
  };
  useLayoutEffect(() => {
    const element = stage.current!;
    const over = new AbortController();
    const sizes = new ResizeObserver(show);
    sizes.observe(element);
    // A video tells of its picture's size by an event that does not bubble.
    element.addEventListener("resize", show, { capture: true, signal: over.signal });
    const onDoubleClick = ({ target }: MouseEvent) => target === picture(element) && toggle();
    element.addEventListener("dblclick", onDoubleClick, over);
    show();
    return () => {
      over.abort();
      sizes.disconnect();
      delete element.dataset.fit;
    };
  }, []);
  return toggle;
}

/** The other person's camera, where it has the stage. */
function picture(stage: HTMLElement): HTMLVideoElement | null {
  return stage.querySelector(":scope > video:not(.contain, .inset)");
}
