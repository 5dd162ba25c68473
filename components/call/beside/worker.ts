import { asset } from "fresh/runtime";

/** What this site's push subscriptions are made with (RFC 8292), as the server's page says it; `undefined` where it tells nobody by push. */
export const pushKey = () => document.querySelector<HTMLMetaElement>('meta[name="push-key"]')?.content;

/**
 * Registers the service worker (`static/sw.js`) of this build, for pages in this language: notifications on phones, and a page for when
 * there is no network. Not in another site's frame, where it would be a worker of its own. Where the browser has none, or keeps nothing,
 * nothing happens.
 */
export function registerWorker(): void {
  if (parent !== self) return;
  const key = pushKey();
  const push = key === undefined ? "" : `&push=${key}`;
  navigator.serviceWorker?.register(asset(`/sw.js?lang=${document.documentElement.lang}${push}`)).catch(() => {});
}
