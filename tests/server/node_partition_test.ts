/** Processes that the network cuts off from their store, in both directions or in one, while people call each other across the cut. */

import assert from "node:assert/strict";
import { CLOSE } from "../../shared/protocol/constants.ts";
import { Cluster } from "../support/cluster.ts";
import { named } from "../support/history/history.ts";
import { HAS_REDIS } from "../support/redis.ts";
import { type Cut, StoreLine } from "../support/store_line.ts";
import { until } from "../support/until.ts";
import { answer, offer, type Wire } from "../support/wire.ts";

/** One process each; the one behind them is never cut off. */
const CUTS: readonly Cut[] = ["both", "to the store", "from the store"];
const WHOLE = CUTS.length;
/** For so short a time that the others wait for it, and for so long that they take it for dead, in ms. */
const HOLDS = [2_300, 7_000];

for (const holdMs of HOLDS) {
  Deno.test({
    name:
      `processes: some are cut off from the store for ${holdMs} ms: never two calls of one chat, and all is well again`,
    ignore: !HAS_REDIS,
    // Sockets that were refused meanwhile close in their own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using stack = new AsyncDisposableStack();
      const lines: StoreLine[] = [];
      const cluster = stack.use(
        await Cluster.start(CUTS.length + 1, {
          env: { GRACE_MS: "20000", RING_TIMEOUT_MS: "30000" },
          via(redis, node) {
            if (node === WHOLE) return redis.url;
            return (lines[node] = stack.use(new StoreLine(redis.port))).url;
          },
        }),
      );
      await Promise.all(CUTS.map((cut, node) => callAcross(cluster, lines[node]!, node, cut, holdMs)));
      assert.deepEqual(cluster.history.faults(), []);
    },
  });
}

/** Ann's laptop is at the process that is cut off; her phone, and Bob, are not. */
async function callAcross(cluster: Cluster, line: StoreLine, node: number, cut: Cut, holdMs: number): Promise<void> {
  const who = { chats: [`chat-${node}`] };
  const chatId = who.chats[0]!;
  const bob = await cluster.enter(WHOLE, `bob-${node}`, who);
  const phone = await cluster.enter(WHOLE, `ann-${node}`, { ...who, device: "phone" });
  let laptop = await cluster.enter(node, `ann-${node}`, who);
  const cutAt = performance.now();
  line.cut(cut);
  laptop.send({ type: "call:initiate", chatId, callId: `call-of-laptop-${node}`, offer });
  assert.equal((await laptop.reaches("call:error", 8_000)).code, "UNAVAILABLE", cut);
  const told = await until(`${cut}: process ${node} says why`, async () => {
    const { status, text } = await cluster.readyz(node);
    return status === 503 && text;
  });
  assert.match(told, /^REDIS_URL: the store (does not answer|was away)/);

  // Where only what comes from the store is cut off, the store has taken the call, and it rings.
  const hasRung = !bob.isIdle;
  assert.ok(!hasRung || cut === "from the store", `${cut}: it rings`);
  if (hasRung) {
    await take(bob);
  } else {
    bob.send({ type: "call:initiate", chatId, callId: `the-call-of-bob-${node}`, offer });
    await take(phone);
    await bob.reaches("call:answer");
  }
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, cutAt + holdMs - performance.now())));
  line.heal();
  await cluster.isReady(node);
  cluster.history.interrupted(cutAt, performance.now());

  laptop = await back(cluster, node, laptop, who);
  if (!hasRung) {
    bob.send({ type: "call:end", chatId });
    await phone.reaches("call:end");
  } else {
    // The process takes back what it refused. Where it counted as dead it cannot; then its device hears of the call, and can.
    if (laptop.welcome.calls?.length === 1) laptop.send({ type: "call:end", chatId });
    await bob.reaches("call:end");
  }
  laptop.send({ type: "call:initiate", chatId, callId: `call-of-laptop-${node}-2`, offer });
  await take(bob);
  await laptop.reaches("call:answer");
  laptop.send({ type: "call:end", chatId });
  await bob.reaches("call:end");
}

/** A device answers what rings. */
async function take(wire: Wire): Promise<void> {
  const { chatId, callId } = await wire.reaches("call:offer");
  wire.send({ type: "call:ringing", chatId, callId });
  wire.send({ type: "call:answer", chatId, callId, answer: named(answer, `of-${callId}`) });
}

/** The device on its socket, or, where its process counted as dead, on another one. */
async function back(cluster: Cluster, node: number, wire: Wire, who: { readonly chats: string[] }): Promise<Wire> {
  const over = await Promise.race([wire.closed, wire.settled().catch(() => null)]);
  if (over === undefined) return wire;
  assert.equal((await wire.closed).code, CLOSE.restart);
  return await cluster.enter(node, `ann-${node}`, who);
}
