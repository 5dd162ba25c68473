/** Pages that may keep nothing: storage and locks that are refused, storage that is full, cookies that are blocked. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { startHostApp } from "../support/embedded.ts";
import { freePort } from "../support/ports.ts";
import { Guest } from "../support/guest.ts";
import type { Page } from "../support/packages.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { connect, crash, meet } from "../support/scene.ts";
import { canCall, named, press, there, until } from "../support/until.ts";

/** In the page: as in a frame whose cookies are blocked, where the mere mention of a storage throws. */
function refuseStorage(): void {
  const refuse = () => {
    throw new DOMException("Access is denied for this document", "SecurityError");
  };
  for (const area of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, area, { get: refuse });
  navigator.locks.request = () => Promise.reject(new DOMException("Access to locks is denied", "SecurityError"));
}

/** In the page: as in some private windows, which have a storage but no room in it, and no locks. */
function fillStorage(): void {
  Storage.prototype.setItem = () => {
    throw new DOMException("The quota has been exceeded", "QuotaExceededError");
  };
  Object.defineProperty(navigator, "locks", { value: undefined });
}

/** Ada and Boris, with something done to every page of hers. */
async function people(stack: AsyncDisposableStack, toAda: () => void) {
  await build();
  const product: Product = stack.use(await startProduct());
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  await ada.page.evaluateOnNewDocument(toAda);
  return { product, ada, boris, chat: await meet(product.url, ada, boris) };
}

for (
  const [what, spoil] of [["storage and locks are refused", refuseStorage], ["storage is full", fillStorage]] as const
) {
  Deno.test(`storage: ${what}: calls work, and what is chosen holds for as long as the page lives`, async () => {
    await using stack = new AsyncDisposableStack();
    const stage = await people(stack, spoil);
    const { ada, boris } = stage;
    await connect(stage);
    for (const person of [ada, boris]) await person.receives("framesDecoded");
    await ada.click("Settings");
    await (await ada.sees("checkbox", "Use less data")).evaluate((box) => (box as HTMLInputElement).click());
    await ada.page.keyboard.press("Escape");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await ada.reads("You called Boris");
    await boris.click("Video call");
    await ada.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    await ada.click("Settings");
    assert.ok(await (await ada.sees("checkbox", "Use less data")).evaluate((box) => (box as HTMLInputElement).checked));
    assert.deepEqual([...ada.errors, ...boris.errors], []);
  });

  Deno.test(`storage: ${what}: Call Doctor checks, and its page loads itself again where its script did not come`, async () => {
    await using stack = new AsyncDisposableStack();
    const { product, ada } = await people(stack, spoil);
    let loads = 0;
    await ada.page.setRequestInterception(true);
    ada.page.on("request", (request) => {
      if (request.isNavigationRequest()) loads++;
      if (loads === 1 && /\/Doctor\.js$/.test(request.url())) request.abort("connectionreset");
      else request.continue();
    });
    await ada.page.goto(`${product.url}/doctor`);
    await until("the second load", () => Promise.resolve(loads === 2), 20_000);
    await ada.sees("button", "Start the check");
    await ada.click("Start the check");
    await ada.sees("button", "Copy report", 25_000);
    const errors = ada.errors.filter((error) => !error.includes("ERR_CONNECTION_RESET"));
    assert.deepEqual(errors, []);
  });
}

/** Presses something that opens a tab, and gives the tab's page. */
async function opensTab({ page }: Person, act: () => Promise<void>): Promise<Page> {
  const opened = new Promise<Page>((resolve) => page.once("popup", (popup) => resolve(popup!)));
  await act();
  return await opened;
}

