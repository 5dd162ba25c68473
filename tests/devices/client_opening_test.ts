/** Devices that take their time to open, or are withheld late, while a call goes on: two call clients, a real server, and werift. */

import assert from "node:assert/strict";
import { accept, CHAT, clientTest as test } from "../support/client_scene.ts";
import { Permission } from "../support/permission.ts";
import type { WeriftPerson } from "../support/werift.ts";

const nothingOpen = { connections: 0, devices: 0 };
const error = (name: string, message = "") => Object.assign(new Error(message), { name });

/** Has a person's devices wait for the result to be called; what the browser was told of them is in `state`. */
function slow(person: WeriftPerson, state: PermissionState): () => void {
  const opening = Promise.withResolvers<void>();
  person.slowDevices = opening.promise;
  for (const device of ["camera", "microphone"] as const) person.permissions[device] = new Permission(state);
  return () => opening.resolve();
}

test("permission given: it rings, and can be answered, while the camera still opens; its tracks follow", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "granted");
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  assert.equal(ann.client.snapshot.local.stream, null);
  await bob.until(({ remote }) => !remote.audio && !remote.video);
  open();
  await Promise.all([bob.receives("audio"), bob.receives("video")]);
  await bob.until(({ remote }) => remote.audio && remote.video);
  assert.deepEqual(ann.asked, ["audio and video"]);
});

test("a question first: the answer to it rings, and a no to one of two does not silence the other", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "prompt");
  ann.client.call(CHAT, "video");
  await ann.settled();
  assert.equal(ann.client.snapshot.call.phase, "preparing");
  ann.permissions.camera!.set("denied");
  assert.equal(ann.client.snapshot.call.phase, "preparing", "half of an answer");
  ann.permissions.microphone!.set("granted");
  await bob.phase("incoming");
  ann.refusal = ({ video }) => video ? error("NotAllowedError", "Permission denied") : null;
  open();
  await accept(ann, bob);
  await bob.receives("audio");
  assert.deepEqual(ann.client.snapshot.problem, { camera: "denied" });
});

test("cancelled while the devices open: nobody rings, and they are let go", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "granted");
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  ann.client.hangUp();
  await bob.phase("ended");
  open();
  await ann.settled();
  assert.deepEqual([ann.open, bob.open], [nothingOpen, nothingOpen]);
  assert.equal(ann.client.snapshot.local.stream, null);
});

test("devices that fail while it rings: the call goes on, and it is said", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "granted");
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  ann.refusal = () => error("NotReadableError");
  open();
  await accept(ann, bob);
  await ann.receives("video");
  assert.deepEqual(ann.client.snapshot.problem, { camera: "busy", microphone: "busy" });
  assert.equal(ann.client.snapshot.unplaced, null, "it was placed");
});

const bySystem = () => error("NotAllowedError", "Permission denied by system");

test("permission given, but the system withholds them: what rings is taken back, and she is asked", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "granted");
  ann.refusal = bySystem;
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  open();
  const { call: { outcome } } = await bob.phase("ended") as { call: { outcome?: string } };
  assert.equal(outcome, "cancelled");
  const { call, problem, unplaced } = ann.client.snapshot;
  assert.deepEqual(call, { phase: "idle" });
  assert.deepEqual(problem, { camera: "system", microphone: "system" });
  assert.deepEqual(unplaced, { chatId: CHAT, media: "video", to: undefined });
  assert.deepEqual([ann.open, bob.open], [nothingOpen, nothingOpen]);

  // Once misled, she rings nobody again before something opens.
  bob.client.dismiss();
  ann.client.retry();
  await ann.until(({ call, unplaced }) => call.phase === "idle" && unplaced !== null);
  await ann.settled();
  await bob.settled();
  assert.equal(bob.client.snapshot.call.phase, "idle", "it did not ring a second time");
  ann.refusal = () => null;
  ann.client.retry();
  await accept(ann, bob);
  await Promise.all([bob.receives("audio"), bob.receives("video")]);
  ann.client.hangUp();
  await bob.phase("ended");

  const openAgain = slow(ann, "granted");
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  openAgain();
  await accept(ann, bob);
});

