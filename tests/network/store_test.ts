/** What becomes of a call in a real Chromium, its two people at different processes, when the store that these share fails. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { DeviceSocket } from "../support/device_socket.ts";
import { watchFrames } from "../support/frame_gap.ts";
import { Guest } from "../support/guest.ts";
import { Person } from "../support/person.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { TRICKLE_OFFER } from "../support/sdp.ts";
import { until } from "../support/until.ts";

/** How long two cores that decode and encode two pictures may go without one, in ms. A peer connection that waits for a server takes longer. */
const LONGEST_GAP_MS = 2_000;

interface Stage {
  readonly redis: Redis;
  readonly products: readonly [Product, Product];
  readonly ada: Person;
  readonly boris: Person;
  /** Two who are in no call yet, at either process. */
  readonly carl: DeviceSocket;
  readonly dora: DeviceSocket;
}

const ask = async ({ url }: Product, path: string) => {
  const response = await fetch(url + path);
  return { isOk: response.ok, text: await response.text() };
};
const isReady = (product: Product) => until("it is ready", async () => (await ask(product, "/readyz")).isOk);

/** Ada and Boris are in a call while the store fails, and hang up after it; their pictures never stop. */
function store(name: string, fail: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: `browser: the store ${name}`,
    ignore: !HAS_REDIS,
    async fn() {
      await build();
      await using stack = new AsyncDisposableStack();
      const redis = stack.use(await Redis.start());
      const one = stack.use(await startProduct({ REDIS_URL: redis.url }));
      const two = stack.use(await startProduct({ REDIS_URL: redis.url }));
      for (const product of [one, two]) await isReady(product);
      const browser = stack.use(await launch());
      const ada = stack.use(await Person.enter(browser));
      const boris = stack.use(await Person.enter(browser));
      const [maker, joiner] = [await Guest.named(one.url, "Ada"), await Guest.named(two.url, "Boris")];
      const id = await maker.createChat();
      await joiner.post(`/api/chats/${id}/join`);
      await ada.comesAs(maker, `${one.url}/chat/${id}`);
      await boris.comesAs(joiner, `${two.url}/chat/${id}`);
      await Promise.all([ada.online(), boris.online()]);
      await ada.click("Video call");
      await boris.click("Accept");
      await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
      await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
      const carl = stack.use(await DeviceSocket.ask(one, "carl"));
      const dora = stack.use(await DeviceSocket.ask(two, "dora"));
      await until("they are there", () => Promise.resolve(carl.isWelcome && dora.isWelcome));
      const made = await ada.connectionsMade();
      const stops = [await watchFrames(ada), await watchFrames(boris)];

      await fail({ redis, products: [one, two], ada, boris, carl, dora });

      for (const person of [ada, boris]) await person.receives("framesDecoded");
      for (const stop of stops) {
        const gapMs = await stop();
        assert.ok(gapMs < LONGEST_GAP_MS, `no picture for ${gapMs} ms`);
      }
      assert.equal(await ada.connectionsMade(), made, "it is the same peer connection");
      await ada.click("Hang up");
      await boris.hears("Call ended");
      for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
    },
  });
}

const initiate = (callId: string) => ({
  type: "call:initiate",
  chatId: "chat",
  callId,
  offer: { type: "offer", sdp: TRICKLE_OFFER },
});

store(
  "stands still for ten seconds: nobody can call meanwhile, nothing rings late, and pictures go on",
  async (stage) => {
    const { redis, products, carl, dora } = stage;
    const pausedAt = performance.now();
    redis.pause();
    await until("it is not ready", async () => !(await ask(products[0], "/readyz")).isOk);
    carl.say(initiate("call-while-it-stands-still"));
    await until("that cannot be", () => Promise.resolve(carl.errors().includes("UNAVAILABLE")));
    await new Promise((resolve) => setTimeout(resolve, 10_000 - (performance.now() - pausedAt)));
    redis.goOn();
    for (const product of products) await isReady(product);
    carl.say(initiate("call-when-it-is-back"));
    await until("this one rings", () => Promise.resolve(dora.has("call:offer")));
    const rang = dora.heard.flatMap((one) => one.type === "call:offer" ? one.callId : []);
    assert.deepEqual(rang, ["call-when-it-is-back"]);
    assert.deepEqual([carl.closed, dora.closed], [null, null]);
  },
);

const empty: Record<string, (redis: Redis) => Promise<unknown>> = {
  "is emptied": (redis) => redis.say("FLUSHALL"),
  "is started anew, and knows nothing": async (redis) => {
    await redis.stop();
    await redis.startAgain();
  },
};

for (const [how, fail] of Object.entries(empty)) {
  store(`${how}: pictures go on, and the two take their call up [R14]`, async ({ redis, products, carl, dora }) => {
    await fail(redis);
    await until("the sockets are closed", () => Promise.resolve(carl.closed === 1012 && dora.closed === 1012));
    for (const product of products) {
      await isReady(product);
      await until("it knows the call again", async () => {
        return /^zvonok_calls\{state="connected"\} 1$/m.test((await ask(product, "/metrics")).text);
      });
    }
  });
}
