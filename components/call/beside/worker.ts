import { asset } from "fresh/runtime";

/**
 * Registers the service worker (`static/sw.js`) of this build, for pages in this language: notifications on phones, and a page for when
 * there is no network. Not in another site's frame, where it would be a worker of its own. Where the browser has none, or keeps nothing,
 * nothing happens.
 */
export function registerWorker(): void {
  if (parent !== self) return;
  navigator.serviceWorker?.register(asset(`/sw.js?lang=${document.documentElement.lang}`)).catch(() => {});
}
