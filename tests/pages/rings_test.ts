/** Calls reach every open page of this origin: the lobby too, and all windows of a person at once. */

import assert from "node:assert/strict";
import type { Page } from "../support/packages.ts";
import { connect, scene } from "../support/scene.ts";
import { gone, named, there, until } from "../support/until.ts";

/** Whether a page has loaded the call client. */
const hasClient = (page: Page) =>
  page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => /\/calling-[^/]*\.js$/.test(name)));

const rings = named("alertdialog", "Ada is calling you with video");

scene(
  "the lobby rings, takes the call and tells of it afterwards, and loads the call client no sooner",
  async (stage) => {
    const { ada, boris, product } = stage;
    await boris.page.goto(product.url);
    await ada.reads("online");
    assert.ok(!await hasClient(boris.page));
    await ada.click("Video call");
    await there(boris.page, rings);
    assert.ok(await hasClient(boris.page));
    await boris.click("Accept");
    await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
    await boris.receives("audioEnergy");
    assert.equal(new URL(boris.page.url()).pathname, "/");
    assert.ok(!(await boris.text()).includes("Your chats"), "the call has the whole screen");
    await boris.click("Hang up");
    await ada.hears("Call ended");
    await boris.reads("Ada called");
    assert.deepEqual(await boris.open(), { connections: 0, tracks: 0 });
    await ada.click("Audio call");
    await boris.sees("alertdialog", "Ada is calling you");
    await ada.click("Cancel");
    await boris.reads("Missed calls: 1");
    await boris.reads("Missed call from Ada");
  },
);

scene("[R13] who goes to the lobby in a call goes on there", async (stage) => {
  const { ada, boris, product } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await boris.page.goto(product.url);
  await boris.hears("Connected");
  await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
  await ada.hears("Connected");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  assert.deepEqual(await boris.open(), { connections: 0, tracks: 0 });
});

scene("a call that is missed elsewhere is in the lobby's list at once, without the call client", async (stage) => {
  const { ada, boris, product } = stage;
  const { page } = boris;
  await page.goto(product.url);
  const other = await boris.anotherWindow();
  await other.goto(stage.chat);
  await ada.reads("online");
  await ada.click("Audio call");
  await there(page, named("alertdialog", "Ada is calling you"));
  await there(other, named("alertdialog", "Ada is calling you"));
  await ada.click("Cancel");
  await boris.reads("Missed calls: 1");
});

scene("all windows of a person ring, with one bell, and all stop at once", async (stage) => {
  const { ada, boris, product, chat } = stage;
  const other = await boris.anotherWindow();
  for (const page of [boris.page, other]) {
    await page.evaluateOnNewDocument(() => {
      Object.assign(globalThis, { strikes: 0 });
      globalThis.OscillatorNode = class extends OscillatorNode {
        override start(when?: number) {
          (globalThis as unknown as { strikes: number }).strikes++;
          super.start(when);
        }
      };
    });
  }
  const strikes = (page: Page) => page.evaluate(() => (globalThis as unknown as { strikes: number }).strikes);
  await boris.page.goto(product.url);
  await other.goto(chat);
  await ada.reads("online");
  await ada.click("Video call");
  for (const page of [boris.page, other]) await there(page, rings);
  const heard = () => Promise.all([strikes(boris.page), strikes(other)]);
  // A strike is eight tones: two of them are heard in all, not two in each window.
  const twice = await until("the bell strikes twice", async () => {
    const both = await heard();
    return Math.max(...both) >= 16 ? both : null;
  });
  assert.equal(Math.min(...twice), 0);
  const ringer = twice[0] > 0 ? boris.page : other;
  const rest = ringer === other ? boris.page : other;
  await (await there(rest, named("button", "Decline"))).asLocator().click();
  await gone(ringer, rings);
  await ada.hears("Call ended");
});
