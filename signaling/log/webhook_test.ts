import assert from "node:assert/strict";
import { Receiver, WEBHOOK_SECRET } from "../../tests/support/receiver.ts";
import { Webhook } from "./webhook.ts";

const keyOf = (secret: string) => Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0));
const KEYS = [keyOf(WEBHOOK_SECRET)];
/** The pauses are then 50 to 100 ms, 200 to 400 ms, 800 to 1600 ms. */
const QUICK = { tries: 4, pauseMs: 100, maxPauseMs: 2_000, timeoutMs: 20_000 };
const IMPATIENT = { ...QUICK, timeoutMs: 300 };
const AT = "2026-01-02T03:04:05.678Z";

const status = (code: number, headers = {}) => new Response(null, { status: code, headers });

Deno.test("webhook: one signed POST, in the form of Standard Webhooks", async () => {
  await using receiver = new Receiver();
  const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
  webhook.send("call.ended", "call", AT, { name: "Жанна 😀" });
  const { id, body } = (await receiver.until(1))[0]!;
  assert.match(id, /^msg_[\w-]{22}$/);
  assert.deepEqual(body, { type: "call.ended", timestamp: AT, data: { name: "Жанна 😀" } });
  assert.equal(await webhook.close(1_000), 0);
  assert.deepEqual(webhook.figures(), { waiting: 0, delivered: 1, retried: 0, lost: 0 });
  assert.equal(receiver.received.length, 1);
});

Deno.test("webhook: both secrets sign while one takes the other's place", async () => {
  const old = `whsec_${btoa("another key that is long enough")}`;
  for (const secret of [WEBHOOK_SECRET, old]) {
    await using receiver = new Receiver(undefined, secret);
    const webhook = new Webhook({ url: receiver.url, keys: [...KEYS, keyOf(old)] }, QUICK);
    webhook.send("call.ended", "call", AT, { n: 1 });
    assert.deepEqual((await receiver.until(1))[0]!.body.data, { n: 1 });
    await webhook.close(1_000);
  }
});

Deno.test("webhook: another secret's receiver refuses the signature", async () => {
  await using receiver = new Receiver(undefined, `whsec_${btoa("another key that is long enough")}`);
  const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
  webhook.send("call.ended", "call", AT, {});
  assert.match((await receiver.until(1))[0]!.body.refused, /signature/i);
  await webhook.close(1_000);
});

for (const failure of [500, 503, 408, 429]) {
  Deno.test(`webhook: ${failure} twice, then 200: tried again with growing pauses, as the same message`, async () => {
    await using receiver = new Receiver((n) => status(n < 2 ? failure : 200));
    const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
    webhook.send("call.ended", "call", AT, { n: 1 });
    const [first, second, third] = await receiver.until(3);
    assert.deepEqual([second!.id, second!.body], [first!.id, first!.body]);
    assert.equal(third!.id, first!.id);
    const [one, two] = [second!.at - first!.at, third!.at - second!.at];
    assert.ok(one >= 50 && two >= 200, `${one} ms, then ${two} ms`);
    await webhook.close(1_000);
    assert.deepEqual(webhook.figures(), { waiting: 0, delivered: 1, retried: 2, lost: 0 });
  });
}

Deno.test("webhook: Retry-After is waited for", async () => {
  await using receiver = new Receiver((n) => n === 0 ? status(429, { "retry-after": "1" }) : status(200));
  const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
  webhook.send("call.ended", "call", AT, {});
  const [first, second] = await receiver.until(2);
  assert.ok(second!.at - first!.at >= 990, `${second!.at - first!.at} ms`);
  await webhook.close(1_000);
});

for (const refusal of [400, 401, 404, 410, 301, 307]) {
  Deno.test(`webhook: ${refusal} is final, and followed nowhere`, async () => {
    await using elsewhere = new Receiver();
    await using receiver = new Receiver(() => status(refusal, { location: elsewhere.url }));
    const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
    webhook.send("call.ended", "call", AT, {});
    await receiver.until(1);
    while (webhook.figures().waiting > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(webhook.figures(), { waiting: 0, delivered: 0, retried: 0, lost: 1 });
    assert.deepEqual([receiver.received.length, elsewhere.received.length], [1, 0]);
    assert.equal(await webhook.close(1_000), 0, "what was lost before is not lost by leaving");
  });
}

Deno.test("webhook: no answer in time and no server at all are tried again, but not for ever", async () => {
  const url = await (async () => {
    await using receiver = new Receiver();
    return receiver.url;
  })();
  const nobody = new Webhook({ url, keys: KEYS }, { ...QUICK, pauseMs: 10 });
  nobody.send("call.ended", "call", AT, {});
  while (nobody.figures().waiting > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(nobody.figures(), { waiting: 0, delivered: 0, retried: 3, lost: 1 });

  const held = Promise.withResolvers<Response>();
  await using silent = new Receiver((n) => n === 0 ? held.promise : status(200));
  const webhook = new Webhook({ url: silent.url, keys: KEYS }, IMPATIENT);
  webhook.send("call.ended", "call", AT, {});
  const [first, second] = await silent.until(2);
  assert.ok(second!.at - first!.at >= IMPATIENT.timeoutMs + 50);
  held.resolve(status(200));
  await webhook.close(1_000);
  assert.equal(webhook.figures().delivered, 1);
});

Deno.test("webhook: leaving tries what waits once more at once, and says what was lost", async () => {
  await using receiver = new Receiver((n) => status(n < 2 ? 500 : n === 2 ? 200 : 500));
  const webhook = new Webhook({ url: receiver.url, keys: KEYS }, { ...QUICK, pauseMs: 60_000, maxPauseMs: 60_000 });
  webhook.send("call.ended", "call", AT, { n: 1 });
  webhook.send("call.ended", "other", AT, { n: 2 });
  await receiver.until(2);
  while (webhook.figures().retried < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await webhook.close(20_000), 1);
  assert.equal(receiver.received.length, 4);
  assert.deepEqual(webhook.figures(), { waiting: 0, delivered: 1, retried: 2, lost: 1 });
});

Deno.test("webhook: leaving does not wait longer than it may", async () => {
  const held = Promise.withResolvers<Response>();
  await using receiver = new Receiver(() => held.promise);
  const webhook = new Webhook({ url: receiver.url, keys: KEYS }, QUICK);
  for (let n = 0; n < 20; n++) webhook.send("call.ended", String(n), AT, { n });
  await receiver.until(8);
  const start = performance.now();
  assert.equal(await webhook.close(200), 20);
  assert.ok(performance.now() - start < 2_000);
  assert.equal(receiver.received.length, 8, "eight at a time");
  held.resolve(status(200));
});
