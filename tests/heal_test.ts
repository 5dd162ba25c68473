/** Pages whose scripts did not all come: in a real Chromium that loses some of them. */

import assert from "node:assert/strict";
import { launch, Person } from "./support/chromium.ts";
import { build, startProduct } from "./support/product.ts";
import { meet } from "./support/scene.ts";

const LOST = [
  ["what the island imports", /\/chunk-[^/]+\.js$/],
  ["what the island loads", /\/store-[^/]+\.js$/],
] as const;

for (const [what, pattern] of LOST) {
  Deno.test(`heal: ${what} does not come, twice: the page loads itself again, and can call`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct());
    const browser = stack.use(await launch());
    const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
    let loads = 0;
    await ada.page.setRequestInterception(true);
    ada.page.on("request", (request) => {
      if (request.isNavigationRequest() && new URL(request.url()).pathname.startsWith("/chat/")) loads++;
      if (loads <= 2 && pattern.test(request.url())) request.abort("connectionreset");
      else request.continue();
    });
    await meet(product.url, ada, boris);
    assert.equal(loads, 3);
    const heals = await ada.page.evaluate(() => sessionStorage.getItem("zvonok.heals"));
    assert.equal(heals, null, "the next time begins anew");
  });
}
