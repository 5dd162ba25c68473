/** Pages that may keep nothing: storage and locks that are refused, storage that is full, cookies that are blocked. */

import assert from "node:assert/strict";
import { launch, Person } from "./support/chromium.ts";
import { build, type Product, startProduct } from "./support/product.ts";
import { connect, meet } from "./support/scene.ts";
import { until } from "./support/until.ts";

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
