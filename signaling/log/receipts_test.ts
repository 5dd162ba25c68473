/** Calls over real sockets, and a real receiver of the reports of them: what these say, and whose receipts they hold. */

import assert from "node:assert/strict";
import { answer, chatId, connect, offer, quiet, ring, type Wire, Wires } from "../../tests/support/wire.ts";
import { mine, scene, send, theirs } from "../../tests/support/receipt_scene.ts";

const isTime = (text: string) => assert.equal(new Date(text).toISOString(), text);

Deno.test("receipts: a call that was hung up, told once, with what both sides measured", () =>
  scene(async (ann, bob, receiver) => {
    const callId = await connect(ann, bob);
    send(ann, callId, mine);
    ann.send({ type: "call:end", chatId, callId });
    await bob.next("call:end");
    send(bob, callId, theirs);
    send(bob, callId, mine);
    send(ann, callId, theirs);
    const { type, timestamp, data } = (await receiver.until(1))[0]!.body;
    const { placedAt, answeredAt, endedAt, durationMs, ...rest } = data;
    assert.deepEqual([type, timestamp], ["call.ended", endedAt]);
    for (const time of [placedAt, answeredAt, endedAt]) isTime(time);
    assert.ok(placedAt <= answeredAt && answeredAt <= endedAt);
    // The receipts of this test say a minute: no longer than the server saw.
    assert.equal(durationMs, Date.parse(endedAt) - Date.parse(answeredAt));
    assert.deepEqual(rest, {
      chatId,
      callId,
      caller: { id: "ann", name: "ANN" },
      callee: { id: "bob", name: "BOB" },
      media: "video",
      outcome: "hangup",
      receipts: { caller: mine, callee: theirs },
    });
    send(ann, callId);
    await quiet(ann, bob);
    assert.equal(receiver.received.length, 1);
  }));

Deno.test("receipts: one side says nothing: told after five seconds, without it", () =>
  scene(async (ann, bob, receiver) => {
    const callId = await connect(ann, bob);
    bob.send({ type: "call:end", chatId, callId, reason: "failed" });
    const ended = performance.now();
    await ann.next("call:end");
    send(ann, callId, mine);
    await quiet(ann, bob);
    assert.equal(receiver.received.length, 0);
    const { at, body } = (await receiver.until(1))[0]!;
    assert.ok(at - ended >= 4_950, `${at - ended} ms`);
    assert.deepEqual([body.data.outcome, body.data.receipts], ["failed", { caller: mine, callee: null }]);
    send(bob, callId, theirs);
    await quiet(ann, bob);
    assert.equal(receiver.received.length, 1);
  }));

const unanswered: [outcome: string, end: (ann: Wire, bob: Wire) => void | Promise<void>][] = [
  ["declined", (_, bob) => bob.send({ type: "call:reject", chatId })],
  ["busy", (_, bob) => bob.send({ type: "call:reject", chatId, reason: "busy" })],
  ["cancelled", (ann) => ann.send({ type: "call:end", chatId })],
  ["timeout", () => {}],
];

for (const [outcome, end] of unanswered) {
  Deno.test(`receipts: a call that nobody answered: ${outcome}`, () =>
    scene(async (ann, bob, receiver) => {
      const callId = await ring(ann, bob);
      await end(ann, bob);
      send(bob, callId, theirs);
      await bob.settled();
      send(ann, callId, mine);
      const { data } = (await receiver.until(1, 4_000))[0]!.body;
      assert.deepEqual([data.callId, data.outcome, data.answeredAt], [callId, outcome, null]);
      assert.equal(data.durationMs, null);
      assert.deepEqual([data.caller.id, data.callee], ["ann", { id: "bob", name: "BOB" }]);
      assert.deepEqual(data.receipts, { caller: mine, callee: null });
      isTime(data.placedAt);
    }, { RING_TIMEOUT_MS: "500" }));
}

