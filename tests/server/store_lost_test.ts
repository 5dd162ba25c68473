/** The store goes away while somebody asks for something that it has to decide. */

import assert from "node:assert/strict";
import { Guest, isError, isRefusedPage } from "../support/guest.ts";
import { build, startProduct } from "../support/product.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { until } from "../support/until.ts";

Deno.test({
  name: "processes: what the store does not decide any more is refused as that, and may be asked again",
  ignore: !HAS_REDIS,
  async fn() {
    await build();
    await using redis = await Redis.start();
    await using product = await startProduct({ REDIS_URL: redis.url });
    const { url } = product;
    const isReady = () => until("it is ready", async () => (await new Guest(url).get("/readyz")).status === 200);
    const isUp = async () => /^zvonok_store_up (\d)$/m.exec((await new Guest(url).get("/metrics")).text)?.[1];
    await isReady();
    assert.equal(await isUp(), "1");
    const ann = await Guest.named(url, "Ann");
    const id = await ann.createChat();
    const made = await ann.submit(`/chat/${id}/device`, {});
    const pass = /\/device#([\w.-]+)/.exec(made.text)![1]!;
    const bob = await Guest.named(url, "Bob");
    redis.pause();
    const [joined, opened] = await Promise.all([
      bob.post(`/api/chats/${id}/join`),
      new Guest(url).submit("/device", { pass }),
    ]);
    isError(joined, 503, "UNAVAILABLE");
    assert.equal(joined.headers.get("retry-after"), "2");
    isRefusedPage(opened, 503, "UNAVAILABLE");
    assert.equal(await isUp(), "0");
    assert.doesNotMatch(product.output(), /^ +at /m, "it is no error of the server's");
    redis.goOn();
    await isReady();
    assert.equal((await bob.post(`/api/chats/${id}/join`)).status, 200);
  },
});
