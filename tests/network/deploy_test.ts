/** As Deno Deploy serves it: two instances that know nothing of each other but by a Redis. */

import assert from "node:assert/strict";
import { Balancer } from "../support/balancer.ts";
import { launch } from "../support/chromium.ts";
import { Deployment, type Instance, statusOf } from "../support/deployed.ts";
import { Person } from "../support/person.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { seat } from "../support/scene.ts";
import { until } from "../support/until.ts";

const ignore = !HAS_REDIS || Deno.build.os === "windows";

async function socketsOf({ url }: Instance): Promise<number> {
  const metrics = await fetch(`${url}/metrics`).then((answer) => answer.text());
  return Number(/^zvonok_sockets (\d+)$/m.exec(metrics)![1]);
}

Deno.test({
  name: "Deno Deploy: a call over two instances outlives the one that is stopped",
  ignore,
  async fn() {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await Redis.start());
    const deployment = stack.use(await Deployment.build());
    const env = { REDIS_URL: redis.url };
    const instances = [stack.use(await deployment.start(env)), stack.use(await deployment.start(env))] as const;
    for (const { url } of instances) await until("it is ready", async () => await statusOf(`${url}/readyz`) === 200);
    const balancer = stack.use(new Balancer(instances.map(({ url }) => url)));
    const browser = stack.use(await launch());
    const ada = stack.use(await Person.enter(browser));
    const boris = stack.use(await Person.enter(browser));
    await seat(balancer.url, ada, boris);
    const areApart = async () => (await Promise.all(instances.map(socketsOf))).every((count) => count === 1);
    await until("they are on different instances", async () => {
      if (await areApart()) return true;
      await ada.page.reload();
      await ada.online();
      return false;
    });
    await ada.click("Video call");
    await boris.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    for (const person of [ada, boris]) await person.receives("framesDecoded");
    assert.ok(await areApart());

    for (const person of [ada, boris]) person.loses(balancer.url);
    const startedAt = performance.now();
    const { code, signal } = await instances[0].stop();
    assert.deepEqual([code, signal], [0, null], instances[0].output);
    assert.ok(performance.now() - startedAt < 5_000);
    for (const person of [ada, boris]) await person.receives("framesDecoded");
    await until("both are at the other one", async () => await socketsOf(instances[1]) === 2);
    await ada.click("Mute microphone");
    await ada.click("Hang up");
    await boris.hears("Call ended");
    assert.deepEqual([...ada.errors, ...boris.errors], []);
    for (const { output } of instances) assert.doesNotMatch(output, /is not set|Initialize|Download|error/i);
  },
});

Deno.test({
  name: "Deno Deploy: without a store and a secret, the start says what does not work",
  ignore,
  async fn() {
    await using deployment = await Deployment.build();
    await using instance = await deployment.start({ SESSION_SECRET: "" });
    assert.match(instance.output, /^REDIS_URL is not set: only people on the same instance/m);
    assert.match(instance.output, /^SESSION_SECRET is not set: each instance/m);
    assert.equal(await statusOf(`${instance.url}/`), 200);
  },
});
