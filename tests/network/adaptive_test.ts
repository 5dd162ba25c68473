/** Calls over bad networks in a real Chromium: how much video is sent follows what the network has room for, and the voice goes on. */

import type { Step } from "../../shared/protocol/server_messages.ts";
import { STEPS } from "../../shared/client/quality/ladder.ts";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { emulateNetwork, UNLIMITED } from "../support/network_conditions.ts";

/** Waits for a step that the other side reads on its screen, as the stage says it. */
async function stepIs(person: Person, fits: (step: Step) => boolean, timeoutMs: number): Promise<Step> {
  return await until("a step that fits", async () => {
    const step = await person.page.$eval(".stage", (stage) => (stage as HTMLElement).dataset.step as Step);
    return fits(step) ? step : null;
  }, timeoutMs);
}

const isBelow = (step: Step, other: Step) => STEPS.indexOf(step) > STEPS.indexOf(other);

for (const [name, bad] of [["20 % loss", { packetLoss: 20 }], ["250 kbit/s", { throughput: 31_250 }]] as const) {
  scene(`${name}: less video, the voice goes on, and the picture comes back with the network`, async (stage) => {
    const { ada, boris } = stage;
    const change = await emulateNetwork(ada);
    const started = performance.now();
    const trace: string[] = [];
    const note = (step: Step) => trace.push(`${((performance.now() - started) / 1000).toFixed(1)} s ${step}`);
    await connect(stage);
    // The camera begins with half the size, and the page says so with its first sample.
    note(await stepIs(boris, (step) => step === "medium", 10_000));
    note(await stepIs(boris, (step) => step === "high", 20_000));
    await change(bad);
    const worse = await stepIs(boris, (step) => isBelow(step, "high"), 15_000);
    note(worse);
    for (let n = 0; n < 5; n++) {
      await boris.receives("audioEnergy");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    note(await stepIs(boris, () => true, 1));
    await change(UNLIMITED);
    note(await stepIs(boris, (step) => step === "high", 60_000));
    await boris.receives("framesDecoded");
    console.log(`${name}: ${trace.join(", ")}`);
  });
}

scene(
  "a wish to save data: smaller pictures from this side, and less of them from the other; until it is taken back",
  async (stage) => {
    const { ada, boris } = stage;
    const isFull = async (person: Person) => {
      const { kbps, width } = await person.sent();
      return kbps > 1_000 && width === 1280;
    };
    await connect(stage);
    for (const person of [ada, boris]) await until("full pictures", () => isFull(person), 20_000);
    await boris.click("Settings");
    await (await boris.sees("checkbox", "Use less data")).click();
    await until("small pictures from the one who saves", async () => (await boris.sent()).width <= 640);
    await until("little data from the other", async () => (await ada.sent()).kbps <= 500);
    await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
    await (await boris.sees("checkbox", "Use less data")).click();
    for (const person of [ada, boris]) await until("full pictures again", () => isFull(person), 30_000);
  },
);
