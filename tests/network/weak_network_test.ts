/** What two people are told where the network of one is weak, in real Chromium, with a server on the internet between them. */

import assert from "node:assert/strict";
import { lastReceipt } from "../support/last_receipt.ts";
import { natScene } from "../support/nat_scene.ts";
import type { Person } from "../support/person.ts";
import { until } from "../support/until.ts";

/** Of a phone far from its mast: room for the voice and a small picture. */
const WEAK = { kbps: 120, queueMs: 800 };
const [WEAK_RATING, GOOD_RATING] = [2, 3];

/** The bars for what this person sends, and for what comes. */
async function bars({ page }: Person): Promise<{ sending: number; receiving: number }> {
  const ratings = await page.$$eval(
    ".connection-quality [data-rating]",
    (all) => all.map((one) => Number((one as HTMLElement).dataset.rating)),
  );
  assert.equal(ratings.length, 2);
  return { sending: ratings[0]!, receiving: ratings[1]! };
}

/** Notes whatever a screen reader is to say of a weak connection from now on. */
async function noteSaid({ page }: Person): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = [];
    let last = "";
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      const regions = [...document.querySelectorAll('[role="status"]')];
      const now = regions.map(({ textContent }) => textContent ?? "").find((text) => text.includes("weak")) ?? "";
      if (now !== last && now !== "") said.push(now);
      last = now;
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
}

natScene(
  "a weak network of one: the bars fall at both, and both are told whose it is, once",
  ["cone", "cone"],
  async ({ ada, boris, links: [adas] }) => {
    await ada.click("Video call");
    await boris.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    const areGood = async () => {
      const all = await Promise.all([bars(ada), bars(boris)]);
      return all.every(({ sending, receiving }) => Math.min(sending, receiving) >= GOOD_RATING);
    };
    await until("good bars at both", areGood);
    const [adaSaid, borisSaid] = [await noteSaid(ada), await noteSaid(boris)];

    await adas.narrow(WEAK);
    await ada.reads("Your connection is weak");
    await boris.reads("Ada's connection is weak");
    await until(
      "fallen bars at both, for what Ada sends",
      async () => (await bars(ada)).sending <= WEAK_RATING && (await bars(boris)).receiving <= WEAK_RATING,
    );

    await adas.widen();
    await until("good bars again", areGood, 60_000);
    for (const person of [ada, boris]) {
      await until("nothing is weak any more", async () => !(await person.text()).includes("connection is weak"));
    }
    assert.deepEqual(await adaSaid(), ["Your connection is weak"]);
    assert.deepEqual(await borisSaid(), ["Ada's connection is weak"]);

    await boris.click("Hang up");
    await ada.hears("Call ended");
    for (const person of [ada, boris]) {
      const { perceived } = await lastReceipt(person);
      console.log(`${person === ada ? "Ada" : "Boris"} perceived: ${JSON.stringify(perceived)}`);
      assert.ok(perceived !== undefined);
      assert.ok(perceived.frozen !== null && perceived.frozen < 1);
      assert.ok(perceived.concealed !== null && perceived.concealed < 0.9);
      assert.ok(perceived.score !== null && perceived.score < 4.35, "the weak time counts");
    }
  },
);
