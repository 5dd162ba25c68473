/** [R18] Limits over two processes of the product and one Redis: what a user and an address may do, they may do once, not once a process. */

import assert from "node:assert/strict";
import { createClient } from "@redis/client";
import { MAX_DEVICES } from "../../signaling/limits.ts";
import { DeviceSocket } from "../support/device_socket.ts";
import { Guest } from "../support/guest.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { askRaw } from "../support/raw.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { TRICKLE_OFFER } from "../support/sdp.ts";
import { until } from "../support/until.ts";

type Pair = readonly [Product, Product];

/** A test of two processes behind one proxy. */
function pair(name: string, run: (products: Pair, redis: Redis) => Promise<void>): void {
  Deno.test({
    name: `[R18] processes: ${name}`,
    ignore: !HAS_REDIS,
    async fn() {
      await build();
      await using redis = await Redis.start();
      const env = { REDIS_URL: redis.url, TRUST_PROXY: "1", SOCKETS_PER_MINUTE: "60" };
      await using one = await startProduct(env);
      await using two = await startProduct(env);
      for (const { url } of [one, two]) {
        await until("it is ready", async () => (await askRaw(`${url}/readyz`)).status === 200);
      }
      await run([one, two], redis);
    },
  });
}

/** Asks, with a pause in between, until it is refused for its rate, or far too often. Gives how often it was not. */
async function grants(ask: () => Promise<number>, pauseMs: number, most: number): Promise<number> {
  for (let n = 0; n < most; n++) {
    if (await ask() === 429) return n;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return most;
}

const UPGRADE = { connection: "upgrade", upgrade: "websocket" };

pair(
  "what one gave an address the other does not give a second later, and the store names no address",
  async ([one, two], redis) => {
    const socket = async ({ url }: Product, address: string) =>
      (await askRaw(`${url}/signal`, { ...UPGRADE, "x-forwarded-for": address })).status;
    const write = async ({ url }: Product, address: string) =>
      (await askRaw(`${url}/api/session`, { origin: url, "x-forwarded-for": address }, "POST")).status;
    // The pause keeps a process that is told of nothing from giving more than half of it in the second until it is told.
    for (const [ask, rate, pauseMs] of [[socket, 60, 100], [write, 600, 10]] as const) {
      const statuses = [];
      for (let n = 0; n < rate; n += 20) {
        statuses.push(...await Promise.all(Array.from({ length: 20 }, () => ask(one, "203.0.113.7"))));
      }
      assert.deepEqual(statuses.filter((status) => status === 429), []);
      const more = await grants(() => ask(two, "203.0.113.7"), pauseMs, rate);
      assert.ok(more < rate / 2, `the other gave ${more} more`);
      assert.notEqual(await ask(two, "203.0.113.8"), 429, "somebody else");
    }
    const client = await createClient({ url: redis.url }).connect();
    const [log] = await client.keys("zvonok:*:log");
    const text = JSON.stringify(await client.xRange(log!, "-", "+"));
    client.destroy();
    assert.match(text, /spent.*sockets /);
    assert.ok(!text.includes("203.0.113"));
  },
);

pair("a user has eight devices, whichever came by which; the others are told to come later", async (products) => {
  await using stack = new AsyncDisposableStack();
  const asked = Array.from({ length: 24 }, (_, n) => DeviceSocket.ask(products[n % 2]!, "ann", `device-${n}`));
  const sockets = await Promise.all(asked);
  for (const socket of sockets) stack.use(socket);
  const isDecided = ({ closed, heard }: DeviceSocket) => closed !== null || heard.length > 0;
  await until("all came to something", () => Promise.resolve(sockets.every(isDecided)));
  assert.equal(sockets.filter(({ isWelcome }) => isWelcome).length, MAX_DEVICES);
  // Refused before it was open, or after that.
  for (const { isWelcome, heard } of sockets) if (!isWelcome) assert.deepEqual(heard, []);
});

pair("a user starts twenty calls a minute, over whichever devices", async (products) => {
  await using one = await DeviceSocket.ask(products[0], "ann", "device-0");
  await using two = await DeviceSocket.ask(products[1], "ann", "device-1");
  await until("both are there", () => Promise.resolve(one.isWelcome && two.isWelcome));
  for (let n = 0; n < 15; n++) {
    for (const [side, socket] of [one, two].entries()) {
      const offer = { type: "offer", sdp: TRICKLE_OFFER };
      socket.say({
        type: "call:initiate",
        chatId: "chat",
        callId: `call-${side}-${String(n).padStart(10, "0")}`,
        offer,
      });
    }
  }
  const errors = () => [...one.errors(), ...two.errors()];
  await until("all came to something", () => Promise.resolve(errors().length === 30));
  assert.equal(errors().filter((code) => code === "RATE_LIMITED").length, 10, errors().join());
});

pair("a link for a second device, opened ten times at once, opens one", async ([one, two]) => {
  const ann = await Guest.named(one.url, "Ann");
  const made = await ann.submit(`/chat/${await ann.createChat()}/device`, {});
  const pass = /\/device#([\w.-]+)/.exec(made.text)![1]!;
  const opened = await Promise.all(
    Array.from({ length: 10 }, (_, n) => new Guest([one, two][n % 2]!.url).submit("/device", { pass })),
  );
  assert.deepEqual(opened.map(({ status }) => status).sort(), [303, ...Array(9).fill(403)]);
});
