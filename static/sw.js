// The service worker. What is in its address: the build, and the language of the page that registered it. It keeps one page, which says that
// there is no network, with what that is made of; never a page of somebody's, nor a script that a page runs on.
const CACHE = `zvonok-offline${location.search}`;
const OFFLINE = "/offline";
const LANGUAGE = new URLSearchParams(location.search).get("lang") ?? "en";
const PARTS = ["/styles.css", "/favicon.svg", "/offline.js"];

addEventListener("install", (event) => event.waitUntil(keepOfflinePage().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(visit(event));
  else if (PARTS.includes(new URL(request.url).pathname)) event.respondWith(part(request));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

// Asked for without cookies: so it is nobody's.
async function keepOfflinePage() {
  const headers = { "accept-language": LANGUAGE };
  const page = await fetch(OFFLINE, { credentials: "omit", cache: "no-store", headers });
  if (!page.ok) throw new Error(`The offline page answers ${page.status}`);
  const text = await page.clone().text();
  const addresses = new Set(Array.from(text.matchAll(/(?:href|src)="(\/[^"]+)"/g), ([, address]) => address));
  const cache = await caches.open(CACHE);
  await cache.addAll([...addresses].filter((address) => PARTS.includes(new URL(address, location.href).pathname)));
  await cache.put(OFFLINE, page);
}

// What an older build kept is of no use.
async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  // The network is asked while this worker still starts. Not in every browser.
  await registration.navigationPreload?.enable();
  await clients.claim();
}

async function visit({ request, preloadResponse }) {
  try {
    return await preloadResponse ?? await fetch(request);
  } catch {
    return await caches.match(OFFLINE) ?? Response.error();
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch {
    return await caches.match(request) ?? Response.error();
  }
}

// The page that a notification is from, or (it was closed) a new one.
async function show(url) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((page) => page.url === url);
  await (page ? page.focus() : clients.openWindow(url));
}
