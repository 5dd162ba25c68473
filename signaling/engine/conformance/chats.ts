/** Chats: who is told of them, and who is no member any more. */

import assert from "node:assert/strict";
import type { ServerMessages } from "../../../shared/protocol/server_messages.ts";
import { ANN, BOB, CALL, CARL, OTHER_CALL, type Scenes, stepWith } from "./scene.ts";

export const CHATS: Scenes = {
  "who watches a chat is told what changes in it, in the step that changed it, and nobody else is": async (scene) => {
    const states = () => scene.steps.flatMap(({ state }) => state ?? []);
    scene.enter(ANN);
    scene.enter(BOB);
    assert.deepEqual(states(), []);
    scene.say(ANN, { type: "chat:watch" });
    await scene.until("the state came", () => scene.heardTypes(ANN).includes("chat:state"));
    assert.deepEqual(scene.facts("watched").map(({ device }) => device), [ANN]);
    scene.initiate(BOB);
    scene.say(BOB, { type: "call:end", callId: CALL });
    await scene.end();
    const call = (state: ServerMessages["chat:state"] | null) => state?.call?.state;
    assert.deepEqual([call(stepWith(scene, "placed").state), call(stepWith(scene, "ended").state)], [
      "ringing",
      undefined,
    ]);
    scene.engine.submit({ type: "unwatch", chatId: "chat" });
    const before = states().length;
    scene.initiate(BOB, OTHER_CALL);
    await scene.until("it is placed", () => scene.facts("placed").length === 2);
    assert.equal(states().length, before);
  },

  "a seat that is freed ends the call there, and its user is no member when that is told": async (scene) => {
    await scene.talk();
    const members: number[] = [];
    scene.onStep = async ({ facts }) => {
      if (facts.some(({ type }) => type === "left")) members.push((await scene.engine.members("chat")).length);
    };
    scene.engine.submit({ type: "free", chatId: "chat", userId: "bob", at: Date.now() });
    assert.equal((await scene.end()).outcome, "failed");
    await scene.until("it is told", () => members.length > 0);
    assert.deepEqual(members, [1]);
    scene.say(BOB, { type: "chat:watch" });
    await scene.until("bob is refused", () => scene.heardTypes(BOB).includes("call:error"));
    assert.equal(await scene.engine.join("chat", { userId: "carl", name: "Carl" }), true);
    assert.equal(await scene.engine.join("chat", { userId: "eve", name: "Eve" }), false);
  },

  "[R20] a token that speaks for one call begins no other, and hears of none": async (scene) => {
    scene.enter(ANN, { chats: ["chat", "other"] });
    scene.enter(CARL, { chats: ["other"] });
    scene.enter(BOB);
    scene.initiate();
    scene.engine.submit({ type: "restrict", from: ANN, call: { chatId: "chat", callId: CALL } });
    scene.say(ANN, { type: "call:end", callId: CALL });
    await scene.end();
    scene.initiate(ANN, OTHER_CALL);
    await scene.until("ann is refused", () => scene.heardTypes(ANN).includes("call:error"));
    scene.initiate(CARL, "call-of-carl-0123456789", "other");
    await scene.end("call-of-carl-0123456789");
    assert.equal(scene.facts("placed").length, 2);
    assert.ok(!scene.heardTypes(ANN).some((type) => type === "call:offer" || type === "call:missed"));
    assert.equal(scene.facts("missed").filter(({ callee }) => callee === "ann").length, 1);
  },
};
