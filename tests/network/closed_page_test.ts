/** Pages that go for good, in a real Chromium: the other side is told soon, and a crash still has the whole grace. */

import assert from "node:assert/strict";
import { note, saidAt, waits } from "../support/said.ts";
import { connect, scene } from "../support/scene.ts";

for (const how of ["closes the tab", "goes to another page"]) {
  scene(`[R12] who ${how} in a call leaves the other side five seconds of Reconnecting…`, async (stage) => {
    const { ada, boris, product } = stage;
    const placed = performance.now();
    await connect(stage);
    await ada.receives("framesDecoded");
    await note(ada);
    if (how === "closes the tab") await boris.page.close();
    else await boris.page.goto(`${product.url}/doctor`);
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

scene("a page that the browser keeps when it is left, as phones do, hangs up at once", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await note(ada);
  const left = Date.now();
  // Chromium keeps no page in a call: this is what others tell theirs.
  await boris.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  const ms = await saidAt(ada, "Call ended") - left;
  assert.ok(ms < 3_000, `${ms} ms`);
  assert.deepEqual(await boris.open(), { connections: 0, tracks: 0 });
});

scene(
  "[R13] a page that is reloaded in a call says goodbye too, and is back before that ends the call",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    await note(ada);
    await boris.page.reload();
    await boris.hears("Connected");
    await boris.receives("framesDecoded");
    await ada.receives("framesDecoded");
    const from = await saidAt(ada, "Reconnecting…");
    const back = await saidAt(ada, "Connected", from);
    console.log(`a reload: the other side sees Reconnecting… for ${back - from} ms`);
    assert.ok(back - from < 5_000, `${back - from} ms`);
  },
);

scene("[R12] a page that crashes has the whole grace", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.receives("framesDecoded");
  await note(ada);
  boris.page.goto("chrome://crash").catch(() => {});
  const ms = await waits(ada);
  assert.ok(ms > 10_000, `${ms} ms`);
}, { env: { GRACE_MS: "12000" } });