Deno.test("receipts: a call to somebody who talks: busy", () =>
  scene(async (ann, bob, receiver, wires) => {
    const eve = await wires.enter("eve");
    ann.send({ type: "call:initiate", chatId, offer, to: "bob" });
    await bob.rings();
    await ann.next("call:ringing");
    eve.send({ type: "call:initiate", chatId, offer, to: "bob", callId: "eve-calls-bob-01", media: "audio" });
    await eve.next("call:rejected");
    const { data } = (await receiver.until(1))[0]!.body;
    assert.deepEqual(data, {
      chatId,
      callId: "eve-calls-bob-01",
      caller: { id: "eve", name: "EVE" },
      callee: { id: "bob", name: "BOB" },
      media: "audio",
      placedAt: data.endedAt,
      answeredAt: null,
      endedAt: data.endedAt,
      durationMs: null,
      outcome: "busy",
      receipts: { caller: null, callee: null },
    });
  }));

Deno.test("receipts: a call to somebody who is not there: offline; in a chat without anybody else there is nothing to tell", () =>
  scene(async (ann, bob, receiver, wires) => {
    const eve = await wires.enter("eve", { chats: ["eves"] });
    eve.send({ type: "call:initiate", chatId: "eves", offer });
    await eve.refused("USER_OFFLINE");
    ann.send({ type: "chat:watch", chatId });
    await ann.next("chat:state");
    await bob.close();
    const { members } = await ann.next("chat:state");
    assert.deepEqual(members.map(({ online }) => online), [true, false]);
    ann.send({ type: "call:initiate", chatId, offer });
    await ann.refused("USER_OFFLINE");
    const { data } = (await receiver.until(1))[0]!.body;
    assert.deepEqual([data.outcome, data.caller.id, data.callee], ["offline", "ann", { id: "bob", name: "BOB" }]);
    await quiet(ann, eve);
    assert.equal(receiver.received.length, 1);
  }, { GRACE_MS: "100" }));

Deno.test("receipts: only the two devices in the call are heard; nobody is told an error, nothing is forwarded", () =>
  scene(async (ann, bob, receiver, wires) => {
    const tablet = await wires.enter("bob", { device: "tablet" });
    const desk = await wires.enter("ann", { device: "desk" });
    const callId = await ring(ann, bob, tablet);
    bob.send({ type: "call:answer", chatId, answer });
    await ann.next("call:answer");
    await tablet.next("call:end");
    for (const other of [tablet, desk]) send(other, callId);
    send(ann, "no-call-of-this-chat");
    await quiet(ann, bob, tablet, desk);
    ann.send({ type: "call:end", chatId, callId });
    await bob.next("call:end");
    send(ann, callId, mine);
    send(bob, callId, theirs);
    const { data } = (await receiver.until(1))[0]!.body;
    assert.deepEqual(data.receipts, { caller: mine, callee: theirs });
  }));

Deno.test("[R1] receipts: a foreign chat is ACCESS_DENIED, whether there is such a call or not", () =>
  scene(async (ann, bob, _, wires) => {
    const callId = await connect(ann, bob);
    const eve = await wires.enter("eve", { chats: ["eves"] });
    for (const id of [callId, "no-call-of-this-chat"]) {
      send(eve, id);
      assert.deepEqual(await eve.refused("ACCESS_DENIED"), {
        type: "call:error",
        code: "ACCESS_DENIED",
        message: "Access denied",
        chatId,
        callId: id,
      });
    }
  }));

Deno.test("[R17] receipts: numbers out of bounds are INVALID_MESSAGE", () =>
  scene(async (ann, bob, receiver) => {
    const callId = await connect(ann, bob);
    for (const wrong of [{ ...mine, lossSent: 2 }, { ...mine, bytesSent: 1e300 }, { ...mine, durationMs: 1e12 }]) {
      send(ann, callId, wrong);
      await ann.refused("INVALID_MESSAGE");
    }
    bob.send({ type: "call:end", chatId, callId });
    await ann.next("call:end");
    send(ann, callId, mine);
    send(bob, callId, theirs);
    assert.deepEqual((await receiver.until(1))[0]!.body.data.receipts, { caller: mine, callee: theirs });
  }));

Deno.test("receipts: nobody asked for them: taken, and told to nobody", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  send(ann, callId);
  await quiet(ann, bob);
});
