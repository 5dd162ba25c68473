/** The engine of several processes over a real Redis server: what every engine does, and what only this one has to. */

import { rates } from "../../../tests/support/engine_nodes.ts";
import { HAS_REDIS, Redis } from "../../../tests/support/redis.ts";
import { until } from "../../../tests/support/until.ts";
import { CONFORMANCE, Scene } from "../engine_conformance.ts";
import type { EngineFactory } from "../engine.ts";
import { RedisEngine } from "./redis.ts";

let redis: Redis;
if (HAS_REDIS) {
  Deno.test.beforeAll(async () => {
    redis = await Redis.start();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());
}

const make: EngineFactory = (options, receive) =>
  new RedisEngine(options, receive, { url: redis.url, log: () => {}, rates: rates() });

/** Looks often: what is under way passes the store, and rings for a moment only. */
async function soon(what: string, look: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + 10_000; !await look();) {
    if (Date.now() > until) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

for (const [name, run] of Object.entries(CONFORMANCE)) {
  Deno.test({
    name: `redis engine: ${name}`,
    ignore: !HAS_REDIS,
    async fn() {
      await redis.say("FLUSHALL");
      const scene = new Scene(make, soon);
      try {
        await until("it is there", async () => await scene.engine.unavailability() === null);
        scene.steps.splice(0);
        await run(scene);
      } finally {
        scene.engine.close();
      }
    },
  });
}
