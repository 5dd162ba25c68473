/**
 * `deno task soak`: thousands of people who are there and calls at a steady rate, for long, on one process and on three that share a Redis.
 * Memory has to be flat, and when all are gone nothing may be left of them: no socket, no timer.
 *
 * `--minutes=N` (15), `--processes=N,N` (1,3), `--sockets=N` (10000), `--calls-per-second=N` (100), `--p99=MS` (none). It ends with 1
 * where something is not as it should be.
 */

import { parseArgs } from "node:util";
import { build } from "../tests/support/product.ts";
import { Redis } from "../tests/support/redis.ts";
import { Load } from "./load/load.ts";
import type { LoadOptions } from "./load/options.ts";
import { breaches, progress, table } from "./load/report.ts";
import { ServerProcess } from "./signaling/server_process.ts";
import { isFlat, trendOf } from "./soak/trend.ts";
import { type Idle, Watched } from "./soak/watched.ts";

/** How much more there may be at the end of the time than when it was warm: of what a script engine has, and of all processes together. */
const HEAP_RISE = 0.03;
const RSS_RISE = 0.06;
/** What may be left of one who was there, in bytes of the script engine: they and their chat are known for a while (see performance.md). */
const LEFT_A_PERSON = 4_096;
/** R18: a user places 20 calls a minute; so that none comes near that, each places half as many. */
const CALLERS_PER_RATE = 6;
const SAY_MS = 15_000;

const ROOT = new URL("../", import.meta.url).pathname;
const SECRET = "a secret for the soak, long enough";

const { values: flags } = parseArgs({
  options: {
    "minutes": { type: "string", default: "15" },
    "processes": { type: "string", default: "1,3" },
    "sockets": { type: "string", default: "10000" },
    "calls-per-second": { type: "string", default: "100" },
    "p99": { type: "string" },
  },
});
const seconds = 60 * Number(flags.minutes);
const rate = Number(flags["calls-per-second"]);

await build();
const wrong: string[] = [];
const report: string[] = [];
for (const count of flags.processes.split(",").map(Number)) await soak(count);
console.log(`\n${report.join("\n")}`);
console.log(wrong.length === 0 ? "\nall as it should be" : `\nNOT as it should be:\n  ${wrong.join("\n  ")}`);
Deno.exit(wrong.length === 0 ? 0 : 1);

