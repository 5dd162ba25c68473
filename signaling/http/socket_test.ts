/** What a socket that is open says and takes. */

import assert from "node:assert/strict";
import { SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { candidate, TRICKLE_OFFER } from "../../tests/support/sdp.ts";
import { answer, chatId, offer, quiet, Wires } from "../../tests/support/wire.ts";

Deno.test("welcome: the first frame says who, where, and how long things take", async () => {
  await using wires = new Wires({ RING_TIMEOUT_MS: "1234", GRACE_MS: "567", VIDEO_CODECS: "h264, VP8" });
  const ann = await wires.enter("ann", { name: "Ann <b>", device: "tab-1" });
  assert.deepEqual(ann.welcome, {
    type: "welcome",
    protocol: 4,
    deviceId: "tab-1",
    user: { id: "ann", name: "Ann <b>" },
    iceServers: [{ urls: ["stun:stun.example.org"] }],
    ringTimeoutMs: 1234,
    graceMs: 567,
    pingMs: ann.welcome.pingMs,
    videoCodecs: ["H264", "VP8"],
    calls: [],
  });
  assert.ok(ann.welcome.pingMs > 0);
  assert.equal(ann.protocol, SUBPROTOCOL, "the token is not the protocol chosen");
  await quiet(ann);
});

Deno.test("ping is answered by pong", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  ann.send({ type: "ping" });
  await ann.next("pong");
});

Deno.test("a second socket of the same device replaces the first: 4001, and its late close changes nothing", async () => {
  await using wires = new Wires({ GRACE_MS: "100" });
  const ann = await wires.enter("ann");
  const first = await wires.enter("bob", { page: "page" });
  ann.send({ type: "call:initiate", chatId, offer });
  await first.rings();
  await ann.next("call:ringing");
  first.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");

  const second = await wires.enter("bob", { page: "page" });
  const { code, reason } = await first.closed;
  assert.equal(code, 4001);
  assert.notEqual(reason, "");
  assert.equal((await second.next("call:state")).state, "connected");
  await second.silent(150); // longer than the grace
  await quiet(ann, second);
  ann.send({ type: "call:end", chatId });
  assert.equal((await second.next("call:end")).reason, "hangup");
});

Deno.test("the same device id of another user replaces nobody", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { device: "same" });
  const bob = await wires.enter("bob", { device: "same" });
  await quiet(ann, bob);
});

Deno.test("[R17] bad frames: an error with its code, nothing forwarded, and the socket and another call live on", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { chats: ["chat", "other"] });
  const bob = await wires.enter("bob");
  const cat = await wires.enter("cat", { chats: ["cd", "other"] });
  const dan = await wires.enter("dan", { chats: ["cd"] });
  cat.send({ type: "call:initiate", chatId: "cd", offer });
  await dan.rings();
  await cat.next("call:ringing");
  dan.send({ type: "call:answer", chatId: "cd", answer });
  await cat.next("call:answer");
  ann.send({ type: "call:initiate", chatId, offer });
  await bob.rings();
  await ann.next("call:ringing");

  const json = (value: object) => JSON.stringify({ chatId, ...value });
  const bad: [frame: string | Uint8Array<ArrayBuffer>, code: "INVALID_MESSAGE" | "TOO_LARGE"][] = [
    ["", "INVALID_MESSAGE"],
    ["marker", "INVALID_MESSAGE"],
    ["null", "INVALID_MESSAGE"],
    [new TextEncoder().encode(json({ type: "call:end" })), "INVALID_MESSAGE"],
    [json({ type: "call:end" }).padEnd(64 * 1024 + 1), "TOO_LARGE"],
    [JSON.stringify({ type: "ж".repeat(33 * 1024) }), "TOO_LARGE"],
    [json({ type: "marker" }), "INVALID_MESSAGE"],
    [json({ type: "constructor" }), "INVALID_MESSAGE"],
    [json({ type: "call:answer" }), "INVALID_MESSAGE"],
    [json({ type: "call:end", marker: "marker" }), "INVALID_MESSAGE"],
    [json({ type: "call:end", callId: "marker!" }), "INVALID_MESSAGE"],
    [json({ type: "call:answer", answer: { type: "answer", sdp: "marker" } }), "INVALID_MESSAGE"],
    [json({ type: "call:answer", answer: offer }), "INVALID_MESSAGE"],
    [
      json({ type: "call:negotiate", description: { type: "offer", sdp: TRICKLE_OFFER + "marker" } }),
      "INVALID_MESSAGE",
    ],
    [
      json({
        type: "call:ice-candidate",
        candidate: { candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=marker" },
      }),
      "INVALID_MESSAGE",
    ],
  ];
  for (const [frame, code] of bad) {
    for (const wire of [ann, bob]) {
      wire.sendRaw(frame);
      const error = await wire.refused(code);
      assert.doesNotMatch(JSON.stringify(error), /marker/);
    }
  }
  await quiet(ann, bob, cat, dan);
  dan.send({ type: "call:media", chatId: "cd", audio: true, video: false, screen: false });
  await cat.next("call:media");
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
});

