/**
 * How long a call takes to set up, with a real server and a real browser on this machine: from the caller's click until it
 * rings, and from the callee's accept until each sees the other. Medians of 20 calls, in ms.
 */

import { build, startProduct } from "../tests/support/product.ts";
import { launch, Person } from "../tests/support/chromium.ts";
import { meet } from "../tests/support/scene.ts";

const CALLS = 20;

await build();
await using product = await startProduct();
await using browser = await launch();
await using ada = await Person.enter(browser);
await using boris = await Person.enter(browser);
await meet(product.url, ada, boris);

const times: Record<string, number[]> = {
  "click → ringing": [],
  "accept → caller sees": [],
  "accept → callee sees": [],
};
for (let n = 0; n < CALLS; n++) {
  const clicked = await press(ada, "Video call");
  times["click → ringing"]!.push(await shown(boris, '[role="alertdialog"]') - clicked);
  const seen = [ada, boris].map(firstFrame);
  const accepted = await press(boris, "Accept");
  times["accept → caller sees"]!.push(await seen[0]! - accepted);
  times["accept → callee sees"]!.push(await seen[1]! - accepted);
  await ada.click("Hang up");
  await boris.hears("Call ended");
}
for (const [name, values] of Object.entries(times)) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(0);
  console.log(`${name}: median ${at(0.5)} ms (${at(0)} to ${at(1)}, ${CALLS} calls)`);
}

/** Clicks inside the page, and says when, on the clock that all pages share. */
async function press({ page }: Person, name: string): Promise<number> {
  const button = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`);
  return await button!.evaluate((element) => {
    (element as HTMLElement).click();
    return performance.timeOrigin + performance.now();
  });
}

/** When something was first there. */
async function shown({ page }: Person, selector: string): Promise<number> {
  const handle = await page.waitForFunction(
    (selector) => {
      return document.querySelector(selector) && performance.timeOrigin + performance.now();
    },
    { polling: "mutation" },
    selector,
  );
  return await handle.jsonValue() as number;
}

/** When the first picture of the other person was on the screen. */
function firstFrame({ page }: Person): Promise<number> {
  return page.evaluate(() =>
    new Promise<number>((resolve) => {
      const look = () => {
        const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
        if (!video) return requestAnimationFrame(look);
        video.requestVideoFrameCallback(() => resolve(performance.timeOrigin + performance.now()));
      };
      look();
    })
  );
}
