/** A computer that is too slow for its own camera, in a real Chromium: less is encoded, and all of it later. */

import assert from "node:assert/strict";
import { connect, scene } from "../support/scene.ts";
import { slowPages } from "../support/slow_computer.ts";
import { until } from "../support/until.ts";

/** Of its time, what a page that encodes 720 lines has left. */
const SHARE = 0.12;

scene(
  "a computer that is too slow: a smaller picture, on a network that is good",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    const width = async () => (await ada.sent()).width;
    const step = () => boris.page.$eval(".stage", (stage) => (stage as HTMLElement).dataset.step);
    await until("all of the picture", async () => await width() === 1280, 20_000);
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1_000).toFixed(1);
    const trace: string[] = [];
    {
      await using _slow = await slowPages(ada.page.browser(), SHARE);
      await until("a smaller picture", async () => await width() < 1280, 20_000);
      await ada.reads("This computer is too slow");
      await boris.reads("Ada's computer is too slow");
      trace.push(`${await width()} wide after ${seconds()} s`);
      for (let n = 0; n < 3; n++) await boris.receives("framesDecoded", 3_000);
      assert.equal(await step(), "high", "the network is good");
    }
    await until("all of it again", async () => await width() === 1280, 90_000);
    trace.push(`1280 after ${seconds()} s`);
    console.log(`a computer with ${SHARE * 100} % of its time: ${trace.join(", ")}`);
  },
  { adasDevices: "grant" },
);
