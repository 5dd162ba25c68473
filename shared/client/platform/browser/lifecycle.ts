/** When this page wakes and goes. */

import type { Lifecycle } from "../platform.ts";

export const lifecycle: Lifecycle = {
  onWake(action) {
    addEventListener("online", () => action("online"));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && action("seen"));
  },
  // A page that goes into the back/forward cache (`persisted`) may be shown again, and is not gone for good.
  onLeave: (action) => addEventListener("pagehide", ({ persisted }) => persisted || action()),
};

/**
 * Calls `leave` when the page is left. A browser may keep a page that was left in its back/forward cache, with its socket: nobody would
 * hear a call ring there, so it is loaded anew when somebody comes back to it. The result ends this.
 */
export function onPageLeft(leave: () => void): () => void {
  const hide = ({ persisted }: PageTransitionEvent) => persisted && leave();
  const comeBack = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
  addEventListener("pagehide", hide);
  addEventListener("pageshow", comeBack);
  return () => {
    removeEventListener("pagehide", hide);
    removeEventListener("pageshow", comeBack);
  };
}
