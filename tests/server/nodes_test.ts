/** Three processes of the product over one Redis: people on different ones call each other, whatever fails. */

import assert from "node:assert/strict";
import type { LoggedCall } from "../../shared/protocol/logged_call.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { answer, CALL, CHAT, Device, offer } from "../support/device.ts";
import { build, type Product, SECRET, startProduct } from "../support/product.ts";
import { HAS_REDIS, Redis, type RedisOptions } from "../support/redis.ts";
import { until } from "../support/until.ts";

interface Stage {
  readonly redis: Redis;
  readonly products: [Product, Product, Product];
  readonly ann: Device;
  readonly bob: Device;
  /** Makes a process leave, and waits until it has. */
  leave(product: Product): Promise<void>;
}

const env = (url: string) => ({ REDIS_URL: url, GRACE_MS: "8000", RING_TIMEOUT_MS: "15000" });
const readyz = async ({ url }: Product) => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, text: (await response.text()).trim() };
};
const isReady = (product: Product) => until("it is ready", async () => (await readyz(product)).status === 200);

/** A test of three processes, with Ann at the first and Bob at the second. */
function nodes(name: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name: `processes: ${name}`,
    ignore: !HAS_REDIS,
    // Sockets whose server was killed close in their own time.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await build();
      await using stack = new AsyncDisposableStack();
      const redis = stack.use(await Redis.start());
      const products: Product[] = [];
      const left = new Set<Product>();
      const leave = async (product: Product) => {
        if (!left.has(product)) await product[Symbol.asyncDispose]();
        left.add(product);
      };
      for (let n = 0; n < 3; n++) {
        const product = await startProduct(env(redis.url));
        stack.defer(() => leave(product));
        products.push(product);
      }
      const [one, two, three] = products as Stage["products"];
      for (const product of products) await isReady(product);
      const ann = stack.use(await Device.open(one, "ann"));
      const bob = stack.use(await Device.open(two, "bob"));
      await run({ redis, products: [one, two, three], ann, bob, leave });
    },
  });
}

async function talk({ ann, bob }: Stage): Promise<void> {
  ann.say({ type: "call:initiate", offer });
  await bob.hears("call:offer");
  bob.say({ type: "call:ringing" });
  await ann.hears("call:ringing");
  bob.say({ type: "call:answer", answer });
  await ann.hears("call:answer");
}

nodes("a server is killed in a ring and in a call: its people go on at another one", async (stage) => {
  const { products: [one, two, three], ann, bob } = stage;
  ann.say({ type: "call:initiate", offer });
  await bob.hears("call:offer");
  await one.halt();
  using annAgain = await Device.open(three, "ann");
  await annAgain.hears("call:state", "she hears that it rings");
  bob.say({ type: "call:answer", answer });
  await annAgain.hears("call:answer");
  await two.halt();
  using bobAgain = await Device.open(three, "bob");
  await bobAgain.hears("call:state", "he hears that it goes on");
  assert.deepEqual(bobAgain.of("welcome")[0]!.calls, [{
    chatId: CHAT,
    callId: CALL,
    role: "callee",
    state: "connected",
  }]);
  annAgain.say({ type: "call:media", audio: true, video: true, screen: false });
  await bobAgain.hears("call:media");
  bobAgain.say({ type: "call:end" });
  await annAgain.hears("call:end");
  assert.deepEqual(annAgain.of("call:end").map(({ reason }) => reason), ["hangup"]);
});

nodes("[R19] all servers are started anew, one after the other, under a call: it goes on", async (stage) => {
  const { redis, products } = stage;
  await talk(stage);
  const fresh: Product[] = [];
  await using stack = new AsyncDisposableStack();
  for (const product of products) {
    await stage.leave(product);
    const next = stack.use(await startProduct(env(redis.url)));
    fresh.push(next);
    await isReady(next);
  }
  assert.equal(stage.ann.closed, 1012);
  using ann = await Device.open(fresh[0]!, "ann");
  using bob = await Device.open(fresh[2]!, "bob");
  for (const device of [ann, bob]) {
    assert.equal(device.of("welcome")[0]!.calls?.[0]?.callId, CALL);
    await device.hears("call:state");
  }
  ann.say({ type: "call:end" });
  await bob.hears("call:end");
  assert.deepEqual([ann, bob].flatMap((device) => device.of("call:error")), []);
});

