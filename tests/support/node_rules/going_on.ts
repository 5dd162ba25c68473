/** A call that goes on, and what becomes of it, over two processes: rules R11 to R20. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { CLOSE } from "../../../shared/protocol/constants.ts";
import { answer, connect, media, offer, ring, type Wire } from "../wire.ts";
import { SECRET } from "../product.ts";
import { candidate, CHROMIUM_OFFER } from "../sdp.ts";
import { firstToHear, GRACE_MS, ONE, type Scene, settled, type Stage, TWO } from "./stage.ts";

const MINE = "a-call-id-of-mine-0";

/** Ann at one process, and Bob at the other, are in a call. */
async function talking({ enter }: Stage): Promise<[ann: Wire, bob: Wire, callId: string]> {
  const [ann, bob] = [await enter(ONE, "ann", { page: "first" }), await enter(TWO, "bob", { page: "first" })];
  return [ann, bob, await connect(ann, bob)];
}

/** What one says of its media comes to the other, and nothing before it. */
async function relayed(from: Wire, to: Wire): Promise<void> {
  from.send({ type: "call:media", chatId: from.chatId, ...media });
  await to.next("call:media");
}

export const GOING_ON: Record<string, Scene> = {
  async R11({ chatId, enter }) {
    const [ann, bob] = [await enter(ONE, "ann"), await enter(TWO, "bob")];
    for (let n = 0; n < 2; n++) ann.send({ type: "call:initiate", chatId, callId: MINE, offer });
    await bob.rings();
    await ann.next("call:ringing");
    for (let n = 0; n < 2; n++) bob.send({ type: "call:answer", chatId, callId: MINE, answer });
    await ann.next("call:answer");
    await settled(bob, ann);
    for (const wire of [ann, bob]) wire.send({ type: "call:end", chatId, callId: MINE });
    assert.equal((await (await firstToHear(ann, bob)).next("call:end")).callId, MINE);
    await settled(ann, bob);
  },

  async R12(stage) {
    const { chatId, enter } = stage;
    const [ann, bob, callId] = await talking(stage);
    await bob.close();
    assert.equal((await ann.next("call:peer")).state, "reconnecting");
    ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
    await settled(ann);
    const back = await enter(ONE, "bob", { page: "first" });
    assert.deepEqual(back.welcome.calls, [{ chatId, callId, role: "callee", state: "connected" }]);
    assert.equal((await back.next("call:state")).callId, callId);
    assert.deepEqual((await back.next("call:ice-candidate")).candidate, candidate(1));
    assert.equal((await ann.next("call:peer")).state, "back");
    await back.close();
    assert.equal((await ann.next("call:peer")).state, "reconnecting");
    const goneAt = performance.now();
    assert.equal((await ann.next("call:end", 3 * GRACE_MS)).reason, "connection-lost");
    assert.ok(performance.now() - goneAt > GRACE_MS - 200, "not before its time");
  },

  async R13(stage) {
    const { chatId, enter } = stage;
    const [ann, bob] = await talking(stage);
    const reloaded = await enter(ONE, "bob", { page: "second" });
    assert.equal((await bob.closed).code, CLOSE.replaced);
    assert.equal((await reloaded.next("call:state")).state, "connected");
    assert.equal((await ann.next("call:peer")).state, "reloaded");
    ann.send({ type: "call:negotiate", chatId, description: offer });
    assert.equal((await reloaded.next("call:negotiate")).description.type, "offer");
    reloaded.send({ type: "call:negotiate", chatId, description: answer });
    assert.equal((await ann.next("call:negotiate")).description.type, "answer");
  },

  async R14(stage) {
    const { cluster, chatId, enter } = stage;
    const [ann, bob, callId] = await talking(stage);
    await cluster.redis.say("FLUSHALL");
    for (const wire of [ann, bob]) assert.equal((await wire.closed).code, CLOSE.restart);
    for (const node of [ONE, TWO]) await cluster.isReady(node);
    // Each comes to the process that the other one had.
    const back = await enter(ONE, "bob", { page: "first" });
    back.send({ type: "call:resume", chatId, callId, role: "callee" });
    assert.equal((await back.next("call:state")).state, "connected");
    assert.equal((await back.next("call:peer")).state, "reconnecting");
    const annBack = await enter(TWO, "ann", { page: "first" });
    annBack.send({ type: "call:resume", chatId, callId, role: "caller" });
    assert.equal((await annBack.next("call:state")).callId, callId);
    assert.equal((await back.next("call:peer")).state, "back");
    await relayed(annBack, back);
  },

  async R15(stage) {
    const { chatId } = stage;
    const [ann, bob] = await talking(stage);
    for (const wire of [ann, bob]) wire.send({ type: "call:negotiate", chatId, description: offer });
    for (const wire of [ann, bob]) assert.equal((await wire.next("call:negotiate")).description.type, "offer");
    bob.send({ type: "call:negotiate", chatId, description: answer });
    assert.equal((await ann.next("call:negotiate")).description.type, "answer");
  },

  async R16({ chatId, enter, userId }) {
    const [ann, bob] = [await enter(ONE, "ann", { name: "Ann" }), await enter(TWO, "bob")];
    for (const stamp of [{ callerId: userId("bob") }, { callerName: "Bob" }, { from: userId("bob") }]) {
      ann.sendRaw(JSON.stringify({ type: "call:initiate", chatId, offer, ...stamp }));
      await ann.refused("INVALID_MESSAGE");
    }
    ann.send({ type: "call:initiate", chatId, offer });
    const { callerId, callerName } = await bob.next("call:offer");
    assert.deepEqual([callerId, callerName], [userId("ann"), "Ann"]);
  },

  async R17(stage) {
    const { chatId } = stage;
    const [ann, bob] = await talking(stage);
    ann.send({ type: "call:negotiate", chatId, description: { type: "offer", sdp: "v=0" } });
    await ann.refused("INVALID_MESSAGE");
    ann.send({ type: "call:ice-candidate", chatId, candidate: { candidate: "candidate:\r\na=evil" } });
    await ann.refused("INVALID_MESSAGE");
    // One that is not understood is dropped alone, in silence; another's writing is put right.
    ann.send({ type: "call:ice-candidate", chatId, candidate: { candidate: "candidate:garbage", sdpMid: "0" } });
    const line = candidate(3).candidate;
    ann.send({ type: "call:ice-candidate", chatId, candidate: { candidate: ` a=${line} `, sdpMid: "0" } });
    assert.equal((await bob.next("call:ice-candidate")).candidate!.candidate, line);
    ann.send({ type: "call:negotiate", chatId, description: { type: "offer", sdp: CHROMIUM_OFFER } });
    await bob.next("call:negotiate");
    await settled(ann);
  },

  async R18(stage) {
    const { chatId, enter } = stage;
    const [ann, bob] = await talking(stage);
    const phone = await enter(TWO, "ann", { device: "phone" });
    // Two were said before these, and tokens come meanwhile; what is over the rate is told which of the frames it was.
    for (let n = 0; n < 200; n++) ann.send({ type: "call:media", chatId, ...media });
    const { refused, frame, retryAfterMs } = await ann.refused("RATE_LIMITED");
    assert.equal(refused, "call:media");
    assert.ok(frame! > 100 && retryAfterMs! > 0, JSON.stringify({ frame, retryAfterMs }));
    ann.send({ type: "call:end", chatId });
    assert.equal((await bob.reaches("call:end")).reason, "hangup");
    // The first call of this user's twenty in a minute was the one above; at which of the processes is the same.
    for (let n = 1; n < 20; n++) {
      phone.send({ type: "call:initiate", chatId, offer });
      await bob.next("call:offer");
      phone.send({ type: "call:end", chatId });
      await bob.next("call:end");
      await bob.next("call:missed");
    }
    const tablet = await enter(ONE, "ann", { device: "tablet" });
    tablet.send({ type: "call:initiate", chatId, offer });
    assert.ok((await tablet.refused("RATE_LIMITED")).retryAfterMs! > 0);
    await settled(bob);
  },

  async R19({ cluster, chatId, enter }) {
    const [ann, bob] = [await enter(ONE, "ann"), await enter(TWO, "bob")];
    const callId = await ring(ann, bob);
    await cluster.leave(ONE);
    assert.equal((await ann.closed).code, CLOSE.restart);
    const back = await enter(TWO, "ann");
    assert.equal((await back.next("call:state")).state, "ringing");
    await back.next("call:ringing");
    bob.send({ type: "call:answer", chatId, callId, answer });
    await back.next("call:answer");
    back.send({ type: "call:end", chatId });
    await bob.next("call:end");
    // The last one that leaves leaves nobody behind who could go on with what rings.
    await ring(back, bob);
    await cluster.leave(TWO);
    for (const wire of [back, bob]) {
      assert.equal((await wire.next("call:end")).reason, "shutdown");
      assert.equal((await wire.closed).code, CLOSE.restart);
    }
    await Promise.all([ONE, TWO].map((node) => cluster.startAnew(node)));
  },

  async R20({ chatId, enter, userId }) {
    const token = await new SignJWT({ name: "Ann", chats: [chatId, "another"] }).setProtectedHeader({ alg: "HS256" })
      .setSubject(userId("ann")).setIssuedAt().setExpirationTime(Math.ceil(Date.now() / 1000) + 3)
      .sign(new TextEncoder().encode(SECRET));
    const [ann, bob] = [await enter(ONE, "ann", { token, chats: [chatId] }), await enter(TWO, "bob")];
    await connect(ann, bob);
    for (let left = Infinity; left > 0;) left = (await ann.next("session:expiring", 5_000)).expiresInMs;
    await relayed(ann, bob);
    ann.send({ type: "call:initiate", chatId: "another", offer });
    await ann.refused("SESSION_EXPIRED");
    // It may come back to its call, also to another process.
    await ann.close();
    assert.equal((await bob.next("call:peer")).state, "reconnecting");
    const back = await enter(TWO, "ann", { token, chats: [chatId] });
    assert.equal((await bob.next("call:peer")).state, "back");
    await inCall(back);
    // It is told of its token too, now or a little later.
    bob.send({ type: "call:media", chatId, ...media });
    await back.reaches("call:media");
    bob.send({ type: "call:end", chatId });
    await back.reaches("call:end");
    assert.equal((await back.closed).code, CLOSE.expired);
  },
};

/** A device that came back has heard where its call stands. */
async function inCall(wire: Wire): Promise<Wire> {
  assert.equal((await wire.reaches("call:state")).state, "connected");
  return wire;
}
