/** Has the server tell this browser of calls while no page of the site is open (W3C Push API). */

import { pushKey, registerWorker } from "./worker.ts";

/** The latest wish: what is under way for an earlier one ends first. */
let latest: Promise<unknown> = Promise.resolve();

/**
 * Subscribes, or (`on` false) has nothing of it any more, and tells the server so. Again and again is as good as once. Where the browser,
 * the system or the network does not let it, nothing happens: pages that are open ring all the same, and the next page tries again.
 */
export function setPush(on: boolean): void {
  const key = pushKey();
  if (key === undefined || parent !== self || !("PushManager" in globalThis) || !navigator.serviceWorker) return;
  latest = latest.then(() => on ? subscribe(key) : unsubscribe()).catch(() => {});
}

async function subscribe(applicationServerKey: string): Promise<void> {
  // Settings may be the first on this page that want it.
  registerWorker();
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  const isOurs = known !== null && keyOf(known) === applicationServerKey;
  // Of a key that the server had before.
  if (!isOurs) await known?.unsubscribe();
  const subscription = isOurs ? known : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys: { p256dh, auth } = {} } = subscription.toJSON();
  await tell("POST", { endpoint, keys: { p256dh, auth } });
}

async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const known = await registration?.pushManager.getSubscription();
  if (!known) return;
  await Promise.all([tell("DELETE", { endpoint: known.endpoint }), known.unsubscribe()]);
}

const tell = (method: string, body: object) =>
  fetch("/api/push", {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  });

/** What it was made with, in base64url. */
function keyOf({ options: { applicationServerKey: key } }: PushSubscription): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
