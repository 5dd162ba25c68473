/** What a process holds, as Linux sees it. */

import { sleep } from "./sleep.ts";

/** Whether that can be seen here. */
export const IS_LINUX = Deno.build.os === "linux";

/** How many sockets it has open. */
export async function openSockets(pid: number): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (target.startsWith("socket:")) count++;
  }
  return count;
}

/** How much memory it has, in MiB. */
export async function rssMiB(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]) / 1024;
}

/** Waits until it has no more sockets than `before`; gives how many it has. */
export async function socketsLeft(pid: number, before: number): Promise<number> {
  let left = Infinity;
  for (let tries = 0; tries < 50 && left > before; tries++) {
    await sleep(100);
    left = await openSockets(pid);
  }
  return left;
}

/** Lines of its output that tell of an error. */
export const complaintsIn = (output: string) => output.split("\n").filter((line) => /error|panic|uncaught/i.test(line));
