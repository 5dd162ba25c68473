/** Calls: steps are whole and in order, a user is in one call, and what is due happens in time. */

import assert from "node:assert/strict";
import type { Endpoint } from "../../call/parties.ts";
import {
  ANN,
  answer,
  BOB,
  BOB_TOO,
  CALL,
  candidate,
  CARL,
  later,
  OTHER_CALL,
  RING_MS,
  type Scenes,
  stepWith,
} from "./scene.ts";

export const CALLS: Scenes = {
  "a step is whole: what it says was done, all of it, when it comes": async (scene) => {
    const seen: [string, string | undefined][] = [];
    scene.onStep = async ({ facts }) => {
      for (const { type } of facts) {
        if (type === "answered" || type === "ended") seen.push([type, (await scene.engine.callOf(BOB))?.callId]);
      }
    };
    for (const device of [ANN, BOB, BOB_TOO]) scene.enter(device);
    scene.initiate();
    scene.say(BOB, { type: "call:answer", callId: CALL, answer });
    await scene.until("it is answered", () => seen.length === 1);
    const { deliveries } = stepWith(scene, "answered");
    assert.deepEqual(deliveries.map(({ to, message }) => [to.user, to.device, message.type]), [
      ["ann", "laptop", "call:answer"],
      ["bob", "tablet", "call:end"],
    ]);
    scene.say(ANN, { type: "call:end", callId: CALL });
    await scene.until("it is over", () => seen.length === 2);
    assert.deepEqual(seen, [["answered", CALL], ["ended", undefined]]);
  },

  "steps come in order, also of what is submitted in the midst of one": async (scene) => {
    scene.onStep = ({ facts }) => {
      if (facts.some(({ type }) => type === "placed")) scene.say(BOB, { type: "call:answer", callId: CALL, answer });
      if (facts.some(({ type }) => type === "answered")) scene.say(ANN, { type: "call:end", callId: CALL });
    };
    for (const device of [ANN, BOB, BOB_TOO]) scene.enter(device);
    scene.initiate();
    await scene.end();
    const types = scene.steps.flatMap(({ facts }) => facts.map(({ type }) => type));
    assert.deepEqual(types, ["connected", "connected", "connected", "placed", "answered", "ended"]);
    assert.deepEqual(scene.heardTypes(BOB_TOO), ["call:offer", "call:end"]);
    assert.deepEqual(scene.heardTypes(BOB), ["call:offer", "call:end"]);
  },

  "what is relayed comes in order, and once": async (scene) => {
    await scene.talk();
    for (let n = 0; n < 300; n++) {
      scene.say(n % 2 ? ANN : BOB, { type: "call:ice-candidate", callId: CALL, candidate: candidate(n) });
    }
    const heard = (by: Endpoint) =>
      scene.heard(by).flatMap((message) => message.type === "call:ice-candidate" ? message.candidate!.candidate : []);
    await scene.until("all came", () => heard(ANN).length + heard(BOB).length >= 300);
    const all = Array.from({ length: 300 }, (_, n) => candidate(n).candidate);
    assert.deepEqual(heard(BOB), all.filter((_, n) => n % 2 === 1));
    assert.deepEqual(heard(ANN), all.filter((_, n) => n % 2 === 0));
  },

  "[R9] a user is in one call only: called in two chats at once, called in a call, and calling in one": async (
    scene,
  ) => {
    scene.enter(ANN, { chats: ["chat"] });
    scene.enter(CARL, { chats: ["other"] });
    scene.enter(BOB, { chats: ["chat", "other"] });
    scene.initiate(ANN, CALL, "chat");
    scene.initiate(CARL, OTHER_CALL, "other");
    await scene.until(
      "both came to something",
      () => scene.facts("placed").length + scene.facts("unreachable").length === 2,
    );
    const placed = scene.facts("placed").map(({ call }) => call);
    assert.equal(placed.length, 1);
    assert.deepEqual(scene.facts("unreachable").map(({ reason }) => reason), ["busy"]);
    const free = placed[0]!.chatId === "chat" ? "other" : "chat";
    scene.initiate(BOB, "call-of-bob-0123456789", free);
    await scene.until("bob is told", () => scene.heardTypes(BOB).includes("call:error"));
    assert.deepEqual(scene.heard(BOB).flatMap((one) => one.type === "call:error" ? one.code : []), ["BUSY"]);
    scene.say(BOB, { type: "call:resume", callId: "call-of-old-0123456789", role: "caller" }, free);
    await scene.until(
      "bob is told again",
      () => scene.heardTypes(BOB).filter((type) => type === "call:error").length > 1,
    );
    assert.equal(scene.facts("resumed").length, 0);
    assert.equal(scene.facts("placed").length, 1);
  },

  "[R4] a deadline fires once, and not before its time": async (scene) => {
    for (const device of [ANN, BOB]) scene.enter(device);
    const startedAt = performance.now();
    scene.initiate();
    assert.equal((await scene.end()).outcome, "timeout");
    assert.ok(performance.now() - startedAt >= RING_MS - 2, `${performance.now() - startedAt} ms`);
    await later();
    assert.equal(scene.facts("ended").length, 1);
    assert.equal(scene.facts("missed").length, 1);
    assert.equal(scene.heardTypes(ANN).filter((type) => type === "call:end").length, 1);
  },

  "a deadline that is lifted does not fire": async (scene) => {
    await scene.talk();
    scene.drop(BOB);
    scene.enter(BOB);
    await later();
    assert.equal(scene.facts("ended").length, 0);
    assert.deepEqual(scene.facts("away").length, scene.facts("back").length);
    scene.say(BOB, { type: "call:end", callId: CALL });
    assert.equal((await scene.end()).outcome, "hangup");
  },
};
