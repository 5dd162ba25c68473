import { asset } from "fresh/runtime";
import { useEffect } from "preact/hooks";
import type { View } from "../view.ts";

/** Marks the tab's icon while it rings or calls were missed, and an installed app's with their number (W3C Badging). */
export function useBadges({ snapshot: { call, missed, extrasOff } }: View): void {
  const count = extrasOff.includes("badge") ? 0 : missed.length + Number(call.phase === "incoming");
  useEffect(() => {
    if (count === 0) return;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const plain = icon?.href;
    if (icon) icon.href = asset("/favicon_marked.svg");
    navigator.setAppBadge?.(count).catch(() => {});
    return () => {
      if (icon) icon.href = plain!;
      navigator.clearAppBadge?.().catch(() => {});
    };
  }, [count]);
}
