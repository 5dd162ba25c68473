/** Several processes that share a Redis: whoever takes what happens, each browser is told of it once. */

import assert from "node:assert/strict";
import { CHAT, Device, offer } from "../support/device.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { browserKeys, vapid, visitor } from "../support/push_scene.ts";
import { PushService } from "../support/push_service.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const RING_MS = 4_000;

Deno.test({
  name: "push: [R21] over several processes each browser is told once of each thing",
  ignore: !HAS_REDIS,
  async fn(t) {
    await build();
    await using service = await PushService.start();
    await using redis = await Redis.start();
    const env = { ...service.environment, ...await vapid(), REDIS_URL: redis.url, RING_TIMEOUT_MS: String(RING_MS) };
    await using one = await startProduct(env);
    await using two = await startProduct(env);
    for (const product of [one, two]) await until("it is ready", () => isReady(product));
    const boris = await visitor(two.url, "Boris");
    const browsers = [service.endpoint(), service.endpoint()];
    for (const endpoint of browsers) {
      assert.equal((await boris.post("/api/push", { endpoint, keys: await browserKeys() })).status, 200);
    }
    using ada = await Device.open(one, "Ada");
    let calls = 0;
    /** Ada calls, and something comes of it: each browser hears of both, and of nothing else. */
    const tells = async (what: (callId: string) => Promise<unknown>) => {
      const { length } = service.pushed;
      const callId = `call-0123456789-${++calls}`;
      ada.say({ type: "call:initiate", callId, offer });
      await service.has(length + 2);
      await what(callId);
      await service.has(length + 4);
      // What would be said twice would be said by now.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const told = service.pushed.slice(length);
      assert.equal(new Set(told.map(({ topic }) => topic)).size, 1);
      for (const endpoint of browsers) {
        const own = told.filter(({ channel }) => endpoint.endsWith(channel));
        assert.equal(own.length, 2);
        assert.ok(own[0]!.ttl <= Math.ceil(RING_MS / 1000));
      }
    };

    await t.step("cancelled, where it was placed", async () => {
      await tells((callId) => Promise.resolve(ada.say({ type: "call:end", callId })));
    });

    await t.step("declined by the other process, which knows that it rings", async () => {
      await tells(async (callId) => {
        const path = `/api/chats/${CHAT}/calls/${callId}`;
        await until("it rings there", async () => (await boris.get(path)).json.state === "ringing");
        assert.equal((await boris.post(`${path}/decline`)).status, 200);
      });
    });

    await t.step("nobody answers: whichever process finds that", async () => {
      await tells((callId) => until("the end", () => Promise.resolve(hasEnded(ada, callId))));
    });

    await t.step("nobody can be told: that comes back to the caller", async () => {
      service.expireAll();
      const callId = "last-0123456789abcdef";
      ada.say({ type: "call:initiate", callId, offer });
      await until(
        "USER_OFFLINE",
        () =>
          Promise.resolve(
            ada.of("call:error").some((error) => error.callId === callId && error.code === "USER_OFFLINE"),
          ),
      );
    });
  },
});

async function isReady({ url }: Product): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`);
  await answer.body?.cancel();
  return answer.ok;
}

const hasEnded = (device: Device, callId: string) => device.of("call:end").some((end) => end.callId === callId);
