import assert from "node:assert/strict";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { receipt } from "../../tests/support/receipt.ts";
import { ANSWERS, candidate, CHROMIUM_OFFER, OFFERS } from "../../tests/support/sdp.ts";
import { answer, chatId, connect, media, offer, quiet, ring, Wires } from "../../tests/support/wire.ts";

const proposed = "proposed-0123456789";

/** One of every message that is about a chat. */
const about = (chatId: string): ClientMessage[] => [
  { type: "call:initiate", chatId, offer },
  { type: "call:initiate", chatId, offer, to: "bob" },
  { type: "call:answer", chatId, answer },
  { type: "call:reject", chatId },
  { type: "call:ice-candidate", chatId, candidate: candidate(1) },
  { type: "call:end", chatId },
  { type: "call:end", chatId, callId: proposed },
  { type: "call:negotiate", chatId, description: offer },
  { type: "call:media", chatId, ...media },
  { type: "call:resume", chatId, callId: proposed, role: "caller" },
  { type: "call:receipt", chatId, callId: proposed, receipt },
  { type: "chat:watch", chatId },
];

Deno.test("[R1] an unknown chat, somebody else's and one with a call in it: the same ACCESS_DENIED for every message", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { chats: ["chat", "empty"] });
  const bob = await wires.enter("bob");
  const eve = await wires.enter("eve", { chats: ["eves"] });
  await connect(ann, bob);
  for (const chat of ["unknown", "empty", "chat", "__proto__", "constructor"]) {
    for (const message of about(chat)) {
      eve.send(message);
      const { message: sentence, ...error } = await eve.refused("ACCESS_DENIED");
      assert.equal(sentence, "Access denied");
      const callId = "callId" in message ? { callId: proposed } : {};
      assert.deepEqual(error, { type: "call:error", code: "ACCESS_DENIED", chatId: chat, ...callId });
    }
  }
  await quiet(eve, ann, bob);
});

Deno.test("[R1] validation comes before membership: a broken frame about a foreign chat is INVALID_MESSAGE", async () => {
  await using wires = new Wires();
  const eve = await wires.enter("eve", { chats: [] });
  eve.sendRaw(JSON.stringify({ type: "call:end", chatId, reason: "marker" }));
  await eve.refused("INVALID_MESSAGE");
});

for (const [name, sdp] of Object.entries(OFFERS)) {
  const [answered, answerSdp] = Object.entries(ANSWERS)[name.startsWith("FIREFOX") ? 2 : 0]!;
  Deno.test(`founding specification: ${name} and ${answered} make a call with only chatId, offer, answer, candidate`, async () => {
    await using wires = new Wires();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    ann.send({ type: "call:initiate", chatId, offer: { type: "offer", sdp } });
    ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
    const { callId, ...rung } = await bob.next("call:offer");
    assert.deepEqual([rung.callerId, rung.callerName, rung.media], ["ann", "ANN", "video"]);
    assert.ok(rung.expiresInMs > 25_000 && rung.expiresInMs <= 30_001);
    bob.send({ type: "call:answer", chatId, answer: { type: "answer", sdp: answerSdp } });
    bob.send({ type: "call:ice-candidate", chatId, candidate: candidate(2) });
    bob.send({ type: "call:ice-candidate", chatId, candidate: null });
    assert.deepEqual(await ann.next("call:answer"), {
      type: "call:answer",
      chatId,
      callId,
      answer: { type: "answer", sdp: answerSdp },
    });
    assert.deepEqual((await ann.next("call:ice-candidate")).candidate, candidate(2));
    assert.equal((await ann.next("call:ice-candidate")).candidate, null);
    const withheld = sdp.match(/a=candidate:|a=end-of-candidates/g)?.length ?? 0;
    for (let n = 0; n < withheld; n++) await bob.next("call:ice-candidate");
    assert.deepEqual((await bob.next("call:ice-candidate")).candidate, candidate(1));
    ann.send({ type: "call:end", chatId });
    assert.equal((await bob.next("call:end")).reason, "hangup");
    await quiet(ann, bob);
  });
}

