import assert from "node:assert/strict";
import { candidate } from "../../tests/support/sdp.ts";
import { answer, chatId, connect, media, offer, quiet, ring, Wires } from "../../tests/support/wire.ts";

const anns = "ann-proposes-this-1";
const bobs = "bob-proposes-this-1";

Deno.test("[R7] the caller hangs up while it rings: cancelled at once on every device", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const devices = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, ...devices);
  ann.send({ type: "call:end", chatId });
  for (const bob of devices) {
    assert.equal((await bob.next("call:end")).reason, "cancelled");
    assert.equal((await bob.next("call:missed")).reason, "cancelled");
  }
  await quiet(ann, ...devices);
  await ring(ann, ...devices); // nobody is left busy
});

Deno.test("[R7] a hang-up that overtakes its own initiate stops that call from ringing, and only that one", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  ann.send({ type: "call:end", chatId, callId: anns });
  await quiet(ann, bob);
  ann.send({ type: "call:initiate", chatId, callId: anns, offer });
  assert.deepEqual(await ann.next("call:end"), { type: "call:end", chatId, callId: anns, reason: "cancelled" });
  await quiet(ann, bob);
  bob.send({ type: "call:end", chatId, callId: bobs });
  ann.send({ type: "call:initiate", chatId, callId: bobs, offer }); // Bob cannot withdraw Ann's call
  await bob.rings();
  await ann.next("call:ringing");
});

Deno.test("[R8] a reject: the caller learns it, the other devices stop, and no call is left", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  for (const reason of [undefined, "declined", "busy"] as const) {
    const callId = await ring(ann, bob, phone);
    bob.send({ type: "call:reject", chatId, ...(reason ? { reason } : {}) });
    assert.deepEqual(await ann.next("call:rejected"), {
      type: "call:rejected",
      chatId,
      callId,
      reason: reason ?? "declined",
    });
    assert.equal((await phone.next("call:end")).reason, "rejected-elsewhere");
    if (reason === "busy") { for (const wire of [bob, phone]) await wire.next("call:missed"); }
    await quiet(ann, bob, phone);
  }
});

Deno.test("[R8] call:end from a ringing device is a reject", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, bob, phone);
  phone.send({ type: "call:end", chatId });
  assert.equal((await ann.next("call:rejected")).reason, "declined");
  assert.equal((await bob.next("call:end")).reason, "rejected-elsewhere");
  await quiet(ann, bob, phone);
});

Deno.test("[R8] in a connected call a device of the callee that did not answer gets NO_CALL, and the call goes on", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  const annToo = await wires.enter("ann", { device: "phone" });
  const callId = await ring(ann, bob, phone);
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  await phone.next("call:end");
  for (const third of [phone, annToo]) {
    for (const named of [{}, { callId }]) {
      third.send({ type: "call:end", chatId, ...named });
      await third.refused("NO_CALL");
      third.send({ type: "call:media", chatId, ...named, ...media });
      await third.refused("NO_CALL");
      third.send({ type: "call:negotiate", chatId, ...named, description: offer });
      await third.refused("NO_CALL");
    }
  }
  await quiet(ann, bob, phone, annToo);
  ann.send({ type: "call:media", chatId, ...media });
  assert.deepEqual(await bob.next("call:media"), { type: "call:media", chatId, callId, ...media });
});

Deno.test("[R9] a callee who rings, or is connected, in another chat is busy: rejected, missed, not rung", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob", { chats: [chatId, "other"] })];
  const cat = await wires.enter("cat", { chats: ["other"], name: "Cat" });
  await ring(ann, bob);
  for (const state of ["ringing", "connected"]) {
    cat.send({ type: "call:initiate", chatId: "other", offer });
    assert.equal((await cat.next("call:rejected")).reason, "busy", state);
    const missed = await bob.next("call:missed");
    assert.deepEqual([missed.reason, missed.callerName, missed.chatId], ["busy", "Cat", "other"]);
    bob.send({ type: "call:initiate", chatId: "other", offer }); // busy himself
    await bob.refused("BUSY");
    await quiet(cat, bob, ann);
    if (state === "ringing") bob.send({ type: "call:answer", chatId, answer });
    if (state === "ringing") await ann.next("call:answer");
  }
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  cat.send({ type: "call:initiate", chatId: "other", offer });
  await bob.rings();
  await cat.next("call:ringing");
});