nodes(
  "a call is in the log of both once, and a missed one is found at every server until it was seen to",
  async (stage) => {
    const { products: [one, two, three], ann, bob } = stage;
    await talk(stage);
    bob.say({ type: "call:end" });
    await ann.hears("call:end");
    const callsOf = async (userId: string) => {
      const token = await new Tokens({ session: [SECRET] }).sign({ userId, name: userId, chats: [CHAT] });
      const headers = { authorization: `Bearer ${token}` };
      const { calls } = await (await fetch(`${three.url}/api/chats/${CHAT}/calls`, { headers })).json() as {
        calls: LoggedCall[];
      };
      return calls;
    };
    for (const userId of ["ann", "bob"]) {
      await until(`${userId}'s log has it`, async () => (await callsOf(userId)).length > 0);
    }

    const missed = "missed-0123456789abcdef";
    const openBobs = (product: Product) => Device.open(product, "bob", [CHAT], { protocol: 3 });
    using bobAgain = await openBobs(two);
    ann.say({ type: "call:initiate", callId: missed, offer });
    await bobAgain.hears("call:offer");
    ann.say({ type: "call:end", callId: missed });
    await bobAgain.hears("call:missed");
    await until("it is kept", async () => (await callsOf("bob")).length === 2);
    using elsewhere = await openBobs(three);
    await elsewhere.hears("call:missed");
    assert.deepEqual(elsewhere.of("call:missed"), bobAgain.of("call:missed"));
    elsewhere.say({ type: "call:missed-seen", callId: missed });
    elsewhere.ping();
    await elsewhere.hears("pong");
    using later = await openBobs(one);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(later.of("call:missed"), []);
    const [last, first] = await callsOf("bob");
    assert.deepEqual([last!.callId, last!.missed, first!.callId, first!.outcome], [
      missed,
      "cancelled",
      CALL,
      "hangup",
    ]);
  },
);

nodes("the store stands still for ten seconds in a call: it is said, and nothing ends", async (stage) => {
  const { redis, products: [one], ann, bob } = stage;
  await talk(stage);
  redis.pause();
  await until("the server is not ready", async () => (await readyz(one)).status === 503);
  assert.match((await readyz(one)).text, /^REDIS_URL: the store does not answer/);
  assert.equal((await fetch(`${one.url}/healthz`)).status, 200);
  const page = await fetch(one.url);
  assert.equal(page.status, 503);
  assert.match(await page.text(), /<h1>/);
  ann.say({ type: "call:media", audio: true, video: false, screen: false });
  ann.ping();
  await ann.hears("pong");
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  redis.goOn();
  await bob.hears("call:media", "what waited");
  for (const product of stage.products) await isReady(product);
  assert.deepEqual([ann.closed, bob.closed], [null, null]);
  assert.deepEqual([ann, bob].flatMap((device) => device.of("call:end")), []);
});

/** What is wrong with the store, and what is said of it. */
const UNFIT: [string, RegExp, (redis: Redis) => RedisOptions | null, (redis: Redis) => string][] = [
  ["nobody there", /the store cannot be reached/, () => null, () => "redis://127.0.0.1:1"],
  [
    "a wrong password",
    /takes no such user and password/,
    () => ({ password: "right" }),
    ({ port }) => `redis://:wrong@127.0.0.1:${port}`,
  ],
  ["a read-only replica", /read-only replica/, ({ port }) => ({ replicaOf: port }), ({ url }) => url],
];

for (const [what, says, options, url] of UNFIT) {
  Deno.test({
    name: `processes: ${what} is told in one line, and at /readyz, and ends nothing`,
    ignore: !HAS_REDIS,
    async fn() {
      await build();
      await using main = await Redis.start();
      const special = options(main);
      await using redis = await Redis.start(special ?? {});
      await using product = await startProduct(env(url(redis)));
      const told = await until("it is told", async () => {
        const { status, text } = await readyz(product);
        return says.test(text) && { status, text };
      });
      assert.equal(told.status, 503);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const lines = product.output().split("\n").filter((line) => line.startsWith("REDIS_URL"));
      assert.equal(lines.length, 1, product.output());
      assert.match(lines[0]!, says);
      assert.ok(!product.output().includes("wrong"));
    },
  });
}
