import { asset } from "fresh/runtime";
import { useLayoutEffect } from "preact/hooks";
import type { View } from "../view.ts";

/** Marks the tab's icon while it rings or calls were missed, and an installed app's with their number (W3C Badging). */
export function useBadges({ snapshot: { call, missed, extrasOff } }: View): void {
  const count = extrasOff.includes("badge") ? 0 : missed.length + Number(call.phase === "incoming");
  useLayoutEffect(() => {
    // One that an earlier page left, or the system kept while the app was closed, goes too.
    if (count === 0) return void navigator.clearAppBadge?.().catch(() => {});
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const plain = icon?.href;
    if (icon) icon.href = asset("/favicon_marked.svg");
    navigator.setAppBadge?.(count).catch(() => {});
    return () => {
      if (icon) icon.href = plain!;
    };
  }, [count]);
}
