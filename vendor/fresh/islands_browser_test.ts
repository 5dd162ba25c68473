import assert from "node:assert/strict";
import { puppeteer } from "../../tests/support/packages.ts";
import { there, until } from "../../tests/support/until.ts";
import { copyOfApp } from "./testdata/build.ts";
import { serving } from "./testdata/serve.ts";

Deno.test("islands come to life in a browser, under a strict CSP", async (t) => {
  await using copy = await copyOfApp();
  await copy.builder.build();
  const { default: server } = await import(`file://${copy.root}/_fresh/server.js`);
  await serving(server.fetch, async (_get, origin) => {
    const browser = await puppeteer.launch({
      executablePath: Deno.env.get("CHROME_PATH") ?? "/usr/bin/chromium",
      pipe: true,
      args: ["--no-sandbox"],
    });
    try {
      const page = await browser.newPage();
      const complaints: unknown[] = [];
      page.on("pageerror", (error) => complaints.push(error));
      page.on("console", (message) => complaints.push(message.text()));
      await page.evaluateOnNewDocument(() => {
        document.addEventListener("DOMContentLoaded", () => {
          const { dataset } = document.querySelector<HTMLElement>(".first")!;
          dataset.fromServer = "yes";
        });
      });
      await page.goto(`${origin}/counters`);
      await there(page, "[data-nested]");
      const read = (selector: string) => page.$eval(selector, (element) => element.textContent);

      await t.step("props are what they were on the server", async () => {
        assert.equal(await read("output"), "0|example.com|truetrue|2|true");
      });
      await t.step(
        "state works, and a signal is shared by islands",
        async () => {
          await page.click(".first");
          await there(page, "em");
          await page.click(".second");
          await until("a second one", async () => (await page.$$("em")).length > 1);
          assert.equal(await read(".first"), "first: 5 after 1");
          assert.equal(await read(".second"), "second: 5 after 1");
        },
      );
      await t.step(
        "the server's elements are kept, in their places",
        async () => {
          assert.notEqual(await page.$(".first"), null);
          const order = await page.$eval("main", (main) => [...main.children].map(({ localName }) => localName));
          assert.deepEqual(order, [
            "button",
            "em",
            "p",
            "button",
            "em",
            "section",
          ]);
        },
      );
      await t.step("nothing complains", () => assert.deepEqual(complaints, []));
    } finally {
      await browser.close();
    }
  });
});
