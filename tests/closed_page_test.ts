/** Pages that go for good, in a real Chromium: the other side is told soon, and a crash still has the whole grace. */

import assert from "node:assert/strict";
import type { Person } from "./support/chromium.ts";
import { connect, scene } from "./support/scene.ts";

/** How long the other side sees "Reconnecting…" before the call ends, in ms. */
async function waits(other: Person): Promise<number> {
  await other.hears("Reconnecting…", 15_000);
  return await lasts(other.hears("Call ended", 25_000));
}

async function lasts(what: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await what;
  return performance.now() - started;
}

for (const how of ["closes the tab", "goes to another page"]) {
  scene(`[R12] who ${how} in a call leaves the other side five seconds of Reconnecting…`, async (stage) => {
    const { ada, boris, product } = stage;
    const placed = performance.now();
    await connect(stage);
    await ada.receives("framesDecoded");
    const waiting = waits(ada);
    if (how === "closes the tab") await boris.page.close();
    else await boris.page.goto(product.url);
    const talkedMs = performance.now() - placed;
    const ms = await waiting;
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
  await ada.page.close();
  const ms = await lasts(boris.hears("Call ended"));
  assert.ok(ms > 3_000 && ms < 8_000, `${ms} ms`);
});

scene("[R12] a page that crashes has the whole grace", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  const waiting = waits(ada);
  boris.page.goto("chrome://crash").catch(() => {});
  const ms = await waiting;
  assert.ok(ms > 10_000, `${ms} ms`);
}, { env: { GRACE_MS: "12000" } });
