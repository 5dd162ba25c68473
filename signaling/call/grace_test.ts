import assert from "node:assert/strict";
import { candidate } from "../../tests/support/sdp.ts";
import { answer, chatId, connect, offer, quiet, ring, Wires } from "../../tests/support/wire.ts";

for (const side of ["caller", "callee"] as const) {
  Deno.test(`[R12] the ${side} of a connected call drops and comes back: reconnecting, back, call:state`, async () => {
    await using wires = new Wires();
    const people = { caller: await wires.enter("ann"), callee: await wires.enter("bob") };
    const callId = await connect(people.caller, people.callee);
    const other = people[side === "caller" ? "callee" : "caller"];
    await people[side].close();
    assert.deepEqual(await other.next("call:peer"), { type: "call:peer", chatId, callId, state: "reconnecting" });
    other.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
    other.send({ type: "call:negotiate", chatId, description: offer });
    await quiet(other);
    const back = await wires.enter(side === "caller" ? "ann" : "bob");
    assert.deepEqual(await back.next("call:state"), {
      type: "call:state",
      chatId,
      callId,
      state: "connected",
      role: side,
      media: "video",
    });
    assert.deepEqual((await back.next("call:ice-candidate")).candidate, candidate(1), "held, in order");
    assert.deepEqual((await back.next("call:negotiate")).description, offer);
    assert.equal((await other.next("call:peer")).state, "back");
    back.send({ type: "call:end", chatId });
    assert.equal((await other.next("call:end")).reason, "hangup");
    await quiet(back, other);
  });
}

