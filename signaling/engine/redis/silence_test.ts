/** A process that comes while none of the others can reach the store: they live, and know what it does not. */

import assert from "node:assert/strict";
import { answer, EngineNode, offer, total } from "../../../tests/support/engine_nodes.ts";
import { HAS_REDIS, Redis } from "../../../tests/support/redis.ts";
import { StoreLine } from "../../../tests/support/store_line.ts";
import { until } from "../../../tests/support/until.ts";
import { LEASE_MS } from "./replica.ts";

const ANN = { user: "ann", device: "laptop" };
const BOB = { user: "bob", device: "phone" };
const CALL = "call-0123456789abcdef";

Deno.test({
  name: "redis engine: who comes after all were cut off for long asks them, and begins nothing anew",
  ignore: !HAS_REDIS,
  async fn() {
    await using redis = await Redis.start();
    await using line = new StoreLine(redis.port);
    const [a, b] = [new EngineNode(line.url), new EngineNode(line.url)];
    const nodes: EngineNode[] = [a, b];
    try {
      for (const node of nodes) await node.ready();
      a.enter(ANN);
      b.enter(BOB);
      a.say(ANN, { type: "call:initiate", callId: CALL, offer });
      await until("it rings", () => Promise.resolve(b.heardTypes(BOB).includes("call:offer")));
      b.say(BOB, { type: "call:answer", callId: CALL, answer });
      await until("it is answered", () => Promise.resolve(a.heardTypes(ANN).includes("call:answer")));
      const lost = total(nodes, "lost");
      line.cut("both");
      await new Promise((resolve) => setTimeout(resolve, LEASE_MS + 1_500));
      const late = new EngineNode(redis.url);
      nodes.push(late);
      await new Promise((resolve) => setTimeout(resolve, 200));
      line.heal();
      for (const node of nodes) await node.ready();
      assert.equal(late.engine.callOf(BOB)?.callId, CALL);
      assert.equal(total(nodes, "lost") - late.count("lost"), lost);
      assert.equal(total(nodes, "ended") + total(nodes, "away"), 0);
    } finally {
      for (const { engine } of nodes) engine.close();
    }
  },
});
