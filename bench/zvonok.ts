/** The product: its server, and two people with a page each, who click. */

import { launch, Person } from "../tests/support/chromium.ts";
import { meet } from "../tests/support/scene.ts";
import { there } from "../tests/support/until.ts";
import { type Clock, installClock, RING_MS, sleep, type Subject, WARM_UP_MS } from "./subject.ts";

/** A chat of two people at the product's `url`. */
export async function zvonok(browser: Awaited<ReturnType<typeof launch>>, url: string): Promise<Subject> {
  const ada = await Person.enter(browser);
  const boris = await Person.enter(browser);
  for (const { page } of [ada, boris]) await installClock(page);
  await meet(url, ada, boris);
  return {
    name: "Zvonok",
    async call() {
      for (const person of [ada, boris]) await openDevices(person);
      await sleep(WARM_UP_MS);
      await ada.click("Video call");
      await boris.sees("button", "Accept");
      await sleep(RING_MS);
      const seen = [ada, boris].map(firstFrame);
      const accepted = await accept(boris);
      const times = { caller: await seen[0]! - accepted, callee: await seen[1]! - accepted };
      await ada.click("Hang up");
      await boris.hears("Call ended");
      return times;
    },
    async [Symbol.asyncDispose]() {
      await ada[Symbol.asyncDispose]();
      await boris[Symbol.asyncDispose]();
    },
  };
}

/** By the camera check, which leaves them open for the call. */
async function openDevices(person: Person): Promise<void> {
  await person.click("Check camera and microphone");
  await there(person.page, "video");
}

/** Clicks inside the page, and says when. */
async function accept(person: Person): Promise<number> {
  const button = await person.sees("button", "Accept");
  return await button.evaluate((element) => {
    const accepted = (globalThis as unknown as Clock).clock();
    (element as HTMLElement).click();
    return accepted;
  });
}

/** When the other person was first seen. */
function firstFrame({ page }: Person): Promise<number> {
  return page.evaluate(async () => {
    const { firstFrame } = globalThis as unknown as Clock;
    const find = () => document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
    const video = find() ?? await new Promise<HTMLVideoElement>((resolve) => {
      const watching = new MutationObserver(() => {
        const video = find();
        if (video === null) return;
        watching.disconnect();
        resolve(video);
      });
      watching.observe(document.body, { childList: true, subtree: true });
    });
    return await firstFrame(video);
  });
}
