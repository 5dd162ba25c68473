/** The site as an app on a home screen, and without a network: in a real Chromium. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { launch } from "../support/chromium.ts";
import { Guest } from "../support/guest.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { meet, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { show } from "../support/window.ts";

const WORKER_BYTES = 4_096;

Deno.test("app: the manifest is what browsers install from, in the language of who asks", async () => {
  await build();
  await using product = await startProduct();
  const guest = new Guest(product.url);
  for (const [language, name] of [["en", "Zvonok"], ["ru", "Звонок"]] as const) {
    const { headers, text } = await guest.get("/manifest.webmanifest", { "accept-language": language });
    assert.equal(headers.get("content-type"), "application/manifest+json");
    const manifest = JSON.parse(text);
    assert.deepEqual([manifest.name, manifest.lang, manifest.display], [name, language, "standalone"]);
    for (const { src, sizes } of manifest.icons) {
      const png = new Uint8Array(await (await fetch(product.url + src)).arrayBuffer());
      // The header of a PNG file: its width and height, in eight bytes after sixteen others.
      const view = new DataView(png.buffer);
      assert.equal(`${view.getUint32(16)}x${view.getUint32(20)}`, sizes, src);
    }
  }
  await using browser = await launch();
  const page = await browser.newPage();
  await page.goto(product.url);
  const session = await page.createCDPSession();
  const { errors, data, url } = await session.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  assert.ok(data?.includes("maskable"), url);
  assert.deepEqual((await session.send("Page.getInstallabilityErrors")).installabilityErrors, []);
});

Deno.test("app: the service worker is at most 4 kB", async () => {
  await build();
  await using product = await startProduct();
  const answer = await fetch(`${product.url}/sw.js`, { headers: { "accept-encoding": "identity" } });
  const bytes = gzipSync(await answer.text()).length;
  console.log(`service worker: ${bytes} bytes, gzip`);
  assert.ok(bytes > 100 && bytes <= WORKER_BYTES, `${bytes}`);
  assert.equal(answer.headers.get("content-security-policy"), "default-src 'none'; connect-src 'self'; img-src 'self'");
});

/** Has a page register its service worker, as it does while it is hidden, and waits until that is in charge. */
async function hasWorker(person: Person): Promise<void> {
  await show(person, false);
  await until(
    "a service worker is in charge",
    () => person.page.evaluate(() => navigator.serviceWorker.controller !== null),
  );
  await show(person, true);
}

/** What the browser keeps for the service worker: addresses without their keys, and the text of the pages among it. */
async function keptBy({ page }: Person): Promise<{ names: string[]; paths: string[]; text: string }> {
  return await page.evaluate(async () => {
    const names = await caches.keys();
    const paths: string[] = [];
    let text = "";
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        paths.push(new URL(request.url).pathname);
        const answer = await cache.match(request);
        if (answer!.headers.get("content-type")?.startsWith("text/html")) text += await answer!.text();
      }
    }
    return { names, paths: paths.sort(), text };
  });
}

Deno.test("app: without a server a page says so, and comes back by itself; nobody's page is kept", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct());
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const chat = await meet(product.url, ada, boris);
  await hasWorker(ada);
  const { names, paths, text } = await keptBy(ada);
  assert.equal(names.length, 1);
  assert.deepEqual(paths, ["/favicon.svg", "/offline", "/offline.js", "/styles.css"]);
  assert.doesNotMatch(text, /Ada|Boris/);
  assert.ok(!text.includes(new URL(chat).pathname));

  for (const person of [ada, boris]) person.loses(product.url);
  await product.halt();
  await ada.page.goto(chat);
  await ada.sees("heading", "There is no network");
  assert.equal(ada.page.url(), chat);
  const styled = await ada.page.evaluate(() => getComputedStyle(document.querySelector("main .card")!).borderRadius);
  assert.notEqual(styled, "0px");
  await product.resume();
  await ada.online();
  assert.equal(ada.page.url(), chat);
});

Deno.test("app: who opens the page for no network while there is one is in the lobby at once", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct());
  const page = await stack.use(await launch()).newPage();
  let opened = 0;
  page.on("request", (request) => opened += Number(request.isNavigationRequest()));
  await page.goto(`${product.url}/offline`);
  await until("the lobby", () => Promise.resolve(page.url() === `${product.url}/`));
  assert.equal(opened, 2);
});

scene(
  "app: a page in another language, and of another build, has its own worker take over, and keeps no older page",
  async ({ ada }) => {
    await hasWorker(ada);
    const [before] = (await keptBy(ada)).names;
    await ada.page.evaluate(() => navigator.serviceWorker.register("/sw.js?lang=ru"));
    await until("the other one is in charge", async () => {
      const { names, text } = await keptBy(ada);
      return names.length === 1 && names[0] !== before && text.includes("Нет сети");
    });
  },
);

scene(
  "app: where only a service worker may notify, as on phones, it does, and is taken back with the call",
  async ({ ada, boris, product }) => {
    await boris.set(product.url, "notifications", "granted");
    await hasWorker(boris);
    await boris.page.evaluate(() => {
      const refuse = () => {
        throw new TypeError("Illegal constructor");
      };
      globalThis.Notification = new Proxy(Notification, { construct: refuse });
    });
    await show(boris, false);
    const titles = () =>
      boris.page.evaluate(async () => {
        return (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title }) => title);
      });
    await ada.click("Video call");
    await until("a notification", async () => (await titles()).join() === "Ada is calling");
    await ada.click("Cancel");
    await until("it is another", async () => (await titles()).join() === "Missed video call from Ada");
    await show(boris, true);
    await until("it is gone", async () => (await titles()).length === 0);
  },
);
