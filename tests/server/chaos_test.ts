/**
 * The product under a crowd that behaves badly: hundreds of clients on real sockets who call, hang up, vanish, reload, flood
 * and send garbage, while the server is killed and started again. What matters is what is left when they have gone.
 *
 * All decisions come from a seed (`CHAOS_SEED`, printed); which of them meet on the wire is up to the machine.
 */

import assert from "node:assert/strict";
import { errors, history, stats, violations } from "../support/chaos/clients.ts";
import { Crowd, ENVIRONMENT, SEED } from "../support/chaos/crowd.ts";
import { complaintsIn, IS_LINUX, openSockets, rssMiB, socketsLeft } from "../support/chaos/process.ts";
import { sleep } from "../support/chaos/sleep.ts";
import { build, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

/**
 * The chaos, at least, and when in it the server is killed. The last process lives longest: it is the one that is measured, once it was
 * there for `WARM_UP_MS`.
 */
const CHAOS_MS = 21_000;
const KILLS_MS = [5_000, 9_000];
const WARM_UP_MS = 4_000;
/** How much longer the chaos may take on a busy machine, until the crowd did what it is for. */
const PATIENCE_MS = 120_000;
/**
 * How much more memory the server may hold afterwards than when it was warm. V8 keeps the room it once needed: in a run of 100 s
 * the process went from 111 to 166 MiB within 20 s and stayed at 158 to 173 MiB for 70 s more of the same, so there is no leak
 * in it, and what is left to bound is that room (20 to 57 MiB measured), with some air.
 */
const RSS_BOUND_MIB = 80;

Deno.test("chaos: hundreds of bad clients and two killed servers leave no stuck call, no socket and no memory", async () => {
  console.log(`CHAOS_SEED=${SEED}`);
  if (!IS_LINUX) console.log("Not Linux: the server's sockets and memory are NOT checked.");
  await build();
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct(ENVIRONMENT));
  const socketsBefore = IS_LINUX ? await openSockets(product.pid) : 0;
  const crowd = stack.use(await Crowd.gather(() => product.url));

  const start = performance.now();
  const reach = (ms: number) => sleep(Math.max(0, start + ms - performance.now()));
  const complaints: string[] = [];
  for (const at of KILLS_MS) {
    await reach(at);
    complaints.push(...complaintsIn(product.output()));
    const killedAt = performance.now();
    await product.crash();
    history.lost(killedAt, performance.now());
  }
  await sleep(WARM_UP_MS);
  const rssWarm = IS_LINUX ? await rssMiB(product.pid) : 0;
  await reach(CHAOS_MS);
  await until("the crowd does enough", () => Promise.resolve(crowd.hasDoneEnough), PATIENCE_MS);
  await crowd.rest();
  const rssBusy = IS_LINUX ? await rssMiB(product.pid) : 0;
  await crowd.leave();
  const goodCalls = await crowd.call(() => product.url);
  complaints.push(...complaintsIn(product.output()));

  if (IS_LINUX) {
    const left = await socketsLeft(product.pid, socketsBefore);
    const rssAfter = await rssMiB(product.pid);
    const [warm, busy, after] = [rssWarm, rssBusy, rssAfter].map(Math.round);
    console.log(
      `sockets: ${socketsBefore} before, ${left} after; RSS in MiB: ${warm} warm, ${busy} busy, ${after} after`,
    );
    assert.ok(left <= socketsBefore, `${left - socketsBefore} sockets leaked`);
    assert.ok(rssAfter - rssWarm < RSS_BOUND_MIB, `the server grew by ${rssAfter - rssWarm} MiB`);
  }
  console.log(JSON.stringify({ ...stats, restarts: KILLS_MS.length, goodCalls, ...history.counts, errors }));
  assert.deepEqual(violations.slice(0, 8), []);
  assert.deepEqual(history.faults().slice(0, 8), []);
  assert.deepEqual(complaints, [], "the server printed errors");
});