async function soak(count: number): Promise<void> {
  const name = `${count} process${count === 1 ? "" : "es"}`;
  await using stack = new AsyncDisposableStack();
  const redis = count === 1 ? null : stack.use(await Redis.start());
  const watched: Watched[] = [];
  for (let n = 0; n < count; n++) watched.push(new Watched(stack.use(await start(redis?.url))));
  for (const { server } of watched) await server.ready();
  const urls = watched.map(({ server }) => `http://127.0.0.1:${server.port}`);
  const options: LoadOptions = {
    urls,
    clients: Math.max(2, CALLERS_PER_RATE * Math.ceil(rate)),
    idle: Number(flags.sockets),
    callsPerSecond: rate,
    seconds,
    access: { by: "host", secret: SECRET },
    p99: flags.p99 === undefined ? null : Number(flags.p99),
    errors: 0,
  };
  await warmUp(options);
  for (const one of watched) await one.emptied();
  const before = await Promise.all(watched.map((one) => one.idle()));

  const load = stack.use(new Load());
  await load.open(options, (line) => console.log(`${name}: ${line}`));
  const cpu = watched.map(({ server }) => server.cpuMs());
  const began = performance.now();
  const said = setInterval(() => {
    const rss = watched.map(({ server }) => mb(server.rss())).join(", ");
    console.log(`${name}: ${progress(load.figures, load.going, (performance.now() - began) / 1000)}; RSS ${rss}`);
  }, SAY_MS);
  const watching = watched.map((one) => one.watch(1000 * seconds));
  await load.run(rate, seconds);
  clearInterval(said);
  for (const one of watched) one.stop();
  await Promise.all(watching);
  const used = watched.map(({ server }, n) => (server.cpuMs() - cpu[n]!) / load.figures.begun);
  await load[Symbol.asyncDispose]();

  report.push(`\n=== ${name}, ${options.idle} idle and ${options.clients} calling, ${flags.minutes} minutes`);
  report.push(
    table(load.figures),
    `CPU a call, sockets' pings and all: ${used.map((ms) => `${ms.toFixed(2)} ms`).join(", ")}`,
  );
  wrong.push(...breaches(load.figures, options).map((line) => `${name}: ${line}`));
  const errors = [...load.figures.errors.keys()].join(", ");
  if (errors !== "") wrong.push(`${name}: errors: ${errors}`);
  for (const [n, one] of watched.entries()) await judge(`${name}, no. ${n + 1}`, one, before[n]!, options);
  // Together, since all do the same work: what the allocator of one holds on to for minutes that of another gives back.
  const trends = watched.map(({ rss }) => trendOf(rss));
  const rss = { from: sum(trends.map(({ from }) => from)), to: sum(trends.map(({ to }) => to)) };
  report.push(`${name}: RSS in all ${mb(rss.from)} → ${mb(rss.to)}`);
  if (!isFlat(rss, RSS_RISE)) wrong.push(`${name}: RSS is not flat: ${mb(rss.from)} → ${mb(rss.to)}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** What comes of one process. */
async function judge(name: string, one: Watched, before: Idle, { clients, idle }: LoadOptions): Promise<void> {
  const left = await one.emptied();
  const after = await one.idle();
  const [rss, heap] = [trendOf(one.rss), trendOf(one.heap)];
  const leftHeap = (after.heap - before.heap) / (clients + idle);
  report.push(
    `${name}:`,
    `  RSS  ${mb(rss.from)} → ${mb(rss.to)}, ${mb(rss.perMinute)} a minute`,
    `  heap ${mb(heap.from)} → ${mb(heap.to)}, ${mb(heap.perMinute)} a minute, ${one.heap.length} collections`,
    `  when all are gone: sockets, users and calls ${left}, timers ${before.timers} → ${after.timers}, ` +
      `descriptors ${before.descriptors} → ${after.descriptors}, heap ${mb(before.heap)} → ${mb(after.heap)} ` +
      `(${leftHeap.toFixed(0)} bytes a person)`,
  );
  const must = (holds: boolean, what: string) => holds || wrong.push(`${name}: ${what}`);
  must(isFlat(heap, HEAP_RISE), `the heap is not flat: ${mb(heap.from)} → ${mb(heap.to)}`);
  must(left === 0, `sockets, users or calls are left: ${left}`);
  must(after.timers <= before.timers, `timers are left: ${before.timers} → ${after.timers}`);
  must(after.descriptors <= before.descriptors, `descriptors are left: ${before.descriptors} → ${after.descriptors}`);
  must(leftHeap <= LEFT_A_PERSON, `${leftHeap.toFixed(0)} bytes a person are left, expected ${LEFT_A_PERSON} at most`);
}

/** So that what a first call compiles is there before anything is counted. */
async function warmUp(options: LoadOptions): Promise<void> {
  await using load = new Load();
  await load.open({ ...options, clients: 200, idle: 0 }, () => {});
  await load.run(20, 5);
}

function start(redisUrl: string | undefined): Promise<ServerProcess> {
  const allowed = ["--allow-net", "--allow-env", "--allow-read"];
  return ServerProcess.start({
    command: Deno.execPath(),
    args: [
      "run",
      ...allowed,
      "--no-lock",
      "--v8-flags=--expose-gc",
      `--preload=${ROOT}bench/soak/inside.mjs`,
      `${ROOT}start.ts`,
    ],
    env: {
      PORT: "0",
      SESSION_SECRET: `${SECRET}, too`,
      JWT_SECRET: SECRET,
      SOCKETS_PER_MINUTE: "1000000",
      GRACE_MS: "3000",
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    },
  });
}

function mb(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