Deno.test("[R12] gone for longer than the grace: connection-lost, and nobody is left busy", async () => {
  await using wires = new Wires({ GRACE_MS: "150" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  await bob.close();
  assert.equal((await ann.next("call:peer")).state, "reconnecting");
  assert.deepEqual(await ann.next("call:end"), { type: "call:end", chatId, callId, reason: "connection-lost" });
  const back = await wires.enter("bob");
  await quiet(ann, back);
  await ring(ann, back);
});

/** How long `what` takes, in ms. */
async function lasting(what: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await what;
  return performance.now() - started;
}

Deno.test("[R12] a page that says it goes has five seconds: in a call, while it calls, and for its presence", async () => {
  await using wires = new Wires({ GRACE_MS: "60000" });
  const chats = ["talk", "ring", "look"];
  const [ann, bob] = [await wires.enter("ann", { chats: ["talk"] }), await wires.enter("bob", { chats: ["talk"] })];
  const [cat, dan] = [await wires.enter("cat", { chats: ["ring"] }), await wires.enter("dan", { chats: ["ring"] })];
  const [eve, fay] = [await wires.enter("eve", { chats: ["look"] }), await wires.enter("fay", { chats: ["look"] })];
  for (const [n, [caller, callee]] of [[ann, bob], [cat, dan]].entries()) {
    caller!.send({ type: "call:initiate", chatId: chats[n]!, offer });
    await callee!.rings();
    await caller!.next("call:ringing");
  }
  bob.send({ type: "call:answer", chatId: "talk", answer });
  await ann.next("call:answer");
  eve.send({ type: "chat:watch", chatId: "look" });
  await eve.next("chat:state");

  for (const leaving of [bob, cat, fay]) leaving.send({ type: "device:leaving" });
  for (const leaving of [bob, cat, fay]) assert.equal((await leaving.closed).code, 1000);
  assert.equal((await ann.next("call:peer")).state, "reconnecting");
  const ended = ann.next("call:end", 8_000).then(({ reason }) => assert.equal(reason, "connection-lost"));
  const cancelled = dan.next("call:end", 8_000).then(({ reason }) => assert.equal(reason, "cancelled"));
  const offline = eve.next("chat:state", 8_000).then(({ members }) => assert.equal(members[1]!.online, false));
  for (const ms of await Promise.all([ended, cancelled, offline].map(lasting))) {
    assert.ok(ms > 4_500 && ms < 6_500, `${ms} ms`);
  }
  assert.equal((await dan.next("call:missed")).reason, "cancelled");
  eve.send({ type: "call:initiate", chatId: "look", offer });
  await eve.refused("USER_OFFLINE");
});

Deno.test("[R12, R13] a page that said it goes and is back, reloaded, is in its call; without a word the whole grace runs", async () => {
  await using wires = new Wires({ GRACE_MS: "60000" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob", { page: "one" })];
  await connect(ann, bob);
  bob.send({ type: "device:leaving" });
  await bob.closed;
  const back = await wires.enter("bob", { page: "two" });
  assert.equal((await back.next("call:state")).state, "connected");
  assert.equal((await ann.next("call:peer")).state, "reconnecting");
  assert.equal((await ann.next("call:peer")).state, "reloaded");
  await back.close();
  assert.equal((await ann.next("call:peer")).state, "reconnecting");
  await ann.silent(6_000);
});

Deno.test("[R12] a page that goes has no longer than the grace that is configured", async () => {
  await using wires = new Wires({ GRACE_MS: "150" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  bob.send({ type: "device:leaving" });
  assert.equal((await ann.next("call:peer")).state, "reconnecting");
  assert.ok(await lasting(ann.next("call:end")) < 1_000);
});

Deno.test("[R12] both gone for longer than the grace: the call is over for whoever returns", async () => {
  await using wires = new Wires({ GRACE_MS: "100" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const cat = await wires.enter("cat", { chats: [chatId] });
  cat.send({ type: "chat:watch", chatId });
  await cat.next("chat:state");
  ann.send({ type: "call:initiate", chatId, offer, to: "bob" });
  await bob.rings();
  await ann.next("call:ringing");
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  for (const state of ["ringing", "connected"]) assert.equal((await cat.next("chat:state")).call?.state, state);
  await Promise.all([ann.close(), bob.close()]);
  let seen = await cat.next("chat:state");
  while (seen.call !== undefined || seen.members.some(({ id, online }) => online && id !== "cat")) {
    seen = await cat.next("chat:state");
  }
  await quiet(await wires.enter("ann"), await wires.enter("bob"));
});

Deno.test("[R12] a caller gone while it rings cancels, but only after the grace", async () => {
  await using wires = new Wires({ GRACE_MS: "150" });
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await ring(ann, bob);
  await ann.close();
  await bob.silent(50);
  assert.equal((await bob.next("call:end")).reason, "cancelled");
  assert.equal((await bob.next("call:missed")).reason, "cancelled");
});

Deno.test("[R3, R12] a device that says it rings while the caller is away: the caller is told when it is back", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  ann.send({ type: "call:initiate", chatId, offer });
  const { callId } = await bob.next("call:offer");
  await ann.close();
  const early = await wires.enter("ann");
  assert.equal((await early.next("call:state")).state, "ringing");
  await quiet(early, bob); // nothing rings yet
  await early.close();
  bob.send({ type: "call:ringing", chatId, callId });
  await quiet(bob);
  const back = await wires.enter("ann", { page: "another" });
  assert.equal((await back.next("call:state")).state, "ringing");
  assert.equal((await back.next("call:ringing")).callId, callId);
  await quiet(back, bob);
});

Deno.test("[R12] a caller who comes back within the grace finds the call ringing, or the answer held", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await ring(ann, bob);
  await ann.close();
  const back = await wires.enter("ann");
  const state = await back.next("call:state");
  assert.deepEqual([state.state, state.role, state.callId], ["ringing", "caller", callId]);
  assert.equal((await back.next("call:ringing")).callId, callId);
  await quiet(back, bob);
  await back.close();
  bob.send({ type: "call:answer", chatId, answer });
  bob.send({ type: "call:ice-candidate", chatId, candidate: candidate(7) });
  await bob.settled();
  const again = await wires.enter("ann");
  assert.equal((await again.next("call:state")).state, "connected");
  assert.deepEqual((await again.next("call:answer")).answer, answer);
  assert.deepEqual((await again.next("call:ice-candidate")).candidate, candidate(7));
  bob.send({ type: "call:end", chatId });
  await again.next("call:end");
});

Deno.test("[R12] a callee's device that comes back rings again; a device within its grace counts as online", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await bob.close();
  ann.send({ type: "call:initiate", chatId, offer });
  await quiet(ann); // neither offline nor ringing yet
  const back = await wires.enter("bob");
  const { callId } = await back.rings();
  assert.equal((await ann.next("call:ringing")).callId, callId);
  await back.close();
  const again = await wires.enter("bob");
  assert.equal((await again.next("call:offer")).callId, callId);
  await quiet(ann, again);
  const phone = await wires.enter("bob", { device: "phone" }); // came online while it rings
  assert.equal((await phone.next("call:offer")).callId, callId);
  phone.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  assert.equal((await again.next("call:end")).reason, "answered-elsewhere");
});

Deno.test("[R12] a hang-up that its peer was too far away to hear: on return no call is found", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  await bob.close();
  await ann.next("call:peer");
  ann.send({ type: "call:end", chatId });
  await ann.settled();
  const back = await wires.enter("bob");
  await quiet(back);
  back.send({ type: "call:resume", chatId, callId, role: "callee" });
  await back.refused("NO_CALL");
});

Deno.test("[R13] the same device with another page: reloaded, and what was held for the old page is not delivered", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob", { page: "one" })];
  await connect(ann, bob);
  await bob.close();
  await ann.next("call:peer");
  ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
  await quiet(ann);
  const reloaded = await wires.enter("bob", { page: "two" });
  assert.equal((await reloaded.next("call:state")).state, "connected");
  assert.equal((await ann.next("call:peer")).state, "reloaded");
  const replaced = await wires.enter("bob", { page: "three" }); // its old socket still open
  assert.equal((await replaced.next("call:state")).state, "connected");
  assert.equal((await ann.next("call:peer")).state, "reloaded");
  const noPage = await wires.enter("bob");
  assert.equal((await noPage.next("call:state")).state, "connected");
  await quiet(ann, noPage);
  ann.send({ type: "call:negotiate", chatId, description: offer });
  await noPage.next("call:negotiate");
});