Deno.test("[R16] nobody can stamp a sender: such fields are refused, and the stamp is the server's", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann", { name: "Ann" });
  const bob = await wires.enter("bob");
  for (
    const field of ["callerId", "callerName", "from", "sender", "userId", "user", "deviceId", "expiresInMs", "glare"]
  ) {
    ann.sendRaw(JSON.stringify({ type: "call:initiate", chatId, offer, [field]: "bob" }));
    await ann.refused("INVALID_MESSAGE");
  }
  await quiet(ann, bob);
  ann.send({ type: "call:initiate", chatId, offer });
  const rung = await bob.rings();
  assert.deepEqual([rung.callerId, rung.callerName, rung.media], ["ann", "Ann", "video"]);
  await ann.next("call:ringing");
});

Deno.test("[R19] the server leaves: shutdown for what still rings, nothing for what is connected, 1012 for all", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const [cat, dan] = [await wires.enter("cat", { chats: ["cd"] }), await wires.enter("dan", { chats: ["cd"] })];
  ann.send({ type: "call:initiate", chatId, offer });
  await bob.rings();
  await ann.next("call:ringing");
  cat.send({ type: "call:initiate", chatId: "cd", offer });
  await dan.rings();
  await cat.next("call:ringing");
  dan.send({ type: "call:answer", chatId: "cd", answer });
  await cat.next("call:answer");
  await quiet(ann, bob, cat, dan);

  wires.signaling.close();
  for (const wire of [ann, bob]) assert.equal((await wire.next("call:end")).reason, "shutdown");
  for (const wire of [ann, bob, cat, dan]) assert.equal((await wire.closed).code, 1012);
});

Deno.test("chat:watch: members and presence, now and on change; a device within its grace is online", async () => {
  await using wires = new Wires({ GRACE_MS: "100" });
  const ann = await wires.enter("ann", { name: "Ann" });
  const state = async () => {
    const { members, call } = await ann.next("chat:state");
    return [...members.map(({ name, online }) => `${name} ${online}`), ...(call ? [call.state] : [])].join(", ");
  };
  ann.send({ type: "chat:watch", chatId });
  assert.equal(await state(), "Ann true");
  const bob = await wires.enter("bob", { name: "Bob" });
  assert.equal(await state(), "Ann true, Bob true");
  await wires.enter("bob", { name: "Bob", device: "phone" });
  await quiet(ann); // a second device changes nothing
  await (await wires.enter("bob", { name: "Bob", device: "phone" })).close();
  await bob.close();
  assert.equal(await state(), "Ann true, Bob false"); // after the grace, and once
  const back = await wires.enter("bob", { name: "Bob" });
  assert.equal(await state(), "Ann true, Bob true");
  ann.send({ type: "call:initiate", chatId, offer });
  assert.equal(await state(), "Ann true, Bob true, ringing");
  await back.rings();
  await ann.next("call:ringing");
  back.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  assert.equal(await state(), "Ann true, Bob true, connected");
  back.send({ type: "call:end", chatId });
  await ann.next("call:end");
  assert.equal(await state(), "Ann true, Bob true");
  back.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
  await quiet(ann, back);
});

Deno.test("chat:watch: a member whom a newer token brings in while they are online already is told too", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  await wires.enter("bob", { chats: ["elsewhere"] });
  ann.send({ type: "chat:watch", chatId });
  assert.deepEqual((await ann.next("chat:state")).members.map(({ id }) => id), ["ann"]);
  await wires.enter("bob", { chats: ["elsewhere", chatId], device: "phone" });
  await ann.settled();
  assert.deepEqual((await ann.next("chat:state", 300)).members.map(({ id }) => id), ["ann", "bob"]);
});
