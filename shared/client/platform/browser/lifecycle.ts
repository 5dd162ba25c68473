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
