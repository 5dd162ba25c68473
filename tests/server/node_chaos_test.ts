/**
 * The crowd of the chaos at three processes over one Redis, while processes are killed and replaced, and the store is killed, stands still
 * or stops for a moment. What clients decide, and the order of what fails, come from the seed (`CHAOS_SEED`, printed).
 */

import assert from "node:assert/strict";
import { errors, history, stats, violations } from "../support/chaos/clients.ts";
import { Crowd, ENVIRONMENT, SEED } from "../support/chaos/crowd.ts";
import { complaintsIn, IS_LINUX, openSockets, rssMiB, socketsLeft } from "../support/chaos/process.ts";
import { sleep } from "../support/chaos/sleep.ts";
import { Cluster } from "../support/cluster.ts";
import { pick, random } from "../support/prng.ts";
import { HAS_REDIS } from "../support/redis.ts";
import { until } from "../support/until.ts";

const NODES = 3;
/** How long the crowd has between two failures, in ms, for what it does when nothing fails. */
const CALM_MS = 2_000;
/** How long the store stands still: the processes notice; and so long that each of them could be taken for dead, in ms. */
const PAUSE_MS = 2_500;
const LONG_PAUSE_MS = 6_000;
/** How much longer the chaos may take on a busy machine, until the crowd did what it is for, in ms. */
const PATIENCE_MS = 60_000;
/** How much more memory a process may hold afterwards than when it was warm: as for one alone (`chaos_test.ts`). */
const RSS_BOUND_MIB = 80;

Deno.test({
  name:
    "chaos: hundreds of bad clients at three processes that die, over a store that fails, leave no stuck call and no contradiction",
  ignore: !HAS_REDIS,
  async fn() {
    console.log(`CHAOS_SEED=${SEED}`);
    await using stack = new AsyncDisposableStack();
    const cluster = stack.use(await Cluster.start(NODES, { env: ENVIRONMENT }));
    const { products, redis } = cluster;
    const areReady = () => Promise.all(products.map((_, node) => cluster.isReady(node)));
    const socketsBefore = IS_LINUX ? Math.max(...await Promise.all(products.map(({ pid }) => openSockets(pid)))) : 0;
    const crowd = stack.use(await Crowd.gather((dice) => pick(products, dice).url));

    const complaints: string[] = [];
    const dice = random(SEED);
    const kill = async () => {
      const product = pick(products, dice);
      complaints.push(...complaintsIn(product.output()));
      await product.crash();
    };
    const pause = async (ms: number, meanwhile = () => Promise.resolve()) => {
      const since = performance.now();
      redis.pause();
      await Promise.all([sleep(ms), meanwhile()]);
      redis.goOn();
      await areReady();
      history.interrupted(since, performance.now());
    };
    const failures = {
      "a process": kill,
      "another process": kill,
      "a moment of the store": () => pause(PAUSE_MS),
      "the store, for long, and a process": () => pause(LONG_PAUSE_MS, kill),
      async "all that the store knew"() {
        const since = performance.now();
        await redis.stop("SIGKILL");
        await redis.startAgain();
        await areReady();
        history.lost(since, performance.now());
      },
    };
    const order = Object.entries(failures).map((entry) => ({ entry, at: dice() })).sort((a, b) => a.at - b.at);
    for (const { entry: [what, fail] } of order) {
      await sleep(CALM_MS);
      console.log(`${Math.round(performance.now())} ms: fails: ${what}`);
      await fail();
      await areReady();
    }
    await sleep(CALM_MS);
    const memory = () => Promise.all(products.map(({ pid }) => IS_LINUX ? rssMiB(pid) : 0));
    const warm = await memory();
    await until("the crowd does enough", () => Promise.resolve(crowd.hasDoneEnough), PATIENCE_MS);
    await crowd.leave();
    const goodCalls = await crowd.call((user) => products[user % NODES]!.url);

    const after = await memory();
    console.log(`RSS in MiB: ${warm.map(Math.round)} warm, ${after.map(Math.round)} after`);
    console.log(JSON.stringify({ ...stats, goodCalls, ...history.counts, errors }));
    for (const [node, { pid, output }] of products.entries()) {
      complaints.push(...complaintsIn(output()));
      assert.ok(after[node]! - warm[node]! < RSS_BOUND_MIB, `process ${node} grew`);
      if (IS_LINUX) assert.ok(await socketsLeft(pid, socketsBefore) <= socketsBefore, `process ${node} leaks sockets`);
    }
    assert.deepEqual(violations.slice(0, 8), []);
    assert.deepEqual(history.faults().slice(0, 8), []);
    assert.deepEqual(complaints, [], "a process printed errors");
  },
});
