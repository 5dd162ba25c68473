/** A call in a real Chromium over three processes behind a balancer: it outlives any of them. */

import assert from "node:assert/strict";
import { Balancer } from "../support/balancer.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { build, startProduct } from "../support/product.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { seat } from "../support/scene.ts";
import { until } from "../support/until.ts";

Deno.test({
  name: "browser: two of three processes are killed in a call: pictures go on, and so does the call",
  ignore: !HAS_REDIS,
  async fn() {
    await build();
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await Redis.start());
    const products = await Promise.all(
      [1, 2, 3].map(async () => stack.use(await startProduct({ REDIS_URL: redis.url }))),
    );
    for (const { url } of products) {
      await until("it is ready", async () => {
        const response = await fetch(`${url}/readyz`);
        await response.body?.cancel();
        return response.ok;
      });
    }
    const balancer = stack.use(new Balancer(products.map(({ url }) => url)));
    const browser = stack.use(await launch());
    const ada = stack.use(await Person.enter(browser));
    const boris = stack.use(await Person.enter(browser));
    await seat(balancer.url, ada, boris);
    await ada.click("Video call");
    await boris.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    for (const product of products.slice(0, 2)) {
      for (const person of [ada, boris]) person.loses(balancer.url);
      await product.halt();
      for (const person of [ada, boris]) await person.receives("framesDecoded");
    }
    const made = await ada.connectionsMade();
    await ada.click("Mute microphone");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    assert.equal(await ada.connectionsMade(), made);
  },
});
