/** What a call client does whose socket is dead without its knowing: real clients, a real server, werift's WebRTC. */

import assert from "node:assert/strict";
import { away, CHAT, clientTest as test, connect } from "../support/client_scene.ts";
import { until } from "../support/until.ts";

test("[R12] an answer that went into a dead socket arrives all the same", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await ann.phase("ringing");
  ann.freezeSocket();
  bob.client.accept("audio");
  await bob.until(({ local }) => local.microphone);
  await bob.settled();
  ann.noticeFrozenSocket();
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
});

test("[R12] an answer that was lost for good ends the call for both at once, not when it has rung long enough", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await ann.phase("ringing");
  ann.deafenSocket();
  bob.client.accept("audio");
  await until("an answer", () => Promise.resolve(bob.client.link!.isDescribed));
  await bob.settled();
  // The server takes it for a sign that the answer came.
  ann.gather(1);
  await ann.settled();
  ann.noticeFrozenSocket();
  const ends = await Promise.all([ann.phase("ended"), bob.phase("ended")]);
  assert.deepEqual(ends.map(({ call }) => call.phase === "ended" && call.outcome), ["connection-lost", "failed"]);
});

test("[R12] the same, though the caller says something before it has the answer", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await ann.phase("ringing");
  ann.freezeSocket();
  bob.client.accept("audio");
  await bob.until(({ local }) => local.microphone);
  await bob.settled();
  ann.noticeFrozenSocket();
  ann.client.setMicrophone(false);
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await bob.until(({ remote }) => !remote.audio);
});

test("[R12] an answer that was sent into a dead socket is sent again", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.freezeSocket();
  bob.client.accept("audio");
  await bob.until(({ local }) => local.microphone);
  bob.noticeFrozenSocket();
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
});

test("[R12] the same, though the callee says something before the answer is sent again", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.freezeSocket();
  bob.client.accept("audio");
  await until("an answer into the dead socket", () => Promise.resolve(bob.client.link!.isDescribed));
  bob.noticeFrozenSocket();
  bob.client.setMicrophone(false);
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await ann.until(({ remote }) => !remote.audio);
});

test("[R12, R13] what waited for a page that was reloaded is not said to the new one, which hears one offer", async (enter) => {
  const [ann, before] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "video");
  await before.phase("incoming");
  before.client.accept("video");
  await Promise.all([ann.phase("connected"), before.phase("connected")]);
  await away(ann);
  ann.client.setCodec("VP8");
  ann.gather(1);
  await until("an offer that waits", () => Promise.resolve(ann.hasOffered));
  const bob = await enter("bob", [CHAT], before);
  const heard: string[] = [];
  bob.onMessage = (message) => {
    if (message.type === "call:ice-candidate" && heard.length === 0) heard.push("a candidate before any offer");
    if (message.type !== "call:negotiate") return;
    const { type, sdp } = message.description;
    heard.push([type, ...sdp.matchAll(/^m=(\w+)/gm).map(([, kind]) => kind)].join(" "));
  };
  ann.goOnline();
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
  await bob.settled();
  assert.deepEqual(heard, ["offer audio video application"]);
});

test("another network: a socket that died with the one before is replaced at once", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  ann.freezeSocket();
  ann.wake("online");
  assert.equal(ann.client.snapshot.signaling, "connecting");
  assert.equal(ann.socketsOpened, 2);
  ann.client.setMicrophone(false);
  await bob.until(({ remote }) => !remote.audio);
  assert.equal(ann.client.snapshot.signaling, "open");
  assert.deepEqual([ann.client.snapshot.call.phase, ann.socketsOpened], ["connected", 2]);
});

test("looked at again: a dead socket is noticed soon, and nothing is said into it", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  ann.freezeSocket();
  ann.wake("seen");
  ann.client.setMicrophone(false);
  await bob.until(({ remote }) => !remote.audio, 3_000);
  assert.equal(ann.socketsOpened, 2);
});

test("looked at again: a socket that lives is kept, and what was said meanwhile arrives", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  for (const on of [false, true]) {
    ann.wake("seen");
    ann.wake("seen");
    ann.client.setMicrophone(on);
    await bob.until(({ remote }) => remote.audio === on);
  }
  assert.equal(ann.socketsOpened, 1);
});
