/** Pages whose scripts did not all come: in a real Chromium that loses some of them. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { connect, seat } from "../support/scene.ts";
import { until } from "../support/until.ts";

const LOST = [
  ["what the island imports", /\/chunk-[^/]+\.js$/],
  ["what the island loads", /\/calling-[^/]+\.js$/],
] as const;

/** Somebody whose page at a path gets none of some scripts, the first two times; and how often it was asked for. */
async function loser(stack: AsyncDisposableStack, path: string, pattern: RegExp) {
  await build();
  const product = stack.use(await startProduct());
  const browser = stack.use(await launch());
  const ada = stack.use(await Person.enter(browser));
  let loads = 0;
  await ada.page.setRequestInterception(true);
  ada.page.on("request", (request) => {
    if (request.isNavigationRequest() && new URL(request.url()).pathname.startsWith(path)) loads++;
    if (loads <= 2 && pattern.test(request.url())) request.abort("connectionreset");
    else request.continue();
  });
  return { product, browser, ada, loads: () => loads };
}

const reloads = ({ page }: Person) => page.evaluate(() => sessionStorage.getItem("zvonok.reloads"));

for (const [what, pattern] of LOST) {
  Deno.test(`a script fails: ${what} does not come, twice: the page loads itself again, and can call`, async () => {
    await using stack = new AsyncDisposableStack();
    const { product, browser, ada, loads } = await loser(stack, "/chat/", pattern);
    const boris = stack.use(await Person.enter(browser));
    await seat(product.url, ada, boris);
    assert.equal(loads(), 3);
    assert.equal(await reloads(ada), null, "the next time begins anew");
  });
}

Deno.test("a script fails: Call Doctor does not come, twice: its page loads itself again, and lives", async () => {
  await using stack = new AsyncDisposableStack();
  const { product, ada, loads } = await loser(stack, "/doctor", /\/Doctor\.js$/);
  await ada.page.goto(`${product.url}/doctor`);
  await until("the third load", () => Promise.resolve(loads() === 3));
  await until("the next time begins anew", async () => await reloads(ada) === null);
});

Deno.test("a script fails: what a call loads later does not come, three times: it comes while it is wanted, and nothing is loaded anew", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct());
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const chat = await seat(product.url, ada, boris);
  const asked = { adaptation: 0, later: 0, by_hand: 0, page: 0 };
  await ada.page.setRequestInterception(true);
  ada.page.on("request", (request) => {
    const [, name] = /\/(adaptation|later|by_hand)-[^/]+\.js$/.exec(request.url()) ?? [];
    if (request.isNavigationRequest()) asked.page++;
    if (name !== undefined && ++asked[name as Exclude<keyof typeof asked, "page">] <= 3) {
      request.abort("connectionreset");
    } else request.continue();
  });
  await connect({ product, ada, boris, chat });
  await ada.click("Settings");
  // Its words are made of what both bring: the figures of the call, and how they are shown.
  await ada.sees("dialog", "Settings");
  await ada.reads("You: ");
  assert.deepEqual(asked, { adaptation: 4, later: 4, by_hand: 4, page: 0 });
});
