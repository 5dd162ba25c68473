/**
 * Loaded before a server under measurement, in Deno, Node and Bun alike: for each SIGUSR2 it collects garbage and
 * prints what memory is left, in bytes. What a process holds before a collection says what was, not what is.
 */

import process from "node:process";

process.on("SIGUSR2", async () => {
  for (let n = 0; n < 4; n++) {
    if (globalThis.Bun) globalThis.Bun.gc(true);
    else globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(`memory ${JSON.stringify({ rss, heap: heapUsed + external })}`);
});