Deno.test("[R3] every device of the callee rings, and the caller is told once; the caller's other device hears nothing", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const bobs = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  const annToo = await wires.enter("ann", { device: "phone" });
  await ring(ann, ...bobs);
  await quiet(ann, annToo, ...bobs);
});

Deno.test("[R3] USER_OFFLINE, and the callee finds the missed call later, once", async () => {
  await using wires = new Wires({ GRACE_MS: "100" });
  const [amy, ben] = [await wires.enter("amy", { name: "Amy" }), await wires.enter("ben")];
  amy.send({ type: "chat:watch", chatId });
  await amy.next("chat:state");
  await ben.close();
  assert.equal((await amy.next("chat:state")).members.find(({ id }) => id === "ben")?.online, false);
  amy.send({ type: "call:initiate", chatId, offer, media: "audio" });
  const error = await amy.refused("USER_OFFLINE");
  assert.equal(error.message, "User offline");
  await quiet(amy);
  const back = await wires.enter("ben");
  const { callId, at, ...missed } = await back.next("call:missed");
  assert.equal(callId, error.callId);
  assert.ok(Math.abs(Date.now() - at!) < 60_000);
  assert.deepEqual(missed, {
    type: "call:missed",
    chatId,
    callerId: "amy",
    callerName: "Amy",
    media: "audio",
    reason: "offline",
  });
  await (await wires.enter("ben", { device: "phone" })).silent();
  await quiet(back);
});

Deno.test("[R3] USER_OFFLINE in a chat with one member, and with several others `to` decides", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { chats: ["chat", "own"] });
  ann.send({ type: "call:initiate", chatId: "own", offer });
  assert.equal((await ann.refused("USER_OFFLINE")).message, "User offline");
  const [bob, cat] = [await wires.enter("bob"), await wires.enter("cat")];
  ann.send({ type: "call:initiate", chatId, offer });
  await ann.refused("INVALID_MESSAGE");
  for (const to of ["ann", "nobody"]) {
    ann.send({ type: "call:initiate", chatId, offer, to });
    await ann.refused("INVALID_MESSAGE");
  }
  ann.send({ type: "call:initiate", chatId, offer, to: "cat" });
  await cat.rings();
  await ann.next("call:ringing");
  for (const message of about(chatId).slice(2, 8)) {
    bob.send(message); // a member, but not in this call
    if (message.type !== "call:end" || message.callId === undefined) await bob.refused("NO_CALL");
  }
  await quiet(ann, bob, cat);
});