Deno.test("[R9] a caller who rings somebody is busy too, and a second call of theirs is BUSY", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { chats: [chatId, "other"] });
  const [bob, cat] = [await wires.enter("bob"), await wires.enter("cat", { chats: ["other"] })];
  await ring(ann, bob);
  ann.send({ type: "call:initiate", chatId: "other", offer });
  await ann.refused("BUSY");
  cat.send({ type: "call:initiate", chatId: "other", offer });
  assert.equal((await cat.next("call:rejected")).reason, "busy");
  await ann.next("call:missed");
  await quiet(ann, bob, cat);
});

for (const named of [true, false]) {
  Deno.test(`[R10] glare${named ? ", with proposed callIds" : ""}: the first stands, one call results`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    const [a, b] = named ? [{ callId: anns }, { callId: bobs }] : [{}, {}];
    ann.send({ type: "call:initiate", chatId, ...a, offer });
    const { callId, glare: plain } = await bob.next("call:offer");
    assert.equal(plain, undefined);
    bob.send({ type: "call:initiate", chatId, ...b, offer });
    bob.send({ type: "call:ice-candidate", chatId, ...b, candidate: candidate(1) });
    const glare = await bob.next("call:offer");
    assert.deepEqual([glare.glare, glare.callId, glare.callerId], [true, callId, "ann"]);
    await quiet(ann, bob);
    bob.send({ type: "call:answer", chatId, callId, answer });
    assert.equal((await ann.next("call:answer")).callId, callId);
    bob.send({ type: "call:end", chatId, ...b }); // by the name his own client knows
    assert.deepEqual(await ann.next("call:end"), { type: "call:end", chatId, callId, reason: "hangup" });
    await quiet(ann, bob);
  });
}

Deno.test("[R10] both initiate in the same instant: whoever was first, one call results", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  for (const wire of [ann, bob]) wire.send({ type: "call:initiate", chatId, offer });
  // The second of them is given the plain offer, and then the one it is to answer.
  for (const wire of [ann, bob, ann]) await wire.settled();
  const [caller, callee] = ann.isIdle ? [ann, bob] : [bob, ann];
  await callee.next("call:offer");
  const { callId, glare } = await callee.next("call:offer");
  assert.equal(glare, true);
  callee.send({ type: "call:answer", chatId, callId, answer });
  assert.equal((await caller.next("call:answer")).callId, callId);
  await quiet(ann, bob);
});

Deno.test("[R11] repeats change nothing and are no error", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  for (let n = 0; n < 3; n++) ann.send({ type: "call:initiate", chatId, callId: anns, offer });
  await bob.rings();
  await ann.next("call:ringing");
  await quiet(ann, bob);
  for (let n = 0; n < 3; n++) bob.send({ type: "call:answer", chatId, callId: anns, answer });
  await ann.next("call:answer");
  await quiet(ann, bob);
  for (let n = 0; n < 3; n++) ann.send({ type: "call:end", chatId, callId: anns });
  assert.equal((await bob.next("call:end")).reason, "hangup");
  await quiet(ann, bob);
  ann.send({ type: "call:initiate", chatId, callId: anns, offer }); // a late duplicate must not ring again
  bob.send({ type: "call:answer", chatId, callId: anns, answer });
  bob.send({ type: "call:reject", chatId, callId: anns });
  await quiet(ann, bob);
});

for (const named of [true, false]) {
  Deno.test(`[R11] two hang-ups that cross are no error ${named ? "with" : "without"} callId`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    const callId = await connect(ann, bob);
    const which = named ? { callId } : {};
    ann.send({ type: "call:end", chatId, ...which });
    await ann.settled();
    bob.send({ type: "call:end", chatId, ...which });
    await bob.next("call:end");
    await quiet(ann, bob);
  });
}

Deno.test("[R11] NO_CALL where there was no call", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  ann.send({ type: "call:answer", chatId, answer });
  await ann.refused("NO_CALL");
  ann.send({ type: "call:end", chatId });
  await ann.refused("NO_CALL");
  ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
  await ann.refused("NO_CALL");
  await quiet(ann, bob);
});

Deno.test("[R15] what is said inside a call is relayed both ways, as it was sent", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  ann.send({ type: "call:negotiate", chatId, description: offer });
  bob.send({ type: "call:negotiate", chatId, description: offer }); // the server relays both colliding offers
  const relayed = { type: "call:negotiate", chatId, callId, description: offer };
  assert.deepEqual(await bob.next("call:negotiate"), relayed);
  assert.deepEqual(await ann.next("call:negotiate"), relayed);
  bob.send({ type: "call:negotiate", chatId, callId, description: answer });
  assert.deepEqual(await ann.next("call:negotiate"), { ...relayed, description: answer });
  bob.send({ type: "call:end", chatId, reason: "failed" });
  assert.equal((await ann.next("call:end")).reason, "failed");
});
