/** What is kept is bounded, and given back; and a process that leaves. */

import assert from "node:assert/strict";
import { MAX_HELD_CANDIDATES } from "../../call/state.ts";
import { MAX_DEVICES } from "../../limits.ts";
import {
  ANN,
  answer,
  BOB,
  CALL,
  candidate,
  CARL,
  later,
  OTHER_CALL,
  RESERVED_MS,
  type Scenes,
  SHORTLY_RESERVED_MS,
} from "./scene.ts";

export const BOUNDS: Scenes = {
  "[R18] a place for a socket that never opens is free again, by itself or given back": async (scene) => {
    const reserve = (n: number, forMs: number) => scene.engine.reserve({ user: "bob", device: `device-${n}` }, forMs);
    for (let n = 0; n < MAX_DEVICES - 1; n++) assert.notEqual(await reserve(n, SHORTLY_RESERVED_MS), null);
    const last = await reserve(MAX_DEVICES - 1, RESERVED_MS);
    await scene.until("places are free again", () => reserve(MAX_DEVICES, RESERVED_MS));
    for (let n = 0; n < MAX_DEVICES - 2; n++) assert.notEqual(await reserve(n, RESERVED_MS), null);
    assert.equal(await reserve(MAX_DEVICES + 1, RESERVED_MS), null, "those that still hold count");
    scene.engine.release(last!);
    assert.notEqual(await reserve(MAX_DEVICES + 1, RESERVED_MS), null);
  },

  "a key gives its token once": async ({ engine }) => {
    const [one, other] = [await engine.keepEntry("a.b.c"), await engine.keepEntry("d.e.f")];
    assert.notEqual(one, other);
    const taken = await Promise.all([one, one, "unknown", one].map((key) => engine.takeEntry(key)));
    assert.deepEqual(taken.toSorted(), ["a.b.c", null, null, null]);
    assert.equal(await engine.takeEntry(other), "d.e.f");
  },

  "[R18] what is kept is bounded: candidates, chats and devices of a user, calls placed": async (
    scene,
  ) => {
    scene.enter(BOB, { chats: Array.from({ length: 80 }, (_, n) => `chat-${n}`) });
    assert.equal((await scene.engine.chatsOf("bob")).size, 64);
    for (let n = 0; n < MAX_DEVICES - 1; n++) {
      assert.notEqual(await scene.engine.reserve({ user: "bob", device: `device-${n}` }, RESERVED_MS), null);
    }
    assert.equal(await scene.engine.reserve({ user: "bob", device: "one-too-many" }, RESERVED_MS), null);

    scene.enter(BOB);
    scene.enter(ANN);
    scene.initiate();
    for (let n = 0; n < 300; n++) scene.say(ANN, { type: "call:ice-candidate", callId: CALL, candidate: candidate(n) });
    scene.say(BOB, { type: "call:answer", callId: CALL, answer });
    await scene.until("it is answered", () => scene.facts("answered").length === 1);
    const given = scene.heardTypes(BOB).filter((type) => type === "call:ice-candidate").length;
    assert.equal(given, MAX_HELD_CANDIDATES);
    scene.say(BOB, { type: "call:end", callId: CALL });
    await scene.end();

    scene.enter(CARL, { chats: ["empty"] });
    scene.enter({ user: "eve", device: "phone" }, { chats: ["empty"] });
    scene.drop({ user: "eve", device: "phone" }, 1);
    await scene.until("eve is gone", () => scene.facts("gone").length === 1);
    for (let n = 0; n < 30; n++) scene.initiate(CARL, `call-to-nobody-${n + 1000}`, "empty");
    await scene.until(
      "all came to something",
      () => scene.facts("unreachable").length + scene.facts("limited").length === 30,
    );
    assert.ok(scene.facts("limited").length >= 9, "twenty a minute");
    const { ringing, connected } = scene.engine.gauges();
    assert.deepEqual([ringing, connected], [0, 0]);
  },

  "a pass is used up once, however many use it at once": async ({ engine }) => {
    const soon = Date.now() + 60_000;
    const uses = ["one", "one", "other", "one"].map((id) => engine.usePass(id, soon));
    assert.deepEqual(await Promise.all(uses), [true, false, true, false]);
    assert.equal(await engine.usePass("one", soon), false);
  },

  "[R19] a process that leaves ends what rings, once, and leaves what goes on": async (scene) => {
    for (const device of [ANN, BOB]) scene.enter(device);
    scene.enter(CARL, { chats: ["other"] });
    scene.enter({ user: "eve", device: "phone" }, { chats: ["other"] });
    scene.initiate();
    scene.initiate(CARL, OTHER_CALL, "other");
    scene.say({ user: "eve", device: "phone" }, { type: "call:answer", callId: OTHER_CALL, answer }, "other");
    scene.engine.submit({ type: "shutdown" });
    assert.equal((await scene.end()).outcome, "shutdown");
    await later();
    assert.deepEqual(scene.facts("ended").map(({ call }) => call.callId), [CALL]);
    assert.equal((await scene.engine.callOf(CARL))?.callId, OTHER_CALL);
  },
};
