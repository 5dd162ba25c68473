/** The product's own process tells a host application of its calls, and is in nobody's way when it leaves. */

import assert from "node:assert/strict";
import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { build, SECRET, startProduct } from "../support/product.ts";
import { answer, CALL, Device, offer } from "../support/device.ts";
import { receipt } from "../support/receipt.ts";
import { Receiver, WEBHOOK_SECRET } from "../support/receiver.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { connect, Wire } from "../support/wire.ts";

Deno.test("receipts: the product retries, counts in /metrics, leaves within five seconds and says what is lost", async () => {
  await build();
  // The first call's report is taken at the third try, the second one's never.
  await using receiver = new Receiver((n) => new Response(null, { status: n === 2 ? 200 : 500 }));
  const product = await startProduct({ RECEIPT_WEBHOOK: receiver.url, RECEIPT_SECRET: WEBHOOK_SECRET });
  const tokens = new Tokens({ session: [SECRET] });
  const enter = async (userId: string) => {
    const token = await tokens.sign({ userId, name: userId.toUpperCase(), chats: ["chat"] });
    const url = `${product.url.replace("http", "ws")}${SIGNAL_PATH}?device=laptop`;
    const wire = new Wire(new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]));
    await wire.next("welcome");
    return wire;
  };
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const call = async () => {
    const callId = await connect(ann, bob);
    ann.send({ type: "call:end", chatId: "chat" });
    await bob.next("call:end");
    return callId;
  };
  const first = await call();
  const [one, two, three] = await receiver.until(3, 20_000);
  assert.deepEqual([two!.id, two!.body], [one!.id, one!.body]);
  assert.deepEqual([three!.id, three!.body.data.callId], [one!.id, first]);
  const [pause, next] = [two!.at - one!.at, three!.at - two!.at];
  assert.ok(pause >= 500 && next > pause, `${pause} ms, then ${next} ms`);

  const second = await call();
  const { body } = (await receiver.until(4, 20_000))[3]!;
  assert.equal(body.data.callId, second);
  const metrics = await fetch(`${product.url}/metrics`).then((response) => response.text());
  assert.match(metrics, /^zvonok_receipts_total\{result="delivered"\} 1$/m);
  assert.match(metrics, /^zvonok_receipts_waiting 1$/m);

  const start = performance.now();
  await product[Symbol.asyncDispose]();
  assert.ok(performance.now() - start < 5_000);
  assert.match(product.output(), /RECEIPT_WEBHOOK: reports of calls that could not be delivered, and are lost: 1/);
  assert.ok(!product.output().includes("whsec_") && !product.output().includes(second), product.output());
  for (const wire of [ann, bob]) await wire.closed;
});

Deno.test({
  name: "[R19] receipts: a server whose webhook and store both hang is gone within five seconds",
  ignore: !HAS_REDIS,
  // Its people's sockets close in their own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await build();
    const held = Promise.withResolvers<Response>();
    await using receiver = new Receiver(() => held.promise);
    await using redis = await Redis.start();
    const product = await startProduct({
      REDIS_URL: redis.url,
      RECEIPT_WEBHOOK: receiver.url,
      RECEIPT_SECRET: WEBHOOK_SECRET,
    });
    using ann = await Device.open(product, "ann");
    using bob = await Device.open(product, "bob");
    ann.say({ type: "call:initiate", offer });
    await bob.hears("call:offer");
    bob.say({ type: "call:answer", answer });
    await ann.hears("call:answer");
    ann.say({ type: "call:receipt", receipt });
    ann.say({ type: "call:end" });
    await bob.hears("call:end");
    redis.pause();
    const start = performance.now();
    await product[Symbol.asyncDispose]();
    const took = performance.now() - start;
    redis.goOn();
    held.resolve(new Response());
    assert.equal(receiver.received[0]?.body.data.callId, CALL, "it did have something to tell");
    assert.ok(took < 5_000, `${took} ms`);
  },
});
