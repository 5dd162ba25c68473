/** Reports of calls that a side, or the server, went away from: how they ended, and how long they were. */

import assert from "node:assert/strict";
import { Receiver, WEBHOOK_SECRET } from "../../tests/support/receiver.ts";
import { answer, chatId, connect, offer, Wires } from "../../tests/support/wire.ts";
import { mine, scene, send, theirs } from "../../tests/support/receipt_scene.ts";

Deno.test("receipts: somebody who never came back: connection-lost", () =>
  scene(async (ann, bob, receiver) => {
    const callId = await connect(ann, bob);
    send(bob, callId, theirs);
    await bob.settled();
    await bob.close();
    await ann.next("call:peer");
    assert.equal((await ann.next("call:end")).reason, "connection-lost");
    send(ann, callId, mine);
    const { data } = (await receiver.until(1, 2_000))[0]!.body;
    assert.deepEqual([data.outcome, data.receipts], ["connection-lost", { caller: mine, callee: theirs }]);
  }, { GRACE_MS: "200" }));

for (const [how, measured] of [["by a receipt", 70], ["by what the server saw", null]] as const) {
  Deno.test(`receipts: the wait for somebody who was gone is no part of how long a call was, ${how}`, () =>
    scene(async (ann, bob, receiver) => {
      const callId = await connect(ann, bob);
      await bob.close();
      assert.equal((await ann.next("call:peer")).state, "reconnecting");
      assert.equal((await ann.next("call:end")).reason, "connection-lost");
      if (measured !== null) send(ann, callId, { ...mine, durationMs: measured });
      const { data } = (await receiver.until(1, 8_000))[0]!.body;
      const wholeMs = Date.parse(data.endedAt) - Date.parse(data.answeredAt);
      assert.ok(wholeMs >= 2_000, `${wholeMs}`);
      if (measured !== null) assert.equal(data.durationMs, measured);
      else assert.ok(data.durationMs >= 0 && data.durationMs <= wholeMs - 1_990, `${data.durationMs} of ${wholeMs} ms`);
    }, { GRACE_MS: "2000" }));
}

Deno.test("receipts: a side that was away and is back was there all the time", () =>
  scene(async (ann, bob, receiver, wires) => {
    await connect(ann, bob);
    await bob.close();
    await ann.next("call:peer");
    const back = await wires.enter("bob");
    await back.next("call:state");
    await ann.next("call:peer");
    ann.send({ type: "call:end", chatId });
    await back.next("call:end");
    const { data } = (await receiver.until(1, 8_000))[0]!.body;
    assert.equal(data.durationMs, Date.parse(data.endedAt) - Date.parse(data.answeredAt));
  }));

Deno.test("[R14] receipts: a call that outlived the server: when it began is not known", () =>
  scene(async (ann, bob, receiver) => {
    const callId = "a-call-of-the-dead-server";
    ann.send({ type: "call:resume", chatId, callId, role: "caller", media: "audio" });
    await ann.next("call:state");
    await ann.next("call:peer");
    bob.send({ type: "call:resume", chatId, callId, role: "callee" });
    await bob.next("call:state");
    await ann.next("call:peer");
    send(bob, callId, theirs);
    bob.send({ type: "call:end", chatId, callId });
    await ann.next("call:end");
    send(ann, callId, mine);
    const { data } = (await receiver.until(1))[0]!.body;
    assert.deepEqual([data.placedAt, data.answeredAt, data.media, data.outcome], [null, null, "audio", "hangup"]);
    assert.deepEqual([data.caller.name, data.callee.name], ["ANN", "BOB"]);
    assert.deepEqual(data.receipts, { caller: mine, callee: theirs });
    assert.equal(data.durationMs, mine.durationMs, "by what the two say");
  }));

Deno.test("[R19] receipts: a server that leaves tells of what rings and of what it waited for; a connected call goes on", async () => {
  await using receiver = new Receiver();
  const wires = new Wires({ RECEIPT_WEBHOOK: receiver.url, RECEIPT_SECRET: WEBHOOK_SECRET });
  const told = new Map<string, string>();
  for (const state of ["over", "ringing", "connected"]) {
    const chats = [state];
    const [caller, callee] = [await wires.enter(`${state}-1`, { chats }), await wires.enter(`${state}-2`, { chats })];
    caller.send({ type: "call:initiate", chatId: state, offer });
    const { callId } = await callee.rings();
    if (state !== "connected") told.set(callId, state === "over" ? "hangup" : "shutdown");
    await caller.next("call:ringing");
    if (state === "ringing") continue;
    callee.send({ type: "call:answer", chatId: state, answer });
    await caller.next("call:answer");
    if (state === "connected") continue;
    caller.send({ type: "call:end", chatId: state });
    await callee.next("call:end");
  }
  assert.equal(receiver.received.length, 0);
  await wires[Symbol.asyncDispose]();
  assert.deepEqual(new Map(receiver.received.map(({ body }) => [body.data.callId, body.data.outcome])), told);
  assert.equal(receiver.received.length, 2);
});
