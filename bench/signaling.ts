/**
 * What signaling costs a server: whole calls of 27 messages at a steady rate and as fast as they go, sockets that open, memory. The
 * product, with all its checks, beside servers that check nothing and the usual ones, each in a process of its own, turn by turn in one
 * run. Ratios to the floor of the same round are what to compare: a noisy machine is noisy for all.
 *
 * `--rounds=N` (5), `--only=NAME,NAME` (the floor is always there), `--no-memory`, `--assert`: a budget that does not hold is an error.
 */

import { parseArgs } from "node:util";
import { build } from "../tests/support/product.ts";
import { median } from "./figures.ts";
import { measureMemory, type MemoryFigures } from "./signaling/memory.ts";
import { measureRounds, type Metric, METRICS, RATE, type Round, SOCKETS } from "./signaling/rounds.ts";
import { FLOOR, PRODUCT, subjects } from "./signaling/subjects.ts";

/** The most that the product may take, as a multiple of what others take in the same round. */
const BUDGETS: readonly [Metric, string, number][] = [
  ["saturated", FLOOR, 1.5],
  ["saturated", "PeerServer", 0.8],
  ["steady", FLOOR, 1.3],
  ["p50", FLOOR, 1.3],
  ["p99", FLOOR, 1.5],
  ["socket", FLOOR, 1.5],
];
const CHAT_BUDGET_BYTES = 4_096;

const { values: flags } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    "rounds": { type: "string", default: "5" },
    "only": { type: "string" },
    "no-memory": { type: "boolean" },
    "assert": { type: "boolean" },
  },
});

await build();
const { present, absent } = await subjects();
const wanted = flags.only?.split(",");
const measured = present.filter(({ name }) => wanted === undefined || name === FLOOR || wanted.includes(name));
const began = performance.now();

const rounds = await measureRounds(measured, Number(flags.rounds));
print(rounds);
const memory = new Map<string, MemoryFigures>();
if (!flags["no-memory"]) await printMemory();
for (const why of absent) console.log(`Not measured: ${why}`);
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
const broken = printBudgets(rounds, memory);
if (broken > 0 && flags.assert) Deno.exitCode = 1;

function print(rounds: Map<string, Round[]>): void {
  const floor = rounds.get(FLOOR)!;
  console.log(`${flags.rounds} rounds, medians (least to most); × is to ${FLOOR} in the same round`);
  const width = Math.max(...[...rounds.keys()].map(({ length }) => length));
  const titles: Record<Metric, string> = {
    saturated: "CPU a call, as fast as it goes, ms",
    steady: `CPU a call at ${RATE} calls/s, ms`,
    p50: `latency p50 at ${RATE} calls/s, ms`,
    p99: `latency p99 at ${RATE} calls/s, ms`,
    socket: `CPU a socket opened (${SOCKETS}), ms`,
  };
  for (const metric of METRICS) {
    console.log(`\n${titles[metric]}`);
    for (const [name, figures] of rounds) {
      const values = figures.map((round) => round[metric]);
      const ratios = values.map((value, n) => value / floor[n]![metric]);
      console.log(`  ${name.padEnd(width)} ${spread(values, 3)}   × ${spread(ratios, 2)}`);
    }
  }
}

function spread(values: readonly number[], digits: number): string {
  const [least, mid, most] = [Math.min(...values), median(values), Math.max(...values)].map((n) => n.toFixed(digits));
  return `${mid} ${`(${least}–${most})`.padEnd(4 + 2 * (digits + 2))}`;
}

/** Each line as soon as it is known: what goes wrong with one server is no loss of the others' figures. */
async function printMemory(): Promise<void> {
  console.log(`\nmemory after a garbage collection, bytes (of it, the script engine's)`);
  const cell = (one: { rss: number; heap: number } | null) =>
    one === null ? "—" : `${Math.round(one.rss)} (${Math.round(one.heap)})`;
  for (const subject of measured) {
    try {
      const figures = await measureMemory(subject);
      memory.set(subject.name, figures);
      const { chat, socket, call, sockets } = figures;
      console.log(
        `  ${subject.name}: idle socket at ${sockets} ${cell(socket)}, call ${cell(call)}, chat of two ${cell(chat)}`,
      );
    } catch (error) {
      console.log(`  ${subject.name}: not measured: ${(error as Error).message}`);
    }
  }
}

function printBudgets(rounds: Map<string, Round[]>, memory: Map<string, MemoryFigures>): number {
  const product = rounds.get(PRODUCT);
  if (product === undefined) return 0;
  let broken = 0;
  const say = (text: string, holds: boolean) => {
    if (!holds) broken++;
    console.log(`  ${text}: ${holds ? "holds" : "DOES NOT HOLD"}`);
  };
  console.log("\nbudgets");
  for (const [metric, of, budget] of BUDGETS) {
    const other = rounds.get(of);
    if (other === undefined) continue;
    const ratio = median(product.map((round, n) => round[metric] / other[n]![metric]));
    say(`${metric} ${ratio.toFixed(2)} × ${of}, budget ${budget}`, ratio <= budget);
  }
  const chat = memory.get(PRODUCT)?.chat?.heap;
  if (chat !== undefined) {
    say(`chat of two ${Math.round(chat)} bytes, budget ${CHAT_BUDGET_BYTES}`, chat <= CHAT_BUDGET_BYTES);
  }
  return broken;
}
