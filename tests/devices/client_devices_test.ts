/** Calls with whatever devices there are: two call clients, a real server, real sockets, and werift's WebRTC. */

import assert from "node:assert/strict";
import { accept, CHAT, clientTest as test } from "../support/client_scene.ts";
import { Permission } from "../support/permission.ts";
import type { WeriftPerson } from "../support/werift.ts";

const nothingOpen = { connections: 0, devices: 0 };
const error = (name: string, message = "") => Object.assign(new Error(message), { name });

/** Takes devices away: what asks for them fails like a browser's request does, as a whole. */
function lacks(person: WeriftPerson, ...kinds: ("audio" | "video")[]): void {
  person.refusal = (constraints) => kinds.some((kind) => constraints[kind]) ? error("NotFoundError") : null;
  person.listed = (["audio", "video"] as const).filter((kind) => !kinds.includes(kind)).map((kind) =>
    `${kind}input` as const
  );
}

const COMBINATIONS = [
  { without: ["video"], sends: { audio: true, video: false }, problem: { camera: "missing" } },
  { without: ["audio"], sends: { audio: false, video: true }, problem: { microphone: "missing" } },
  {
    without: ["audio", "video"],
    sends: { audio: false, video: false },
    problem: { camera: "missing", microphone: "missing" },
  },
] as const;

for (const { without, sends, problem } of COMBINATIONS) {
  const kinds = (["audio", "video"] as const).filter((kind) => sends[kind]);

  test(`a caller without ${without.join(" and ")} calls all the same, and is told what is missing`, async (enter) => {
    const [ann, bob] = [await enter("ann"), await enter("bob")];
    lacks(ann, ...without);
    ann.client.call(CHAT, "video");
    await accept(ann, bob);
    assert.deepEqual(ann.client.snapshot.problem, problem);
    await Promise.all([ann.receives("audio"), ann.receives("video"), ...kinds.map((kind) => bob.receives(kind))]);
    await bob.until(({ remote }) => remote.audio === sends.audio && remote.video === sends.video);
    ann.client.hangUp();
    await bob.phase("ended");
    assert.equal(ann.client.snapshot.problem, null, "it was said of that call");
    assert.deepEqual([ann.open, bob.open], [nothingOpen, nothingOpen]);
  });

  test(`a callee without ${without.join(" and ")} sends the rest`, async (enter) => {
    const [ann, bob] = [await enter("ann"), await enter("bob")];
    lacks(bob, ...without);
    ann.client.call(CHAT, "video");
    await accept(ann, bob);
    await bob.until((snapshot) => snapshot.problem !== null);
    assert.deepEqual(bob.client.snapshot.problem, problem);
    await Promise.all([bob.receives("audio"), bob.receives("video"), ...kinds.map((kind) => ann.receives(kind))]);
    await ann.until(({ remote }) => remote.audio === sends.audio && remote.video === sends.video);
  });
}

test("what was missing is added in the call, without another offer", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  lacks(ann, "audio", "video");
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  const before = ann.client.descriptions();
  lacks(ann);
  ann.client.retry();
  await Promise.all([bob.receives("audio"), bob.receives("video")]);
  await bob.until(({ remote }) => remote.audio && remote.video);
  assert.equal(ann.client.snapshot.problem, null);
  assert.deepEqual(ann.client.descriptions(), before);
  assert.equal(ann.asked.at(-1), "audio and video", "by one question");
});

test("refused by the person: one question, nobody is rung, and the call goes out on a second word", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.refusal = () => error("NotAllowedError", "Permission denied");
  ann.client.call(CHAT, "video");
  await ann.until(({ unplaced }) => unplaced !== null);
  const { call, problem, unplaced } = ann.client.snapshot;
  assert.deepEqual(call, { phase: "idle" });
  assert.deepEqual(problem, { camera: "denied", microphone: "denied" });
  assert.deepEqual(unplaced, { chatId: CHAT, media: "video", to: undefined });
  assert.deepEqual(ann.asked, ["audio and video"]);
  await ann.settled();
  assert.equal(bob.client.snapshot.call.phase, "idle", "nobody was rung");
  assert.deepEqual(ann.open, nothingOpen);

  ann.client.call(unplaced!.chatId, unplaced!.media, unplaced!.to, "nothing");
  await accept(ann, bob);
  await Promise.all([ann.receives("audio"), ann.receives("video")]);
  await bob.until(({ remote }) => !remote.audio && !remote.video);
  assert.equal(ann.client.snapshot.unplaced, null);
  assert.deepEqual(ann.asked, ["audio and video"], "nothing more was asked");
  ann.refusal = () => null;
  ann.client.setMicrophone(true);
  await bob.receives("audio");
});

