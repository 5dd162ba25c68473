/** The screen stays on during a call, in a real Chromium. */

import type { Person } from "../support/person.ts";
import { scene } from "../support/scene.ts";
import { there, until } from "../support/until.ts";
import { show } from "../support/window.ts";

/** Keeps the page's wake locks. */
async function keepLocks({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const locks: WakeLockSentinel[] = [];
    Object.assign(globalThis, { wakeLocks: () => locks.map(({ released }) => released ? "released" : "held") });
    const request = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (type) {
      const lock = await request.call(this, type);
      locks.push(lock);
      return lock;
    };
  });
}

async function locksAre({ page }: Person, expected: string[]): Promise<void> {
  await until(`locks: ${expected.join()}`, async () => {
    const locks = await page.evaluate(() => (globalThis as unknown as { wakeLocks(): string[] }).wakeLocks());
    return locks.join() === expected.join();
  });
}

scene(
  "the screen stays on from the first click to the end, and is kept on again once the page is seen again",
  async (stage) => {
    const { ada, boris } = stage;
    for (const person of [ada, boris]) await keepLocks(person);
    await ada.click("Audio call");
    await locksAre(ada, ["held"]);
    await there(boris.page, '[role="alertdialog"]');
    await locksAre(boris, []);
    await boris.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    await locksAre(boris, ["held"]);
    await show(ada, false);
    await locksAre(ada, ["released"]);
    await show(ada, true);
    await locksAre(ada, ["released", "held"]);
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await locksAre(ada, ["released", "released"]);
    await locksAre(boris, ["released"]);
  },
);
