/** The product: its server, and two people with a page each, who click. */

import { launch } from "../tests/support/chromium.ts";
import { Person } from "../tests/support/person.ts";
import { meet } from "../tests/support/scene.ts";
import { type Clock, prepare, RING_MS, sleep, type Subject } from "./subject.ts";

/** A chat of two people at the product's `url`; a camera takes `cameraMs` to open. */
export async function zvonok(
  browser: Awaited<ReturnType<typeof launch>>,
  url: string,
  cameraMs: number,
): Promise<Subject> {
  const ada = await Person.enter(browser);
  const boris = await Person.enter(browser);
  for (const { page } of [ada, boris]) await prepare(page, cameraMs);
  await meet(url, ada, boris);
  return {
    name: "Zvonok",
    async call() {
      const ringing = rings(boris);
      const clicked = await click(ada, "Video call");
      const rang = await ringing;
      await sleep(RING_MS);
      const seen = [ada, boris].map(firstFrame);
      const accepted = await click(boris, "Accept");
      const [callerSees, calleeSees] = await Promise.all(seen);
      await ada.click("Hang up");
      await boris.hears("Call ended");
      return { ring: rang - clicked, caller: callerSees! - accepted, callee: calleeSees! - accepted };
    },
    async [Symbol.asyncDispose]() {
      await ada[Symbol.asyncDispose]();
      await boris[Symbol.asyncDispose]();
    },
  };
}

/** When it can be taken: what a person needs to see of a call that comes. */
function rings({ page }: Person): Promise<number> {
  return page.evaluate(async () => {
    const isThere = () => document.querySelector('[role="alertdialog"] button') !== null;
    await new Promise<void>((resolve) => {
      const watching = new MutationObserver(() => {
        if (!isThere()) return;
        watching.disconnect();
        resolve();
      });
      watching.observe(document.body, { childList: true, subtree: true });
    });
    return (globalThis as unknown as Clock).clock();
  });
}

/** Clicks inside the page, and says when. */
async function click(person: Person, name: string): Promise<number> {
  const button = await person.sees("button", name);
  return await button.evaluate((element) => {
    const clicked = (globalThis as unknown as Clock).clock();
    (element as HTMLElement).click();
    return clicked;
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
