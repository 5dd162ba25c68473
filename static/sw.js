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
addEventListener("push", (event) => event.waitUntil(receive(event.data.json())));
addEventListener("notificationclick", (event) => event.waitUntil(act(event)));
addEventListener("message", ({ data, source }) => data?.asks === "accept" && chosen.hand(source));
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew(event.oldSubscription)));

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

// --- Calls that are pushed (signaling/push/messages.ts) ---

// How much later than a call's end a timer may be, and how soon to ask again, in ms.
const SLACK_MS = 500;
const AGAIN_MS = 1000;
const PAUSES_MS = [1000, 3000, 0];
// Pages that ring by themselves: the lobby, and those of chats.
const RINGING = /^\/(chat\/.*)?$/;
// The call that is to be accepted by a page that opens for it, which asks within this time, in ms. It is in no address: then whoever sends
// somebody a link, and calls, would be accepted too.
const ASK_MS = 20_000;
const chosen = {
  // Resolves once a page has it, or none has asked.
  keep: (callId) =>
    new Promise((resolve) => {
      chosen.hand = (page) => {
        chosen.hand = () => {};
        page?.postMessage({ accept: callId });
        resolve();
      };
      setTimeout(() => chosen.hand(null), ASK_MS);
    }),
  hand: (_page) => {},
};
// Calls that were declined here: that they are over is no news.
const declined = new Set();

// What is pushed may be late, and so may what was pushed before: the server is asked about each before anything is shown.
async function receive({ state, chatId, callId, title }) {
  const others = (await rung()).filter(({ tag }) => tag !== callId);
  const data = { url: `/chat/${chatId}`, chatId, callId, title };
  await Promise.all([settle(data, state), ...others.map((other) => settle(other.data))]);
}

// Shows of a call what is true of it. `pushed`: what was just pushed of it, if anything was.
async function settle(data, pushed) {
  const { chatId, callId: tag, title } = data;
  const call = await ask(`/api/chats/${chatId}/calls/${tag}`);
  // Browsers want something shown for whatever is pushed: it is, in silence, and goes.
  const vanish = async (isShown, words) => {
    if (isShown) await notify(words, { tag, silent: true });
    (await registration.getNotifications({ tag })).forEach((one) => one.close());
  };
  // Somebody else uses this browser now, or its person has left that chat: whoever calls there is nobody's business here.
  if (call?.state === "denied") return await vanish(pushed, location.host);
  if (call?.state === "ringing") return await ring(data, call, pushed);
  const shown = await registration.getNotifications({ tag });
  if (call?.state === "over" || await isLookedAt()) {
    return await vanish(pushed && !declined.has(tag) && !await isLookedAt(), title);
  }
  // A missed call; or the server cannot be asked, and the words that came, which say not that it rings, are all that is known.
  await notify(call?.title ?? title, { tag, data, silent: shown.length > 0 });
}

async function ring(data, { title, body, expiresInMs, isRung, ...words }, pushed) {
  const tag = data.callId;
  if (pushed !== "ringing") {
    // What it is by now the server knows in a moment.
    return pushed && void await sleep(AGAIN_MS).then(() => settle(data, pushed));
  }
  const isSeen = await isLookedAt();
  // Such a page rings by itself, and has said so in a moment; or it is about to go.
  if (isSeen && !isRung && !data.isLate) {
    return await sleep(AGAIN_MS).then(() => settle({ ...data, isLate: true }, pushed));
  }
  if (!isSeen || !isRung) {
    const actions = ["accept", "decline"].map((action) => ({ action, title: words[action] }));
    const rings = { requireInteraction: true, renotify: true, vibrate: [300, 200, 300, 200, 300] };
    await notify(title, { body, tag, actions, data: { ...data, rings: true }, ...rings });
  }
  // That it is over may never come.
  await sleep(expiresInMs + SLACK_MS);
  if ((await rung()).some((one) => one.tag === tag)) await settle(data);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const notify = (title, options) => registration.showNotification(title, { icon: "/icons/192.png", ...options });

// The notifications that ring.
const rung = async () => (await registration.getNotifications()).filter(({ data }) => data?.rings);

const isLookedAt = async () =>
  (await pages()).some(({ url, visibilityState }) =>
    visibilityState === "visible" && RINGING.test(new URL(url).pathname)
  );

const pages = () => clients.matchAll({ type: "window", includeUncontrolled: true });

// What the server says, by this browser's session; `null` where it cannot be had. Who has no session any more is called no more either;
// one that was refused, as expired, may be renewed.
async function ask(path, options) {
  for (const pause of PAUSES_MS) {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(5000), ...options }).catch(() =>
      null
    );
    if (answer?.ok) return await answer.json();
    if (answer?.status === 403) return { state: "denied" };
    if (answer?.status === 401 && !answer.headers.has("www-authenticate")) {
      await (await registration.pushManager.getSubscription())?.unsubscribe();
    }
    if (answer !== null && answer.status < 500) return null;
    await sleep(pause);
  }
  return null;
}

// Somebody chose: to decline, which needs no page; to accept, or to look, which does.
async function act({ notification, action }) {
  const { url, chatId, callId } = notification.data ?? {};
  notification.close();
  if (action === "decline") declined.add(callId);
  if (action === "decline" && await ask(`/api/chats/${chatId}/calls/${callId}/decline`, { method: "POST" })) return;
  const { href } = new URL(url ?? "/", location.href);
  const page = (await pages()).find((page) => page.url.split("#")[0] === href);
  if (!page) {
    if (action !== "accept") return void await clients.openWindow(href);
    const isHanded = chosen.keep(callId);
    await clients.openWindow(`${href}#accept`);
    return await isHanded;
  }
  if (action === "accept") page.postMessage({ accept: callId });
  await page.focus();
}

// The push service gave the subscription up: another one takes its place, as soon as there may be one.
async function subscribeAnew(old) {
  const applicationServerKey = new URLSearchParams(location.search).get("push");
  if (applicationServerKey === null) return;
  for (const pause of PAUSES_MS) {
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }).catch(() =>
      null
    );
    if (made !== null) {
      const { endpoint, keys } = made.toJSON();
      const body = JSON.stringify({ endpoint, keys, replaces: old?.endpoint });
      return void await ask("/api/push", { method: "POST", headers: { "content-type": "application/json" }, body });
    }
    await sleep(pause);
  }
}
