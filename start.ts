/**
 * `deno task serve`, which `deno task start` ends in: serves what was built, by one process or by several behind one port
 * (`--workers N`). The right to start processes is given up before anything is loaded that answers people.
 */

import { parseArgs } from "node:util";
import { consoleLog, logFormat } from "./signaling/ops/log.ts";

/** More would do nothing but hold the same. */
const MOST_WORKERS = 64;

const { workers, worker } = argumentsOrExit();
if (workers > 1) {
  const { supervise } = await import("./workers/supervise.ts");
  Deno.exit(await supervise(workers));
}
await Deno.permissions.revoke({ name: "run" });
const { leave, serve } = await import("./main.ts");
await serve(worker);
if (worker !== null) {
  // The supervisor holds the other end. Where it is gone, nobody would stop this worker any more.
  for await (const _ of Deno.stdin.readable);
  await leave();
}

/** `worker`: the how manieth of several this process is, from 1; the supervisor says so. */
function argumentsOrExit(): { readonly workers: number; readonly worker: number | null } {
  const refuse = (why: string) => consoleLog(logFormat())("arguments-refused", { why });
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { workers: { type: "string", default: "1" }, worker: { type: "string" } },
    });
    if (/^[1-9]\d?$/.test(values.workers) && Number(values.workers) <= MOST_WORKERS) {
      return { workers: Number(values.workers), worker: values.worker === undefined ? null : Number(values.worker) };
    }
    refuse(`--workers: expected a whole number from 1 to ${MOST_WORKERS}`);
  } catch (error) {
    refuse(`${(error as Error).message.split(". ")[0]}; expected nothing, or --workers N`);
  }
  Deno.exit(1);
}
