/** The process that speaks for all is killed: what ends then is reported and logged by the next one. */

import assert from "node:assert/strict";
import { answer, CALL, CHAT, Device, offer } from "../support/device.ts";
import { Guest } from "../support/guest.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { build, type Product, SECRET, startProduct } from "../support/product.ts";
import { receipt } from "../support/receipt.ts";
import { Receiver, WEBHOOK_SECRET } from "../support/receiver.ts";
import { HAS_REDIS, Redis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const isReady = (product: Product) =>
  until("it is ready", async () => (await new Guest(product.url).get("/readyz")).status === 200);

async function talk(ann: Device, bob: Device, callId: string): Promise<void> {
  ann.say({ type: "call:initiate", callId, offer });
  await bob.hears("call:offer", "an offer", bob.of("call:offer").length + 1);
  bob.say({ type: "call:answer", callId, answer });
  await ann.hears("call:answer", "an answer", ann.of("call:answer").length + 1);
}

/** Ends it, with all that there is to know. */
async function hangUp(ann: Device, bob: Device, callId: string): Promise<void> {
  for (const one of [ann, bob]) one.say({ type: "call:receipt", callId, receipt: { ...receipt, durationMs: 5 } });
  ann.say({ type: "call:end", callId });
  await bob.hears("call:end", "the end", bob.of("call:end").length + 1);
}

Deno.test({
  name: "processes: a call that ends while nobody speaks for all is reported and logged, and each by one id",
  ignore: !HAS_REDIS,
  // Sockets of a server that left close in their own time.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await build();
    await using redis = await Redis.start();
    await using receiver = new Receiver();
    const env = { REDIS_URL: redis.url, RECEIPT_WEBHOOK: receiver.url, RECEIPT_SECRET: WEBHOOK_SECRET };
    const first = await startProduct(env);
    await isReady(first);
    await using second = await startProduct(env);
    await isReady(second);
    using ann = await Device.open(second, "ann");
    using bob = await Device.open(second, "bob");
    await talk(ann, bob, CALL);
    await hangUp(ann, bob, CALL);
    await receiver.until(1);
    const later = "call-fedcba9876543210";
    await talk(ann, bob, later);
    await first.halt();
    await hangUp(ann, bob, later);
    await until(
      "it is reported",
      () => Promise.resolve(receiver.received.some(({ body }) => body.data.callId === later)),
    );
    const token = await new Tokens({ session: [SECRET] }).sign({ userId: "bob", name: "bob", chats: [CHAT] });
    const { json } = await new Guest(second.url).get(`/api/chats/${CHAT}/calls`, { authorization: `Bearer ${token}` });
    const [newest, oldest] = json.calls;
    assert.deepEqual([newest.callId, newest.outcome, newest.durationMs, json.calls.length], [later, "hangup", 5, 2]);
    assert.equal(oldest.callId, CALL);
    const ids = new Map(receiver.received.map(({ id, body }) => [id, body.data.callId]));
    assert.deepEqual([...ids.values()].toSorted(), [CALL, later]);
  },
});
