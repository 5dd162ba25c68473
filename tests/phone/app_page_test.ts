/** The phone's app in Chromium, by its web build, with the web's page at the other end: what is on the screens, by role and name. */

import assert from "node:assert/strict";
import { hasAppPage, openApp } from "../support/app_page.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

/** A page whose files a test hands out is from nowhere to Chromium, and would have to ask before it opens a socket to this machine. */
const BY_HAND = "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets";

if (!hasAppPage) console.warn("The phone's app in a browser is left out: `deno task mobile` builds it.");

Deno.test({
  name: "phone: the app on its screens: a name, a chat, calls with the web in both directions, and the other language",
  ignore: !hasAppPage,
  async fn() {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct());
    const browser = stack.use(await launch("grant", BY_HAND));
    const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
    await openApp(ada.page, product.url);
    await ada.fill("Your name", "Ada");
    await ada.click("New chat");
    const link = await until(
      "the invitation is shown",
      () => ada.page.evaluate(() => /https?:\/\/\S+\/chat\/[\w-]+/.exec(document.body.innerText)?.[0]),
    );
    await boris.page.goto(link);
    await boris.fill("Your name", "Boris");
    await boris.click("Join chat");
    await boris.online();

    await boris.click("Video call");
    await ada.sees("alertdialog", "Boris is calling you with video");
    await ada.click("Accept");
    await ada.hears("Connected");
    for (const person of [ada, boris]) {
      await person.receives("framesDecoded");
      await person.receives("audioEnergy");
    }
    await ada.click("Turn camera off");
    await boris.reads("Camera is off");
    await ada.click("Settings");
    const digits = await until(
      "digits are shown",
      () =>
        ada.page.evaluate(() =>
          document.querySelector('[aria-label^="Digits to compare: "]')?.getAttribute("aria-label")
        ),
    );
    assert.match(digits, /^Digits to compare: (\d \d \d \d(, )?){6}$/);
    await ada.click("Done");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await ada.reads("You talked for");

    await ada.click("Back");
    await ada.click("Русский");
    await ada.click("Boris");
    await ada.click("Видеозвонок");
    await boris.click("Accept");
    for (const person of [ada, boris]) await person.receives("framesDecoded");
    await boris.click("Hang up");
    await ada.reads("Собеседник завершил разговор.");
    await ada.reads("Входящий: Boris");
    for (const person of [ada, boris]) {
      assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
      assert.deepEqual(person.errors, []);
    }
  },
});
