/**
 * A computer that is too slow: the processes of a browser's pages, where cameras are encoded, run for a share of the time only.
 * `Emulation.setCPUThrottlingRate` of the DevTools protocol slows a page's scripts, and leaves the encoder's threads alone.
 */

import type { Browser } from "./packages.ts";

/** So long a process runs and stands still in turn, in ms: about the time between two pictures. */
const TURN_MS = 40;

/** Slows the pages of a browser that there are now to a `share` of the time, from 0 to 1, until it is disposed of. */
export async function slowPages(browser: Browser, share: number): Promise<AsyncDisposable> {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let isSlow = true;
  const turns = async () => {
    while (isSlow) {
      for (const id of pages) Deno.kill(id, "SIGSTOP");
      await pause(TURN_MS * (1 - share));
      for (const id of pages) Deno.kill(id, "SIGCONT");
      await pause(TURN_MS * share);
    }
  };
  const done = turns();
  return {
    async [Symbol.asyncDispose]() {
      isSlow = false;
      await done;
    },
  };
}
