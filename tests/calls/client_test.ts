/** Two call clients (`shared/client`) in a real call: a real server, real sockets, and werift's WebRTC. */

import assert from "node:assert/strict";
import { away, CHAT, clientTest as test } from "../support/client_scene.ts";
import type { WeriftPerson } from "../support/werift.ts";

const nothingOpen = { connections: 0, devices: 0 };

test("a video call connects, media flows both ways, and a hang-up releases everything", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "video");
  const { call } = await bob.phase("incoming");
  assert.equal(call.phase === "incoming" && call.call.peer?.name, "ANN");
  await ann.phase("ringing");
  bob.client.accept("video");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann, bob].flatMap((person) => [person.receives("audio"), person.receives("video")]));
  await ann.until(({ remote }) => remote.audio && remote.video);

  bob.client.hangUp();
  const ended = await ann.phase("ended");
  assert.equal(ended.call.phase === "ended" && ended.call.outcome, "hangup");
  assert.ok(ended.call.phase === "ended" && ended.call.durationMs! > 0);
  assert.deepEqual([ann.open, bob.open], [nothingOpen, nothingOpen]);
});

test("[R3] a phone that takes the offer and shows nothing leaves the caller with Calling…; shown late, it rings", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.isAwake = false;
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await bob.settled();
  await ann.settled();
  assert.equal(ann.client.snapshot.call.phase, "calling");
  bob.client.presented();
  await ann.phase("ringing");
  bob.client.accept("audio");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
});

test("[R3] a client that never says it rings is called, and answers, all the same", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.isAwake = false;
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.client.accept("audio");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  bob.client.hangUp();
  const { call } = await ann.phase("ended");
  assert.equal(call.phase === "ended" && call.outcome, "hangup");
});

test("an audio call opens no camera on either side", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.client.accept("video");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
  assert.equal(ann.client.snapshot.local.camera, false);
  assert.equal(bob.client.snapshot.local.camera, false);
});

test("mute, and the camera off and on again, are told to the other side and release the camera", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  bob.client.accept("video");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await ann.until(({ local }) => local.camera);

  ann.client.setMicrophone(false);
  await bob.until(({ remote }) => !remote.audio);
  ann.client.setCamera(false);
  await bob.until(({ remote }) => !remote.video);
  assert.equal(ann.open.devices, 1, "only the microphone is in use");
  ann.client.setCamera(true);
  ann.client.setMicrophone(true);
  await bob.until(({ remote }) => remote.video && remote.audio);
  await bob.receives("video");
});

test("declined, cancelled and unanswered calls end on both sides and release everything", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const outcome = async (person: WeriftPerson) => {
    const { call } = await person.phase("ended");
    return call.phase === "ended" ? call.outcome : assert.fail();
  };
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  bob.client.decline();
  assert.equal(await outcome(ann), "declined");

  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  ann.client.hangUp();
  assert.equal(await outcome(bob), "cancelled");

  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  assert.deepEqual(await Promise.all([outcome(ann), outcome(bob)]), ["timeout", "timeout"]);
  assert.deepEqual([ann.open, bob.open], [nothingOpen, nothingOpen]);
}, { RING_TIMEOUT_MS: "600" });

test("who cannot be called is said: offline, not a member, busy", async (enter) => {
  const [ann, bob] = [await enter("ann", [CHAT, "quiet"]), await enter("bob", [CHAT, "third"])];
  const carl = await enter("carl", ["third"]);
  const outcomeOf = async (chatId: string, person = ann) => {
    person.client.call(chatId, "audio");
    const { call } = await person.phase("ended");
    person.client.dismiss();
    return call.phase === "ended" ? call.outcome : assert.fail();
  };
  assert.equal(await outcomeOf("quiet"), "offline");
  assert.equal(await outcomeOf("elsewhere"), "access-denied");
  bob.client.call("third", "audio");
  await carl.phase("incoming");
  assert.equal(await outcomeOf(CHAT), "busy");
  await bob.until(({ missed }) => missed.some(({ reason, chatId }) => reason === "busy" && chatId === CHAT));
});