Deno.test("[R4] ring timeout: call:end timeout for both sides, and a missed call for the callee", async () => {
  await using wires = new Wires({ RING_TIMEOUT_MS: "100" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await ring(ann, bob);
  assert.deepEqual(await ann.next("call:end"), { type: "call:end", chatId, callId, reason: "timeout" });
  assert.deepEqual(await bob.next("call:end"), { type: "call:end", chatId, callId, reason: "timeout" });
  assert.equal((await bob.next("call:missed")).reason, "timeout");
  await quiet(ann, bob);
  bob.send({ type: "call:answer", chatId, callId, answer }); // too late, and no error: it crossed the end
  await quiet(ann, bob);
});

Deno.test("[R3] it is ringing once a device has said so: the first of them, once, and nobody else", async () => {
  await using wires = new Wires();
  const [ann, eve] = [await wires.enter("ann"), await wires.enter("eve")];
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  ann.send({ type: "call:initiate", chatId, offer, to: "bob" });
  const { callId } = await bob.next("call:offer");
  await phone.next("call:offer");
  await quiet(ann); // a phone that is frozen takes an offer too
  const rings = { type: "call:ringing", chatId, callId } as const;
  for (const other of [ann, eve]) {
    other.send(rings);
    await other.refused("NO_CALL");
  }
  await quiet(ann, bob, phone);
  phone.send(rings);
  const told = await ann.next("call:ringing");
  assert.equal(told.callId, callId);
  assert.ok(told.expiresInMs > 25_000 && told.expiresInMs <= 30_000);
  for (const device of [phone, bob]) device.send(rings);
  await quiet(ann, eve, bob, phone);
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  await phone.next("call:end");
  for (const device of [phone, bob]) device.send(rings);
  await quiet(ann, bob, phone);
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  bob.send(rings);
  await quiet(ann, bob, phone);
});

Deno.test("[R4] no reconnect restarts the timer", async () => {
  await using wires = new Wires({ RING_TIMEOUT_MS: "400", GRACE_MS: "10000" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const started = performance.now();
  await ring(ann, bob);
  await ann.silent(120);
  await bob.close();
  const back = await wires.enter("bob");
  assert.ok((await back.next("call:offer")).expiresInMs < 300);
  await ann.close();
  const caller = await wires.enter("ann");
  const state = await caller.next("call:state");
  assert.ok(state.expiresInMs! < 300);
  assert.deepEqual([state.state, state.role], ["ringing", "caller"]);
  assert.ok((await caller.next("call:ringing")).expiresInMs < 300);
  assert.equal((await caller.next("call:end")).reason, "timeout");
  assert.ok(performance.now() - started < 1500);
  assert.equal((await back.next("call:end")).reason, "timeout");
});

Deno.test("[R5] the first answer wins; the others and a late second answer get answered-elsewhere", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, bob, phone);
  phone.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  assert.equal((await bob.next("call:end")).reason, "answered-elsewhere");
  bob.send({ type: "call:answer", chatId, answer });
  assert.equal((await bob.next("call:end")).reason, "answered-elsewhere");
  await quiet(ann, bob, phone);
  ann.send({ type: "call:media", chatId, ...media });
  await phone.next("call:media");
});

Deno.test("[R5] both devices answer at once: one call", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const bobs = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, ...bobs);
  for (const bob of bobs) bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  await quiet(ann);
  ann.send({ type: "call:negotiate", chatId, description: offer });
  await ann.settled();
  for (const bob of bobs) await bob.settled();
  const heard = await Promise.all(bobs.map((bob) => bob.next("call:negotiate").catch(() => null)));
  assert.equal(heard.filter((message) => message !== null).length, 1);
});

Deno.test("[R6] no address of the caller before the answer; then all of them, in order, to the device that answered", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  ann.send({ type: "call:initiate", chatId, offer: { type: "offer", sdp: CHROMIUM_OFFER } });
  for (const wire of [bob, phone]) {
    const text = JSON.stringify(await wire.rings());
    assert.doesNotMatch(text, /192\.0\.2|203\.0\.113|2001:db8|candidate|47059|47060|53456|40250/);
  }
  const inOffer = CHROMIUM_OFFER.match(/candidate:.*/g)!.map((line) => line.trim());
  for (let n = 0; n < 70; n++) ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(n) });
  await ann.next("call:ringing");
  await quiet(ann, bob, phone);
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  const got: string[] = [];
  for (let n = 0; n < 64; n++) got.push((await bob.next("call:ice-candidate")).candidate!.candidate);
  const sent = Array.from({ length: 70 }, (_, n) => candidate(n).candidate);
  // R18: the best 64. The one over TCP has the lowest priority of all; of those alike the first are kept.
  assert.deepEqual(got, [...inOffer, ...sent].filter((line) => !line.includes(" tcp ")).slice(0, 64));
  assert.equal((await phone.next("call:end")).reason, "answered-elsewhere");
  await quiet(ann, bob, phone); // at most 64, and nothing to the other device
  ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(99) });
  assert.deepEqual((await bob.next("call:ice-candidate")).candidate, candidate(99));
});

Deno.test("[R6] candidates of a device that has not answered are dropped in silence, also of one that lost", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  const [bob, phone] = [await wires.enter("bob"), await wires.enter("bob", { device: "phone" })];
  await ring(ann, bob, phone);
  bob.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
  await quiet(bob, ann);
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  await phone.next("call:end");
  phone.send({ type: "call:ice-candidate", chatId, candidate: candidate(2) });
  await quiet(phone, ann, bob);
});
