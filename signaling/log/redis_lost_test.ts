/** The call log in Redis, whose server goes away in the midst of writing. */

import assert from "node:assert/strict";
import { HAS_REDIS, Redis } from "../../tests/support/redis.ts";
import type { Log } from "../ops/log.ts";
import type { LogEntry } from "./call_log.ts";
import { RedisCallLog } from "./redis_log.ts";

const DAY_MS = 24 * 3600 * 1000;

const entry = (n: number): LogEntry => ({
  userId: "ann",
  call: {
    chatId: "chat",
    callId: `call-${n}`,
    at: Date.now() + n,
    role: "caller",
    peer: { id: "bob", name: "Bob" },
    media: "video",
    durationMs: 61_000,
    outcome: "hangup",
    missed: null,
  },
});

function redisTest(name: string, run: (redis: Redis, log: RedisCallLog, told: unknown[]) => Promise<void>): void {
  Deno.test({
    name: `call log: redis: ${name}`,
    ignore: !HAS_REDIS,
    // The client's pause between two tries to connect goes on after its end.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using redis = await Redis.start();
      const told: unknown[] = [];
      const tell: Log = (event, fields) => told.push([event, fields]);
      const log = new RedisCallLog({ url: redis.url, keepMs: DAY_MS, log: tell });
      try {
        await run(redis, log, told);
      } finally {
        await log.close();
      }
    },
  });
}

redisTest("what was on its way to a store that is killed is written to the next one", async (redis, log, told) => {
  await log.append([entry(1)]);
  redis.pause();
  const written = Promise.all([2, 3].map((n) => log.append([entry(n)])));
  // They are on the connection that is about to go.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await redis.stop("SIGKILL");
  await redis.startAgain();
  await written;
  assert.deepEqual((await log.calls("ann", "chat", 9)).map(({ callId }) => callId), ["call-3", "call-2"]);
  assert.deepEqual(told, []);
});

redisTest("what a store refuses is told, and counted once it takes something again", async (redis, log, told) => {
  await redis.say("CONFIG", "SET", "maxmemory", "1");
  await log.append([entry(1), entry(2)]);
  await log.append([entry(3)]);
  assert.deepEqual(told, [["call-log-failed", { why: "the store's memory is full" }]]);
  await redis.say("CONFIG", "SET", "maxmemory", "0");
  await log.append([entry(4)]);
  assert.deepEqual(told.slice(1), [["call-log-lost", { entries: 3 }]]);
});

redisTest("what waits for a store that does not come back is counted on leaving", async (redis, log, told) => {
  await log.append([entry(1)]);
  await redis.stop();
  log.append([entry(2), entry(3)]);
  await log.close();
  assert.deepEqual(told, [["call-log-lost", { entries: 2 }]]);
  await redis.startAgain();
});