test("refused, then allowed: the same call is placed by trying again", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.refusal = () => error("NotAllowedError", "Permission denied");
  ann.client.call(CHAT, "audio");
  await ann.until(({ unplaced }) => unplaced !== null);
  ann.refusal = () => null;
  ann.client.retry();
  await accept(ann, bob);
  await bob.receives("audio");
  assert.deepEqual(ann.asked, ["audio", "audio"]);
});

test("refused by the callee: one question, and the call is answered all the same", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.refusal = () => error("NotAllowedError", "Permission denied");
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  await bob.until(({ problem }) => problem?.microphone === "denied" && problem.camera === "denied");
  assert.deepEqual(bob.asked, ["audio and video"]);
  await bob.receives("video");
  await ann.until(({ remote }) => !remote.audio && !remote.video);
});

test("a camera that is blocked for good: the one question is for the microphone", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  Object.assign(ann.permissions, { camera: new Permission("denied"), microphone: new Permission("prompt") });
  ann.refusal = ({ video }) => video ? error("NotAllowedError", "Permission denied") : null;
  ann.client.call(CHAT, "video");
  await accept(ann, bob);
  await bob.receives("audio");
  assert.deepEqual(ann.client.snapshot.problem, { camera: "denied" });
  assert.deepEqual(ann.asked.toSorted(), ["audio", "video"], "each once");
});

test("a call that starts while the check still asks waits for that answer, and asks no more", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const answer = Promise.withResolvers<void>();
  ann.slowDevices = answer.promise;
  ann.client.check(true);
  await ann.until(({ checking }) => checking);
  ann.client.call(CHAT, "video");
  answer.resolve();
  await accept(ann, bob);
  await Promise.all([bob.receives("audio"), bob.receives("video")]);
  assert.deepEqual(ann.asked, ["audio and video"]);
});

test("the check shows what there is, and a call made from it is without the rest", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  lacks(ann, "audio");
  ann.client.check(true);
  await ann.until(({ local, problem }) => local.camera && problem?.microphone === "missing");
  ann.client.call(CHAT, "audio");
  await accept(ann, bob);
  assert.equal(ann.client.snapshot.local.camera, false, "an audio call has no picture");
  await ann.receives("audio");
  assert.deepEqual(ann.client.snapshot.problem, { microphone: "missing" });
});

test("[R10] both call at once, one of them without a camera: each is asked once for what there is", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  for (const person of [ann, bob]) lacks(person, "video");
  ann.client.call(CHAT, "video");
  bob.client.call(CHAT, "video");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
  for (const { asked, client } of [ann, bob]) {
    assert.deepEqual(asked, ["audio and video", "audio"]);
    assert.deepEqual(client.snapshot.problem, { camera: "missing" });
  }
});

test("hanging up while a question is open lets go of what opens after it", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const answer = Promise.withResolvers<void>();
  ann.slowDevices = answer.promise;
  ann.client.call(CHAT, "video");
  assert.equal(ann.client.snapshot.call.phase, "preparing");
  ann.client.hangUp();
  answer.resolve();
  await ann.settled();
  assert.deepEqual([ann.client.snapshot.call.phase, bob.client.snapshot.call.phase], ["idle", "idle"]);
  assert.deepEqual(ann.open, nothingOpen);
});

test("a picker of an earlier call that closes late leaves the screen that is shared in this one", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const picker = Promise.withResolvers<void>();
  ann.slowPicker = picker.promise;
  ann.client.call(CHAT, "audio");
  await accept(ann, bob);
  ann.client.setScreen(true);
  ann.client.hangUp();
  await bob.phase("ended");

  ann.slowPicker = Promise.resolve();
  ann.client.call(CHAT, "audio");
  await accept(ann, bob);
  ann.client.setScreen(true);
  await bob.until(({ remote }) => remote.screen);
  picker.reject(error("NotAllowedError"));
  await ann.settled();
  assert.notEqual(ann.client.snapshot.local.screen, null);
  assert.equal(ann.open.devices, 2, "the microphone and the screen");
});
