/** A call that cannot be is told as what it is (R8), to both sides and to whoever runs the server. */

import assert from "node:assert/strict";
import type { FailureReason } from "../../shared/protocol/formats.ts";
import { answer, chatId, connect, offer, quiet, ring, type Wire, Wires } from "../../tests/support/wire.ts";

const REASONS: readonly FailureReason[] = ["failed", "incompatible", "security-error", "unsupported"];

for (const reason of REASONS) {
  Deno.test(`[R8] ${reason}: in a call, the other side is told it`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    for (const [from, to] of [[ann, bob], [bob, ann]] as const) {
      await connect(ann, bob);
      from.send({ type: "call:end", chatId, reason });
      assert.equal((await to.next("call:end")).reason, reason);
      // What a client says for servers that know no such reason.
      from.send({ type: "call:end", chatId, reason: "failed" });
      await quiet(ann, bob);
    }
  });

  Deno.test(`[R8] ${reason}: the only device that rings cannot take the call, and the caller is told that, not a decline`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    await ring(ann, bob);
    bob.send({ type: "call:end", chatId, reason });
    bob.send({ type: "call:end", chatId, reason: "failed" });
    assert.equal((await ann.next("call:end")).reason, reason);
    await quiet(ann, bob);
    const { ended } = wires.signaling.hub.figures();
    assert.deepEqual(ended, [[reason, 1]]);
  });

  Deno.test(`[R8] ${reason}: a device that cannot take the call leaves it to the others`, async () => {
    await using wires = new Wires();
    const ann = await wires.enter("ann");
    const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
    const callId = await ring(ann, laptop, phone);
    laptop.send({ type: "call:end", chatId, callId, reason });
    laptop.send({ type: "call:end", chatId, callId, reason: "failed" });
    await quiet(ann, laptop, phone);
    phone.send({ type: "call:answer", chatId, callId, answer });
    await ann.next("call:answer");
    await quiet(ann, laptop, phone);
  });
}

Deno.test("[R8] the last device that cannot take the call ends it, with its reason", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, laptop, phone);
  laptop.send({ type: "call:end", chatId, reason: "unsupported" });
  await quiet(ann, laptop, phone);
  phone.send({ type: "call:end", chatId, reason: "incompatible" });
  assert.equal((await ann.next("call:end")).reason, "incompatible");
  await quiet(ann, laptop, phone);
});

Deno.test("[R8] after a device that cannot take the call, another may decline it", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, laptop, phone);
  laptop.send({ type: "call:end", chatId, reason: "incompatible" });
  await laptop.settled();
  phone.send({ type: "call:reject", chatId });
  assert.equal((await ann.next("call:rejected")).reason, "declined");
  await quiet(ann, laptop, phone);
});

/** Ann calls Bob, whose phone is in its grace, and whose laptop says that it cannot take the call: she and the laptop. */
async function onlyAbsentIsLeft(wires: Wires): Promise<[ann: Wire, laptop: Wire]> {
  const ann = await wires.enter("ann");
  const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, laptop, phone);
  await phone.close();
  laptop.send({ type: "call:end", chatId, reason: "unsupported" });
  return [ann, laptop];
}

Deno.test("[R4, R8] a device within its grace is waited for, and the reason told when the time is up", async () => {
  await using wires = new Wires({ RING_TIMEOUT_MS: "1000" });
  const [ann, laptop] = await onlyAbsentIsLeft(wires);
  await quiet(ann, laptop);
  assert.equal((await ann.next("call:end")).reason, "unsupported");
  assert.equal((await laptop.next("call:missed")).reason, "timeout");
  assert.deepEqual(wires.signaling.hub.figures().ended, [["unsupported", 1]]);
});

Deno.test("[R4, R8] a device that is back from its grace, and rings, makes it a time-out", async () => {
  await using wires = new Wires({ RING_TIMEOUT_MS: "1000" });
  const [ann, laptop] = await onlyAbsentIsLeft(wires);
  await laptop.settled();
  const back = await wires.enter("bob", { device: "phone" });
  await back.rings();
  assert.equal((await ann.next("call:end")).reason, "timeout");
});

for (
  const again of [
    { type: "call:reject", chatId },
    { type: "call:end", chatId },
    { type: "call:end", chatId, reason: "failed" },
  ] as const
) {
  Deno.test(`[R8, R11] a device that could not take the call ends it for nobody by ${JSON.stringify(again)}`, async () => {
    await using wires = new Wires();
    const ann = await wires.enter("ann");
    const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
    const callId = await ring(ann, laptop, phone);
    laptop.send({ type: "call:end", chatId, callId, reason: "incompatible" });
    laptop.send({ ...again, callId });
    laptop.send(again);
    await quiet(ann, laptop, phone);
    phone.send({ type: "call:answer", chatId, callId, answer });
    await ann.next("call:answer");
  });
}

Deno.test("[R3, R8] a device that could not take the call does not make it ring for the caller", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  ann.send({ type: "call:initiate", chatId, offer });
  const { callId } = await laptop.next("call:offer");
  await phone.next("call:offer");
  laptop.send({ type: "call:end", chatId, callId, reason: "incompatible" });
  laptop.send({ type: "call:ringing", chatId, callId });
  await quiet(ann, laptop, phone);
  phone.send({ type: "call:ringing", chatId, callId });
  assert.equal((await ann.next("call:ringing")).callId, callId);
});

Deno.test("[R8] a device that could not take the call and comes back is asked again", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [laptop, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  const callId = await ring(ann, laptop, phone);
  laptop.send({ type: "call:end", chatId, reason: "incompatible" });
  await laptop.settled();
  const again = await wires.enter("bob");
  assert.equal((await again.next("call:offer")).callId, callId);
  again.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  assert.equal((await phone.next("call:end")).reason, "answered-elsewhere");
});