Deno.test("cookies: a host's frame where the browser keeps none says so, and its button opens the call in a tab", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const JWT_SECRET = "what only the two servers know";
  const port = freePort();
  // To a browser, localhost is another site than 127.0.0.1; and over http no cookie of another site's frame is kept.
  const host = `http://localhost:${port}`;
  const product = stack.use(await startProduct({ JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: host }));
  stack.use(await startHostApp(JWT_SECRET, product.url, port));
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const pages: Page[] = [];
  const addresses: string[] = [];
  for (const [person, user] of [[ada, "ada"], [boris, "boris"]] as const) {
    await person.page.goto(`${host}/?user=${user}`);
    const frame = await person.page.waitForFrame((frame) => frame.url().startsWith(`${product.url}/chat/project-x`));
    await there(frame, named("heading", "This call needs a tab of its own"));
    addresses.push(frame.url());
    pages.push(await opensTab(person, () => press(frame, "Open in a new tab")));
  }
  const [adas, boriss] = pages as [Page, Page];
  for (const page of pages) await canCall(page);
  for (const page of pages) assert.equal(page.url(), `${product.url}/chat/project-x`);
  await press(adas, "Video call");
  await there(boriss, named("button", "Accept"));

  const key = new URL(addresses[0]!).hash.slice(1);
  assert.equal(key.length, 22);
  assert.doesNotMatch(key, /\./, "not the token");
  const body = new URLSearchParams({ entry: key, chat: "project-x" });
  const again = await fetch(`${product.url}/enter`, { method: "POST", redirect: "manual", body });
  assert.equal(again.status, 403, "once only");
  await again.body?.cancel();
});

Deno.test("cookies: a stranger's page in a frame of another site takes no name there, whatever the chat", async () => {
  await build();
  await using product = await startProduct();
  const ann = await Guest.named(product.url, "Ann");
  const look = async (id: string, headers: Record<string, string>) => {
    return (await (await fetch(`${product.url}/chat/${id}`, { headers })).text()).replaceAll(id, "ID");
  };
  const [known, unknown] = [await ann.createChat(), "A".repeat(22)];
  const framed = { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
  const page = await look(known, framed);
  assert.match(page, /href="\/chat\/ID" target="_blank"/);
  assert.doesNotMatch(page, /name="name"/);
  assert.equal(page, await look(unknown, framed));
  for (
    const headers of [{}, { ...framed, "sec-fetch-site": "same-site" }, { ...framed, "sec-fetch-dest": "document" }]
  ) {
    assert.match(await look(known, headers), /name="name"/);
  }
});

/** Has a person's browser forget its cookies, and keep none from now on. */
async function blockCookies({ page }: Person): Promise<void> {
  const session = await page.createCDPSession();
  await session.send("Emulation.setDocumentCookieDisabled", { disabled: true });
  await session.send("Network.clearBrowserCookies");
}

Deno.test("cookies: blocked while the page is there: it says so, with a new tab from a frame; so does Call Doctor", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const port = freePort();
  const host = `http://127.0.0.1:${port}`;
  const product = stack.use(await startProduct({ ALLOWED_ORIGINS: host }));
  const browser = stack.use(await launch());
  const ada = stack.use(await Person.enter(browser));
  await ada.page.goto(product.url);
  await ada.fill("Your name", "Ada");
  await ada.click("New chat");
  await ada.online();
  const chat = ada.page.url();
  const html = `<iframe src="${chat}" width="360" height="640"></iframe>`;
  const server = Deno.serve(
    { port, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
  stack.defer(() => server.shutdown());
  await ada.page.goto(host);
  const frame = await ada.page.waitForFrame((frame) => frame.url() === chat);
  await canCall(frame);
  await blockCookies(ada);
  await crash(product, ada);
  await there(frame, '[role="alert"]');
  assert.match(await frame.$eval('[role="alert"]', (element) => element.textContent!), /keeps no cookies .* inside/);
  const tab = await opensTab(ada, async () => (await there(frame, named("link", "Open in a new tab"))).click());
  await until("the chat's page", () => Promise.resolve(tab.url() === chat));
  await tab.close();

  await ada.page.goto(`${product.url}/doctor`);
  await ada.click("Start the check");
  await ada.sees("link", "Open in a new tab", 25_000);
  await ada.reads("Calls cannot work here");
  assert.deepEqual(ada.errors, []);
});
