/** Pages that go for good, in a real Chromium: the other side is told soon, and a crash still has the whole grace. */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

/** What a page's live region said, and when, by the clock that all pages on this machine share, in ms. */
type Said = [text: string, at: number][];

/** Has a page note what its live region says from now on. */
async function note({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const said: Said = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      const text = document.querySelector('[role="status"]')?.textContent ?? "";
      if (text !== said.at(-1)?.[0]) said.push([text, Date.now()]);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

/** When a page's live region said, or says, something that starts with `text`. */
async function saidAt({ page }: Person, text: string): Promise<number> {
  return await until(`"${text}" is said`, async () => {
    const said = await page.evaluate(() => (globalThis as unknown as { said: Said }).said);
    return said.find(([one]) => one.startsWith(text))?.[1];
  });
}

/** How long the other side sees "Reconnecting…" before the call ends, in ms. */
async function waits(other: Person): Promise<number> {
  const from = await saidAt(other, "Reconnecting…");
  return await saidAt(other, "Call ended") - from;
}

for (const how of ["closes the tab", "goes to another page"]) {
  scene(`[R12] who ${how} in a call leaves the other side five seconds of Reconnecting…`, async (stage) => {
    const { ada, boris, product } = stage;
    const placed = performance.now();
    await connect(stage);
    await ada.receives("framesDecoded");
    await note(ada);
    if (how === "closes the tab") await boris.page.close();
    else await boris.page.goto(product.url);
    const talkedMs = performance.now() - placed;
    const ms = await waits(ada);
    const [, minutes, seconds] = /You talked for (\d+):(\d\d)/.exec(await ada.text())!;
    assert.ok(Number(minutes) * 60 + Number(seconds) <= talkedMs / 1_000, "the wait is not counted");
    console.log(`${how}: the other side sees Reconnecting… for ${Math.round(ms)} ms`);
    assert.ok(ms > 3_000 && ms < 8_000, `${ms} ms`);
    await ada.sees("button", "Video call");
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
  });
}

scene("[R12] a caller who closes the tab while it rings cancels after five seconds", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await ada.hears("Ringing…");
  await note(boris);
  const closed = Date.now();
  await ada.page.close();
  const ms = await saidAt(boris, "Call ended") - closed;
  assert.ok(ms > 3_000 && ms < 8_000, `${ms} ms`);
});

scene("[R12] a page that crashes has the whole grace", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await note(ada);
  boris.page.goto("chrome://crash").catch(() => {});
  const ms = await waits(ada);
  assert.ok(ms > 10_000, `${ms} ms`);
}, { env: { GRACE_MS: "12000" } });
