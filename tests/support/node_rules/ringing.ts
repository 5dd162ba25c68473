/** What goes before a call, over two processes: rules R1 to R10. */

import assert from "node:assert/strict";
import { Guest, isError } from "../guest.ts";
import { named, nameOf } from "../history/history.ts";
import { candidate, TRICKLE_OFFER } from "../sdp.ts";
import { answer, connect, offer, ring, type Wire } from "../wire.ts";
import { glare, ONE, RING_MS, type Scene, settled, type Stage, TWO } from "./stage.ts";

const MINE = "a-call-id-of-mine-0";

/** Ann at one process, and Bob at the other. */
async function both({ enter }: Stage): Promise<[ann: Wire, bob: Wire]> {
  return [await enter(ONE, "ann"), await enter(TWO, "bob")];
}

export const RINGING: Record<string, Scene> = {
  async R1(stage) {
    const { cluster, chatId, enter } = stage;
    const [ann, bob] = await both(stage);
    const callId = await connect(ann, bob);
    const eve = await enter(TWO, "eve", { chats: ["another"] });
    const errors = [];
    for (const about of [{ chatId, callId }, { chatId: "none", callId }]) {
      eve.send({ type: "call:end", ...about });
      const { code, message } = await eve.refused("ACCESS_DENIED");
      errors.push({ code, message });
    }
    assert.deepEqual(errors[0], errors[1]);
    bob.send({ type: "call:end", chatId });
    assert.equal((await ann.next("call:end")).reason, "hangup");

    const [maker, guest, third] = await Promise.all(
      ["Maker", "Guest", "Third"].map((name, n) => Guest.named(cluster.products[n % 2]!.url, name)),
    ) as [Guest, Guest, Guest];
    const made = await maker.createChat();
    assert.equal((await guest.post(`/api/chats/${made}/join`)).json.members.length, 2);
    isError(await third.post(`/api/chats/${made}/join`), 403, "ACCESS_DENIED");
  },

  async R2(stage) {
    const { cluster, chatId, enter } = stage;
    const before = await cluster.figures();
    const [ann, bob] = await both(stage);
    const watchers = [await enter(ONE, "ann", { device: "phone" }), await enter(TWO, "carl")];
    for (const watcher of watchers) {
      watcher.send({ type: "chat:watch", chatId });
      await watcher.next("chat:state");
    }
    ann.send({ type: "call:initiate", chatId, offer, to: stage.userId("bob") });
    await bob.rings();
    await ann.next("call:ringing");
    bob.send({ type: "call:answer", chatId, answer });
    await ann.next("call:answer");
    ann.send({ type: "call:end", chatId });
    await bob.next("call:end");
    const seen = await Promise.all(watchers.map(async (watcher) => {
      const states = [];
      for (let n = 0; n < 3; n++) states.push((await watcher.next("chat:state")).call?.state);
      return states;
    }));
    assert.deepEqual(seen, [["ringing", "connected", undefined], ["ringing", "connected", undefined]]);
    const after = await cluster.figures();
    for (const name of ["placed_total", "answered_total", 'ended_total{outcome="hangup"}']) {
      assert.equal(after[`zvonok_calls_${name}`]! - (before[`zvonok_calls_${name}`] ?? 0), 1, name);
    }
  },

  async R3({ chatId, enter }) {
    const ann = await enter(ONE, "ann");
    ann.send({ type: "call:initiate", chatId, offer });
    // Nobody else is known in this chat yet.
    await ann.refused("USER_OFFLINE");
    const phone = await enter(TWO, "bob", { device: "phone" });
    const laptop = await enter(ONE, "bob");
    const callId = await ring(ann, phone);
    await laptop.rings();
    for (const wire of [phone, laptop]) wire.send({ type: "call:ringing", chatId, callId });
    await settled(phone, laptop, ann);
    await ann.close();
    const back = await enter(TWO, "ann");
    assert.equal((await back.next("call:state")).state, "ringing");
    assert.equal((await back.next("call:ringing")).callId, callId);
    back.send({ type: "call:end", chatId });
    for (const device of [phone, laptop]) {
      await device.next("call:end");
      await device.next("call:missed");
      await device.close();
    }
  },

  async R4(stage) {
    const [ann, bob] = await both(stage);
    const startedAt = performance.now();
    const callId = await ring(ann, bob);
    await bob.close();
    const back = await stage.enter(ONE, "bob");
    const { expiresInMs } = await back.next("call:offer");
    assert.ok(expiresInMs < RING_MS, `${expiresInMs} ms: not anew`);
    assert.equal((await ann.next("call:end", 2 * RING_MS)).reason, "timeout");
    assert.ok(performance.now() - startedAt >= RING_MS - 100, "not before its time");
    assert.equal((await back.next("call:end")).reason, "timeout");
    const missed = await back.next("call:missed");
    assert.deepEqual([missed.callId, missed.reason], [callId, "timeout"]);
  },

  async R5({ chatId, enter }) {
    const ann = await enter(ONE, "ann");
    const names = ["laptop", "phone", "tablet", "watch"];
    const devices = await Promise.all(names.map((device, n) => enter(n % 2, "bob", { device })));
    const callId = await ring(ann, ...devices);
    for (const [n, device] of devices.entries()) {
      device.send({ type: "call:answer", chatId, callId, answer: named(answer, names[n]!) });
    }
    const winner = names.indexOf(nameOf((await ann.next("call:answer")).answer.sdp));
    for (const device of devices.toSpliced(winner, 1)) {
      // By the winner's answer, and by its own, which came late.
      for (let n = 0; n < 2; n++) assert.equal((await device.next("call:end")).reason, "answered-elsewhere");
    }
    ann.send({ type: "call:end", chatId });
    assert.equal((await devices[winner]!.next("call:end")).reason, "hangup");
    await settled(ann, ...devices);
  },

  async R6(stage) {
    const { chatId, enter } = stage;
    const [ann, phone] = await both(stage);
    const laptop = await enter(ONE, "bob", { device: "tablet" });
    const line = "a=candidate:1 1 udp 2122063615 192.0.2.77 47059 typ host";
    const sdp = TRICKLE_OFFER.replace("a=mid:0", `${line}\r\na=mid:0`);
    ann.send({ type: "call:initiate", chatId, offer: { type: "offer", sdp } });
    ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(7) });
    for (const device of [phone, laptop]) assert.ok(!(await device.rings()).offer.sdp.includes("192.0.2.77"));
    await ann.next("call:ringing");
    laptop.send({ type: "call:ice-candidate", chatId, candidate: candidate(9) });
    await settled(laptop, ann, phone);
    phone.send({ type: "call:answer", chatId, answer });
    await ann.next("call:answer");
    assert.match((await phone.next("call:ice-candidate")).candidate!.candidate, /192\.0\.2\.77/);
    assert.equal((await phone.next("call:ice-candidate")).candidate!.candidate, candidate(7).candidate);
    assert.equal((await laptop.next("call:end")).reason, "answered-elsewhere");
  },

  async R7(stage) {
    const { chatId, enter } = stage;
    const [ann, bob] = await both(stage);
    const tablet = await enter(ONE, "bob", { device: "tablet" });
    await ring(ann, bob, tablet);
    ann.send({ type: "call:end", chatId });
    for (const device of [bob, tablet]) {
      assert.equal((await device.next("call:end")).reason, "cancelled");
      assert.equal((await device.next("call:missed")).reason, "cancelled");
    }
    ann.send({ type: "call:end", chatId, callId: MINE });
    ann.send({ type: "call:initiate", chatId, callId: MINE, offer });
    assert.equal((await ann.next("call:end")).callId, MINE);
    await settled(ann, bob, tablet);
  },

  async R8(stage) {
    const { chatId, enter } = stage;
    const [ann, bob] = await both(stage);
    const tablet = await enter(ONE, "bob", { device: "tablet" });
    await ring(ann, bob, tablet);
    bob.send({ type: "call:reject", chatId });
    assert.equal((await ann.next("call:rejected")).reason, "declined");
    assert.equal((await tablet.next("call:end")).reason, "rejected-elsewhere");
    await ring(ann, bob, tablet);
    bob.send({ type: "call:end", chatId, reason: "incompatible" });
    await settled(bob, ann);
    tablet.send({ type: "call:end", chatId, reason: "unsupported" });
    assert.equal((await ann.next("call:end")).reason, "unsupported");
    await settled(bob, tablet);
  },

  async R9({ chatId, enter }) {
    const other = `${chatId}-other`;
    const ann = await enter(ONE, "ann");
    const bob = await enter(TWO, "bob", { chats: [chatId, other] });
    const carl = await enter(ONE, "carl", { chats: [other] });
    await connect(ann, bob);
    carl.send({ type: "call:initiate", chatId: other, offer });
    assert.equal((await carl.next("call:rejected")).reason, "busy");
    assert.equal((await bob.next("call:missed")).reason, "busy");
    bob.send({ type: "call:end", chatId });
    await ann.next("call:end");
    await ring(carl, bob);
  },

  async R10(stage) {
    const { chatId } = stage;
    const [ann, bob] = await both(stage);
    const { caller, callee, callId } = await glare(ann, bob);
    callee.send({ type: "call:answer", chatId, callId, answer });
    assert.equal((await caller.next("call:answer")).callId, callId);
    caller.send({ type: "call:end", chatId });
    assert.equal((await callee.next("call:end")).callId, callId);
    await settled(ann, bob);
  },
};
