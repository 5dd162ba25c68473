/** The rounds of the benchmark: each subject opens sockets, makes calls at a steady rate, and then as many as it can. */

import { quantile } from "../figures.ts";
import { Agenda } from "./agenda.ts";
import { CallForms } from "./call_frames.ts";
import { openPairs, type Pair } from "./pairs.ts";
import { ServerProcess } from "./server_process.ts";
import type { Subject } from "./subjects.ts";

/** Sockets that are opened in a round, and between which its calls are made. */
export const SOCKETS = 5_000;
/** The steady rate, in calls a second, and for how long, in ms. */
export const RATE = 200;
const RATE_MS = 3_000;
/** Calls as fast as they go, and how many at a time. */
const FLAT_OUT = 1_900;
const AT_A_TIME = 100;

export const METRICS = ["saturated", "steady", "p50", "p99", "socket"] as const;
/** What is measured: CPU times of a call and of a socket opened, latencies, all in ms. */
export type Metric = (typeof METRICS)[number];
/** One subject's figures of a round. */
export type Round = Record<Metric, number>;

let user = 0;

/** By a subject's name, what each round took. All servers run all the time, and one is asked. */
export async function measureRounds(subjects: readonly Subject[], count: number): Promise<Map<string, Round[]>> {
  await using stack = new AsyncDisposableStack();
  const servers = new Map<Subject, ServerProcess>();
  for (const subject of subjects) servers.set(subject, stack.use(await ServerProcess.start(subject.start)));
  const rounds = new Map(subjects.map(({ name }) => [name, [] as Round[]]));
  for (let round = -1; round < count; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + 1 + turn) % subjects.length]!;
      // The first round is not counted: engines compile in it.
      const figures = await measureRound(subject, servers.get(subject)!, round < 0 ? 0.3 : 1);
      if (round >= 0) rounds.get(subject.name)!.push(figures);
    }
  }
  return rounds;
}

/** One subject's part in a round; `share`: how much of it. */
async function measureRound(subject: Subject, server: ServerProcess, share: number): Promise<Round> {
  const forms = new CallForms(subject.wording);
  const count = Math.round(SOCKETS * share / 2);
  const before = server.cpuMs();
  const pairs = await openPairs(subject, [server.port], count, user);
  const socket = (server.cpuMs() - before) / (count * 2);
  user += count * 2;
  await settled(server);
  const cost = async <Result>(calls: readonly Pair[], work: () => Promise<Result>) => {
    const before = server.cpuMs();
    const result = await work();
    return [(server.cpuMs() - before) / calls.length, result] as const;
  };
  const some = pairs.slice(0, Math.round(RATE * RATE_MS / 1000 * share));
  const [steady, latencies] = await cost(some, () => steadyCalls(some, RATE, forms));
  await settled(server);
  const others = pairs.slice(some.length, some.length + Math.round(FLAT_OUT * share));
  const [saturated] = await cost(others, () => callsFlatOut(others, forms));
  await Promise.all(pairs.map((pair) => pair.close()));
  await settled(server);
  return { socket, saturated, steady, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** Calls begin at a steady rate, so many a second; each is trickled as people's are. Resolves with how long messages took, in ms. */
export async function steadyCalls(pairs: readonly Pair[], rate: number, forms: CallForms): Promise<number[]> {
  const latencies: number[] = [];
  const agenda = new Agenda();
  const calls = pairs.map((pair, n) => {
    const over = Promise.withResolvers<void>();
    agenda.at(n * 1000 / rate, () => {
      pair.trickledCall(forms, (ms, action) => agenda.at(ms, action), latencies).then(over.resolve, over.reject);
    });
    return over.promise;
  });
  const running = agenda.run();
  await Promise.all(calls);
  agenda.stop();
  await running;
  return latencies;
}

/** As many calls at a time as keep the server busy. */
export async function callsFlatOut(pairs: readonly Pair[], forms: CallForms): Promise<void> {
  let next = 0;
  const some = async () => {
    while (next < pairs.length) await pairs[next++]!.call(forms);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, some));
}

/** Waits until a server, or several, has nothing to do any more. */
export async function settled(server: { cpuMs(): number }): Promise<void> {
  for (let before = -1; server.cpuMs() !== before;) {
    before = server.cpuMs();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
