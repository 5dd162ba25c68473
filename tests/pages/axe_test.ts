/**
 * Every screen in every state, in both languages, light and dark, on a phone and on a desktop, looked at by axe: what of WCAG 2.2 (A and AA)
 * and of good practice a program can see. With `CONTACT_SHEET=FOLDER` the pictures of all of them are kept there, with a page of them.
 */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Guest } from "../support/guest.ts";
import { axe, type Page } from "../support/packages.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { seat } from "../support/scene.ts";
import { press, until } from "../support/until.ts";
import { strings } from "../../shared/i18n/i18n.ts";

const SHEET = Deno.env.get("CONTACT_SHEET");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The smallest phone that WCAG 1.4.10 speaks of, and a desktop. */
const SIZES = { phone: { width: 320, height: 640 }, desktop: { width: 1280, height: 800 } } as const;
const SCHEMES = ["light", "dark"] as const;

/** What axe finds on a page now, a line each; nothing where all is well. */
async function faults(page: Page): Promise<string[]> {
  // By the DevTools protocol, which no Content-Security-Policy stops.
  await page.evaluate(axe.source);
  return await page.evaluate(async (values) => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await here.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any, all, none }) => {
        const why = [...any, ...all, ...none].map(({ message }) => message).join("; ");
        return `${id} (${help}) at ${target.join(" ")}: ${why}`;
      })
    );
  }, TAGS);
}

/** Whether something is wider than the page, which then scrolls sideways (WCAG 1.4.10). */
const isTooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

const seen: { name: string; file: string }[] = [];

for (const locale of ["en", "ru"] as const) {
  const t = strings(locale);
  Deno.test(`axe: every screen, in ${locale}, light and dark, on a phone and on a desktop`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct());
    const browser = stack.use(await launch());
    const [ada, boris] = [
      stack.use(await Person.enter(browser, locale)),
      stack.use(await Person.enter(browser, locale)),
    ];
    const { page } = ada;
    const found: string[] = [];

    const look = async (name: string) => {
      for (const scheme of SCHEMES) {
        await page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: scheme },
          { name: "prefers-reduced-motion", value: "reduce" },
        ]);
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewport(viewport);
          // What was asked for last is drawn.
          await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
          const screen = `${name}, ${locale}, ${scheme}, ${size}`;
          found.push(...(await faults(page)).map((fault) => `${screen}: ${fault}`));
          if (await isTooWide(page)) found.push(`${screen}: wider than the page`);
          if (SHEET !== undefined) {
            const file = `${screen.replaceAll(/[^a-z]+/g, "-")}.png`;
            await page.screenshot({ path: `${SHEET}/${file}` as `${string}.png` });
            seen.push({ name: screen, file });
          }
        }
      }
      await page.setViewport(SIZES.desktop);
    };

    await page.goto(product.url);
    await look("lobby of a stranger");
    await page.goto(`${product.url}/nowhere`);
    await look("no such page");
    await page.goto(`${product.url}/doctor`);
    await look("doctor");
    await press(page, t.doctor.start);
    await ada.sees("button", t.doctor.copy);
    await look("doctor, when all is checked");
    const maker = await Guest.named(product.url, "Мария-Антуанетта");
    await page.goto(`${product.url}/chat/${await maker.createChat()}`);
    await look("invitation");
    const alone = await Guest.named(product.url, "Ada");
    await ada.comesAs(alone, `${product.url}/chat/${await alone.createChat()}`);
    await ada.sees("button", t.chat.copy);
    await look("chat, alone");

    const chat = await seat(product.url, ada, boris);
    await look("chat");
    await press(page, t.chat.settings);
    await ada.sees("checkbox", t.chat.keys.on);
    await look("settings");
    await page.keyboard.press("Escape");
    await press(page, t.chat.check);
    await ada.sees("button", t.chat.panel.done);
    await look("device check");
    await press(page, t.chat.panel.done);

    await press(page, t.chat.videoCall);
    await ada.hears(t.chat.status.ringing);
    await look("calling");
    await press(boris.page, t.chat.accept);
    await ada.hears(t.chat.status.connected);
    await ada.receives("framesDecoded");
    await until("all of the call", () => page.evaluate(() => document.querySelector(".muted-speech") !== null));
    await page.mouse.move(500, 300);
    await look("in a call");
    await press(page, t.chat.mute);
    await press(page, t.chat.settings);
    await ada.sees("checkbox", t.chat.keys.on);
    await look("in a call, settings");
    await page.keyboard.press("Escape");
    await press(boris.page, t.chat.hangUp);
    await ada.hears(t.chat.status.ended);
    await until("the call in the list", () => page.$(".history"));
    await look("chat, after a call");

    await press(boris.page, t.chat.audioCall);
    await ada.sees("button", t.chat.accept);
    await look("incoming call");
    await press(boris.page, t.chat.cancel);
    await page.goto(product.url);
    await look("lobby");
    await page.goto(chat);
    await ada.online();
    await look("chat, with a missed call");

    assert.deepEqual(found, []);
  });
}

Deno.test("axe: a fault that is put on a page is found", async () => {
  await build();
  await using product = await startProduct();
  await using browser = await launch();
  await using ada = await Person.enter(browser);
  await ada.page.goto(product.url);
  await ada.page.evaluate(() => document.querySelector("main")!.append(new Image()));
  const [fault, ...others] = await faults(ada.page);
  assert.match(fault!, /^image-alt /);
  assert.deepEqual(others, []);
});

if (SHEET !== undefined) {
  await Deno.mkdir(SHEET, { recursive: true });
  addEventListener("unload", () => {
    const figures = seen.map(({ name, file }) =>
      `<figure><img src="${file}" alt="" height="400" loading="lazy"><figcaption>${name}</figcaption></figure>`
    );
    const style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}figure{margin:0}";
    Deno.writeTextFileSync(
      `${SHEET}/index.html`,
      `<!doctype html><meta charset="utf-8"><style>${style}</style>${figures.join("\n")}`,
    );
  });
}
