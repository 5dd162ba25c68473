/** Devices that go and come back: what they are told, and what becomes of their calls. */

import assert from "node:assert/strict";
import { same } from "../../call/state.ts";
import type { Endpoint } from "../../call/parties.ts";
import type { Step } from "../engine.ts";
import { ANN, answer, BOB, BOB_TOO, CALL, GRACE_MS, later, LATER_MS, type Scenes } from "./scene.ts";

export const DEVICES: Scenes = {
  "[R12] a device that does not come back: its call ends once, and it is forgotten": async (scene) => {
    await scene.talk();
    const droppedAt = performance.now();
    scene.drop(BOB);
    assert.equal((await scene.end()).outcome, "connection-lost");
    assert.ok(performance.now() - droppedAt >= GRACE_MS - 2, `${performance.now() - droppedAt} ms`);
    await scene.until("it is gone", () => scene.facts("gone").length > 0);
    await later();
    assert.deepEqual(scene.facts("gone").map(({ device }) => device), [BOB]);
    assert.equal(scene.facts("ended").length, 1);
    assert.equal((await scene.engine.members("chat")).find(({ id }) => id === "bob")!.online, false);
  },

  "[R3, R12] a device within its grace is online, and rings when it is back": async (scene) => {
    for (const device of [ANN, BOB]) scene.enter(device);
    scene.drop(BOB, 10 * LATER_MS);
    await later();
    assert.equal((await scene.engine.members("chat")).find(({ id }) => id === "bob")!.online, true);
    scene.initiate();
    await scene.until("it is placed", () => scene.facts("placed").length === 1);
    assert.deepEqual(scene.heardTypes(BOB), []);
    scene.enter(BOB);
    await scene.until("it rings", () => scene.heardTypes(BOB).includes("call:offer"));
    scene.say(BOB, { type: "call:answer", callId: CALL, answer });
    await scene.until("it is answered", () => scene.facts("answered").length === 1);
  },

  "[R12, R13] a device that is back is told where its call stands and what it missed; a reload is told": async (
    scene,
  ) => {
    await scene.talk();
    scene.drop(BOB);
    scene.say(ANN, { type: "call:media", callId: CALL, audio: true, video: false, screen: false });
    scene.enter(BOB);
    await scene.until("it is back", () => scene.heardTypes(BOB).includes("call:media"));
    assert.deepEqual(scene.heardTypes(BOB), ["call:offer", "call:state", "call:media"]);
    scene.enter(BOB, { page: "second" });
    const peer = () => scene.heard(ANN).flatMap((one) => one.type === "call:peer" ? one.state : []);
    await scene.until("the reload is told", () => peer().includes("reloaded"));
    assert.deepEqual(peer(), ["reconnecting", "back", "reloaded"]);
  },

  "[R12] a device that comes back is named its calls first, and told of each of them after that": async (scene) => {
    const named = (by: Endpoint) => scene.facts("connected").findLast(({ device }) => same(device, by))?.calls;
    const comesBack = async (by: Endpoint, more: string) => {
      scene.drop(by);
      const before = scene.steps.length;
      scene.enter(by);
      const since = () => scene.steps.slice(before);
      const isMore = ({ deliveries }: Step) =>
        deliveries.some(({ to, message }) => same(to, by) && message.type === more);
      await scene.until(`${more} came`, () => since().some(isMore));
      const isNamed = ({ facts }: Step) => facts.some((fact) => fact.type === "connected" && same(fact.device, by));
      const first = since().findIndex(({ deliveries }) => deliveries.some(({ to }) => same(to, by)));
      assert.ok(since().findIndex(isNamed) < first, "its calls are named first");
    };
    for (const device of [ANN, BOB, BOB_TOO]) scene.enter(device);
    await scene.until("all are there", () => scene.facts("connected").length === 3);
    assert.deepEqual([ANN, BOB, BOB_TOO].map(named), [[], [], []]);
    scene.initiate();
    await scene.until("it is placed", () => scene.facts("placed").length === 1);
    const call = { chatId: "chat", callId: CALL };
    await comesBack(BOB, "call:offer");
    assert.deepEqual(named(BOB), [{ ...call, role: "callee", state: "ringing" }]);
    await comesBack(ANN, "call:state");
    assert.deepEqual(named(ANN), [{ ...call, role: "caller", state: "ringing" }]);
    scene.drop(ANN);
    scene.say(BOB, { type: "call:answer", callId: CALL, answer });
    await scene.until("it is answered", () => scene.facts("answered").length === 1);
    await comesBack(ANN, "call:answer");
    assert.deepEqual(named(ANN), [{ ...call, role: "caller", state: "connected", answer: "follows" }]);
    await comesBack(ANN, "call:state");
    assert.deepEqual(named(ANN), [{ ...call, role: "caller", state: "connected", answer: "said" }]);
    await comesBack(BOB, "call:state");
    assert.deepEqual(named(BOB), [{ ...call, role: "callee", state: "connected" }]);
    scene.enter(BOB_TOO);
    await scene.until("it is there", () => scene.facts("connected").length === 9);
    assert.deepEqual(named(BOB_TOO), [], "answered elsewhere");
    scene.enter(ANN, { page: "second" });
    await scene.until("its new page is there", () => scene.facts("connected").length === 10);
    assert.deepEqual(named(ANN), [{ ...call, role: "caller", state: "connected" }], "no answer, after a reload");
  },

  "a device whose token takes its user out of the chat is told of each call that was named, that it is over": async (
    scene,
  ) => {
    const bring = (from: Endpoint, chats: string[], issuedAt: number) => {
      const membership = { userId: from.user, name: "Bob", chats, isGuest: false, issuedAt };
      scene.engine.submit({ type: "connect", from, membership, page: "first" });
    };
    scene.enter(ANN);
    bring(BOB, ["chat"], Date.now());
    scene.initiate();
    await scene.until("it rings", () => scene.facts("placed").length === 1);
    bring(BOB_TOO, [], Date.now() + 1_000);
    bring(BOB, [], Date.now() + 1_000);
    assert.equal((await scene.end()).outcome, "failed");
    await scene.until("all are there", () => scene.facts("connected").length === 4);
    const [, , tablet, phone] = scene.facts("connected");
    assert.deepEqual(tablet!.calls, [{ chatId: "chat", callId: CALL, role: "callee", state: "ringing" }]);
    assert.deepEqual(phone!.calls, []);
    await scene.until("the tablet is told", () => scene.heardTypes(BOB_TOO).includes("call:end"));
    const end = { type: "call:end", chatId: "chat", callId: CALL, reason: "failed" };
    assert.deepEqual(scene.heard(BOB_TOO), [end]);
    assert.deepEqual(scene.heard(BOB).slice(1), [end]);
  },
};