test("a missed call is to be seen to until the two have talked, and not by a talk with another", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob", [CHAT, "third"])];
  const carl = await enter("carl", ["third"]);
  bob.client.watch(CHAT);
  await bob.until(({ members }) => members[CHAT]?.length === 2);
  const talk = async (caller: WeriftPerson, callee: WeriftPerson, chatId: string, during = async () => {}) => {
    caller.client.call(chatId, "audio");
    await callee.phase("incoming");
    callee.client.accept("audio");
    await Promise.all([caller.phase("connected"), callee.phase("connected")]);
    await during();
    caller.client.hangUp();
    await callee.phase("ended");
  };
  await talk(carl, bob, "third", async () => {
    ann.client.call(CHAT, "audio");
    await ann.phase("ended");
    await bob.until(({ missed }) => missed.length === 1);
  });
  assert.equal(bob.client.snapshot.missed.length, 1);
  await talk(bob, ann, CHAT);
  assert.deepEqual(bob.client.snapshot.missed, []);
});

test("a missed call that was seen to on another device is gone from one that was away meanwhile, and no other", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const carl = await enter("carl", [CHAT]);
  const phone = await enter("bob");
  bob.client.watch(CHAT);
  await bob.until(({ members }) => members[CHAT]?.length === 3);
  for (const caller of [ann, carl]) {
    caller.client.watch(CHAT);
    await caller.until(({ members }) => members[CHAT]?.length === 3);
    caller.client.call(CHAT, "audio", "bob");
    await bob.phase("incoming");
    caller.client.hangUp();
    await bob.phase("ended");
  }
  await Promise.all([bob, phone].map((device) => device.until(({ missed }) => missed.length === 2)));
  const [first, second] = bob.client.snapshot.missed;
  await away(bob);
  phone.client.dismissMissed(first!.callId);
  await phone.until(({ missed }) => missed.length === 1);
  await phone.settled();
  bob.goOnline();
  await bob.until(({ missed }) => missed.length === 1);
  assert.deepEqual(bob.client.snapshot.missed, [second]);
});

test("[R10] both call at once: one call, answered by itself", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "video");
  bob.client.call(CHAT, "audio");
  const [a, b] = await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  const idOf = ({ call }: typeof a) => call.phase === "connected" ? call.call.callId : assert.fail();
  assert.equal(idOf(a), idOf(b));
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
  assert.equal(bob.client.snapshot.local.camera, false, "no more media than was asked for");
  assert.deepEqual([ann.open.connections, bob.open.connections], [1, 1]);
});

test("[R12] a call outlives a lost socket on either side", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.client.accept("audio");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  for (const [one, other] of [[ann, bob], [bob, ann]] as const) {
    one.cutSocket();
    await other.phase("reconnecting");
    await Promise.all([one.phase("connected"), other.phase("connected")]);
    await Promise.all([one.receives("audio"), other.receives("audio")]);
  }
  ann.client.hangUp();
  await bob.phase("ended");
});

test("more than two members: each call picks one", async (enter) => {
  const [ann, bob, carl] = [await enter("ann"), await enter("bob"), await enter("carl")];
  ann.client.watch(CHAT);
  await ann.until(({ members }) => members[CHAT]?.length === 3);
  ann.client.call(CHAT, "audio", "carl");
  const { call } = await carl.phase("incoming");
  assert.equal(call.phase === "incoming" && call.call.peer?.id, "ann");
  carl.client.accept("audio");
  const [connected] = await Promise.all([ann.phase("connected"), carl.phase("connected")]);
  assert.equal(connected.call.phase === "connected" && connected.call.call.peer?.name, "CARL");
  assert.equal(bob.client.snapshot.call.phase, "idle");
}, { CHAT_CAPACITY: "3" });