test("permission given, answered before the system withholds them: the call goes on, and it is said", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = slow(ann, "granted");
  ann.refusal = bySystem;
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  open();
  await ann.until(({ problem }) => problem !== null);
  assert.deepEqual(ann.client.snapshot.problem, { camera: "system", microphone: "system" });
  assert.deepEqual([ann.client.snapshot.call.phase, ann.client.snapshot.unplaced], ["connected", null]);
  await ann.receives("video");
});

test("[R10] both call at once while their devices open: each is asked once, and both are seen and heard", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const open = [slow(ann, "granted"), slow(bob, "granted")];
  ann.client.call(CHAT, "video");
  bob.client.call(CHAT, "video");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  for (const go of open) go();
  for (const person of [ann, bob]) await Promise.all([person.receives("audio"), person.receives("video")]);
  for (const { asked, open } of [ann, bob]) {
    assert.deepEqual(asked, ["audio and video"]);
    assert.deepEqual(open, { connections: 1, devices: 2 });
  }
});

/** Reloads somebody's tab in a call, and waits until the other side has the streams of the new page. */
async function reload(
  enter: (id: string, chats: string[], before: WeriftPerson) => Promise<WeriftPerson>,
  id: string,
  before: WeriftPerson,
  other: WeriftPerson,
): Promise<WeriftPerson> {
  const { stream } = other.client.snapshot.remote;
  const again = await enter(id, [CHAT], before);
  await other.until(({ remote }) => remote.stream !== stream);
  return again;
}

test("[R13] a reload while the devices open, at either side, brings back what was to be sent", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  for (const person of [ann, bob]) slow(person, "granted");
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  ann.client.setMicrophone(false);
  await bob.until(({ remote }) => !remote.audio && !remote.video);
  const bobAgain = await reload(enter, "bob", bob, ann);
  await Promise.all([ann.receives("audio"), ann.receives("video")]);
  await ann.until(({ remote }) => remote.audio && remote.video);
  const annAgain = await reload(enter, "ann", ann, bobAgain);
  await bobAgain.receives("video");
  await bobAgain.until(({ remote }) => remote.video && !remote.audio);
  assert.deepEqual(annAgain.asked, ["video"], "the microphone was turned off");
});

test("[R13] what did not open is not asked for again after a reload", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.refusal = ({ video }) => video ? error("NotReadableError") : null;
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  await bob.until(({ problem, local }) => problem?.camera === "busy" && local.microphone);
  const bobAgain = await reload(enter, "bob", bob, ann);
  await ann.receives("audio");
  await bobAgain.until(({ local }) => local.microphone);
  assert.deepEqual(bobAgain.asked, ["audio"]);
});

test("what a user turns off while devices are opening stays off", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const opening = Promise.withResolvers<void>();
  bob.slowDevices = opening.promise;
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  bob.client.setMicrophone(true);
  assert.deepEqual(bob.open.devices, 0, "nothing opens before it is answered");
  bob.client.accept("video");
  bob.client.setCamera(false);
  bob.client.setMicrophone(false);
  opening.resolve();
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await ann.until(({ remote }) => !remote.video && !remote.audio);
  assert.deepEqual(bob.client.snapshot.local, { ...bob.client.snapshot.local, microphone: false, camera: false });
});

test("a microphone that was muted while devices opened stays muted, though the camera fails", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const opening = Promise.withResolvers<void>();
  bob.slowDevices = opening.promise;
  bob.refusal = ({ video }) => video ? Object.assign(new Error("busy"), { name: "NotReadableError" }) : null;
  ann.client.call(CHAT, "video");
  await bob.phase("incoming");
  bob.client.accept("video");
  bob.client.setMicrophone(false);
  opening.resolve();
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await bob.until(({ problem, local }) => problem?.camera === "busy" && local.stream !== null);
  await ann.until(({ remote }) => !remote.audio && !remote.video);
  assert.equal(bob.client.snapshot.local.microphone, false);
});
