/** Moving a picture to another corner of the stage. */

/** Corners in the order a tap moves the picture through them. */
const corners = ["bottom-right", "bottom-left", "top-left", "top-right"] as const;
/** A pointer that moved less than this, in CSS pixels, has tapped. */
const TAP_PX = 6;

export type Corner = typeof corners[number];

type Held = PointerEvent & { readonly currentTarget: HTMLElement };

/** From the press of a pointer: the picture follows it until it is let go, and then goes to the nearest corner, or by a tap to the next. */
export function draggable(press: Held, corner: { value: Corner }): void {
  const { currentTarget: picture, pointerId, clientX, clientY } = press;
  const { style } = picture;
  const over = new AbortController();
  const drag = (event: PointerEvent) => {
    style.transition = "none";
    style.translate = `${event.clientX - clientX}px ${event.clientY - clientY}px`;
  };
  const drop = (event: PointerEvent) => {
    over.abort();
    const moved = Math.hypot(event.clientX - clientX, event.clientY - clientY);
    corner.value = moved < TAP_PX ? corners[(corners.indexOf(corner.value) + 1) % 4]! : nearestCorner(picture);
    style.transition = "";
    style.translate = "";
  };
  picture.setPointerCapture(pointerId);
  picture.addEventListener("pointermove", drag, over);
  for (const end of ["pointerup", "pointercancel"] as const) picture.addEventListener(end, drop, over);
}

function nearestCorner(picture: HTMLElement): Corner {
  const stage = picture.offsetParent!.getBoundingClientRect();
  const { left, top, width, height } = picture.getBoundingClientRect();
  const vertical = top + height / 2 < stage.top + stage.height / 2 ? "top" : "bottom";
  const horizontal = left + width / 2 < stage.left + stage.width / 2 ? "left" : "right";
  return `${vertical}-${horizontal}`;
}
