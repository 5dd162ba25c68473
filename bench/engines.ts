/**
 * What the two engines cost, turn by turn in one run: a process that keeps its calls in memory, one over a Redis, and three over one, whose
 * people are at different processes. Calls of 27 messages at a steady rate and as fast as they go, and people who come. A figure is of all
 * processes of an engine together; the store's is told beside it.
 *
 * `--rounds=N` (5), `--rate=N` calls a second (100).
 */

import { parseArgs } from "node:util";
import { build } from "../tests/support/product.ts";
import { Redis } from "../tests/support/redis.ts";
import { median, quantile } from "./figures.ts";
import { CallForms } from "./signaling/call_frames.ts";
import { openPairs } from "./signaling/pairs.ts";
import { callsFlatOut, settled, steadyCalls } from "./signaling/rounds.ts";
import { cpuMsOf, ServerProcess } from "./signaling/server_process.ts";
import { PRODUCT, type Subject, subjects } from "./signaling/subjects.ts";

/** People who come in a round, two to a chat: enough for the calls of both kinds, for which each pair calls once. */
const PAIRS = 1_500;
const STEADY_S = 6;
const FLAT_OUT = 900;

const { values: flags } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, rate: { type: "string", default: "100" } },
});
const rate = Number(flags.rate);
if (rate * STEADY_S + FLAT_OUT > PAIRS) throw new Error(`--rate: at most ${(PAIRS - FLAT_OUT) / STEADY_S}`);

/** What is counted: CPU in ms of the processes and of the store, and commands of the store, those of its scripts among them. */
interface Cost {
  readonly processes: number;
  readonly store: number;
  readonly commands: number;
}

const WORK = {
  comes: "somebody comes: a socket opens, and whoever watches the chat is told",
  steady: `a call, at ${rate} a second`,
  flatOut: "a call, as fast as they go",
} as const;
type Work = keyof typeof WORK;
type Round = Record<Work, Cost> & { readonly p50: number; readonly p99: number };

/** One engine, running. */
class Engine implements AsyncDisposable {
  readonly name: string;
  readonly #subject: Subject;
  readonly #servers: readonly ServerProcess[];
  readonly #redis: Redis | null;
  #user = 0;

  private constructor(subject: Subject, servers: readonly ServerProcess[], redis: Redis | null) {
    this.name = redis === null ? "in memory" : `Redis, ${servers.length} process${servers.length > 1 ? "es" : ""}`;
    this.#subject = subject;
    this.#servers = servers;
    this.#redis = redis;
  }

  static async start(subject: Subject, processes: number, overRedis: boolean): Promise<Engine> {
    const redis = overRedis ? await Redis.start() : null;
    const env = { ...subject.start.env, ...(redis === null ? {} : { REDIS_URL: redis.url }) };
    const servers: ServerProcess[] = [];
    for (let n = 0; n < processes; n++) servers.push(await ServerProcess.start({ ...subject.start, env }));
    for (const server of servers) await server.ready();
    return new Engine(subject, servers, redis);
  }

  cpuMs(): number {
    return this.#servers.reduce((sum, server) => sum + server.cpuMs(), 0);
  }

  /** `share`: how much of a round. */
  async round(share: number): Promise<Round> {
    const forms = new CallForms(this.#subject.wording);
    const count = Math.round(PAIRS * share);
    const ports = this.#servers.map(({ port }) => port);
    const [comes, pairs] = await this.#cost(2 * count, () => openPairs(this.#subject, ports, count, this.#user));
    this.#user += 2 * count;
    const slow = pairs.slice(0, Math.round(rate * STEADY_S * share));
    const [steady, latencies] = await this.#cost(slow.length, () => steadyCalls(slow, rate, forms));
    const fast = pairs.slice(slow.length, slow.length + Math.round(FLAT_OUT * share));
    const [flatOut] = await this.#cost(fast.length, () => callsFlatOut(fast, forms));
    await Promise.all(pairs.map((pair) => pair.close()));
    await settled(this);
    return { comes, steady, flatOut, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  }

  /** What work costs, a piece. */
  async #cost<Result>(pieces: number, work: () => Promise<Result>): Promise<[Cost, Result]> {
    await settled(this);
    const before = await this.#used();
    const result = await work();
    const after = await this.#used();
    const each = (what: keyof Cost) => (after[what] - before[what]) / pieces;
    return [{ processes: each("processes"), store: each("store"), commands: each("commands") }, result];
  }

  async #used(): Promise<Cost> {
    const stats = await this.#redis?.say("INFO", "stats") ?? "";
    return {
      processes: this.cpuMs(),
      store: this.#redis === null ? 0 : cpuMsOf(this.#redis.pid),
      commands: Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1] ?? 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await this.#redis?.[Symbol.asyncDispose]();
  }
}

await build();
const began = performance.now();
const product = (await subjects()).present.find(({ name }) => name === PRODUCT)!;
await using stack = new AsyncDisposableStack();
const engines: Engine[] = [];
for (const [processes, overRedis] of [[1, false], [1, true], [3, true]] as const) {
  engines.push(stack.use(await Engine.start(product, processes, overRedis)));
}
const rounds = new Map(engines.map((engine) => [engine, [] as Round[]]));
for (let round = -1; round < Number(flags.rounds); round++) {
  for (let turn = 0; turn < engines.length; turn++) {
    const engine = engines[(round + 1 + turn) % engines.length]!;
    // The first round is not counted: engines compile in it.
    const figures = await engine.round(round < 0 ? 0.3 : 1);
    if (round >= 0) rounds.get(engine)!.push(figures);
    console.log(`round ${round + 1} of ${flags.rounds}: ${engine.name}`);
  }
}

console.log(`\n${flags.rounds} rounds, medians (least to most)`);
for (const [work, about] of Object.entries(WORK) as [Work, string][]) {
  console.log(`\n${about}: CPU of all processes, ms; of the store, ms; commands of the store`);
  for (const [{ name }, figures] of rounds) {
    const cell = (what: keyof Cost, digits: number) => spread(figures.map((round) => round[work][what]), digits);
    console.log(`  ${name.padEnd(20)} ${cell("processes", 3)}   ${cell("store", 3)}   ${cell("commands", 1)}`);
  }
}
console.log(`\na message from socket to socket, at ${rate} calls a second: p50, p99, ms`);
for (const [{ name }, figures] of rounds) {
  const cell = (what: "p50" | "p99") => spread(figures.map((round) => round[what]), 2);
  console.log(`  ${name.padEnd(20)} ${cell("p50")}   ${cell("p99")}`);
}
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);

function spread(values: readonly number[], digits: number): string {
  const [least, mid, most] = [Math.min(...values), median(values), Math.max(...values)].map((n) => n.toFixed(digits));
  return `${mid} (${least}–${most})`;
}
