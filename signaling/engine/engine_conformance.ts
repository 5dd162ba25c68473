/** What every engine has to do, as scenes over its port: to be run against each one there is. */

import assert from "node:assert/strict";
import type { OmitEach } from "../../shared/omit_each.ts";
import type { ServerMessage, ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Fact } from "../call/facts.ts";
import { MAX_HELD_CANDIDATES, same } from "../call/state.ts";
import type { Endpoint } from "../call/parties.ts";
import { MAX_DEVICES } from "../limits.ts";
import type { ChatMessage, DeviceFact, Engine, EngineFactory, EngineOptions, Step } from "./engine.ts";

/** Looks again and again until there is something. */
type Until = (what: string, look: () => Promise<unknown>) => Promise<unknown>;

/** Times are short, and real: an engine may have a clock of its own. */
const RING_MS = 150;
const GRACE_MS = 150;
/** A place for a socket that is about to open is kept for so long; or for so short, where that is tested. */
const RESERVED_MS = 60_000;
const SHORTLY_RESERVED_MS = 50;
/** Long enough for what should not happen to have happened. */
const LATER_MS = 2 * RING_MS;

const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";
const offer = { type: "offer" as const, sdp: SDP };
const answer = { type: "answer" as const, sdp: SDP };
const CALL = "call-0123456789abcdef";
const OTHER_CALL = "call-fedcba9876543210";

const ANN: Endpoint = { user: "ann", device: "laptop" };
const BOB: Endpoint = { user: "bob", device: "phone" };
const BOB_TOO: Endpoint = { user: "bob", device: "tablet" };
const CARL: Endpoint = { user: "carl", device: "laptop" };

type Body = OmitEach<ChatMessage, "chatId">;

/** An engine, and all that came out of it. */
export class Scene {
  readonly engine: Engine;
  readonly steps: Step[] = [];
  /** Does something in the midst of a step. */
  onStep: (step: Step) => void = () => {};
  readonly #until: Until;

  constructor(make: EngineFactory, until: Until, options: Partial<EngineOptions> = {}) {
    this.#until = until;
    let ids = 0;
    this.engine = make({
      ringTimeoutMs: RING_MS,
      graceMs: GRACE_MS,
      chatCapacity: 2,
      now: () => performance.timeOrigin + performance.now(),
      newId: () => `given-${ids++}`.padEnd(20, "0"),
      ...options,
    }, (step) => {
      this.steps.push(step);
      this.onStep(step);
    });
  }

  enter(from: Endpoint, { chats = ["chat"], page = "first" }: { chats?: string[]; page?: string } = {}): void {
    const membership = { userId: from.user, name: from.user.toUpperCase(), chats, isGuest: true, issuedAt: Date.now() };
    this.engine.submit({ type: "connect", from, membership, page });
  }

  say(from: Endpoint, body: Body, chatId = "chat"): void {
    this.engine.submit({ type: "message", from, message: { chatId, ...body } as ChatMessage, frame: 1 });
  }

  initiate(from = ANN, callId = CALL, chatId = "chat"): void {
    this.say(from, { type: "call:initiate", callId, offer }, chatId);
  }

  drop(from: Endpoint, graceMs = GRACE_MS): void {
    this.engine.submit({ type: "drop", from, graceMs });
  }

  /** Facts of a type, in order. */
  facts<Type extends (Fact | DeviceFact)["type"]>(type: Type) {
    const all = this.steps.flatMap(({ facts }) => facts);
    return all.filter((fact): fact is Extract<Fact | DeviceFact, { type: Type }> => fact.type === type);
  }

  /** What a device was given, in order. */
  heard(by: Endpoint): ServerMessage[] {
    const all = this.steps.flatMap(({ deliveries }) => deliveries);
    return all.filter(({ to }) => same(to, by)).map(({ message }) => message);
  }

  heardTypes(by: Endpoint): string[] {
    return this.heard(by).map(({ type }) => type);
  }

  /** Waits until something came out. */
  async until(what: string, look: () => unknown): Promise<void> {
    await this.#until(what, async () => await look());
  }

  /** Waits until a call is over, and gives how it ended. */
  async end(callId = CALL): Promise<Fact & { type: "ended" }> {
    const ended = () => this.facts("ended").find(({ call }) => call.callId === callId);
    await this.until(`${callId} is over`, () => ended() !== undefined);
    return ended()!;
  }

  /** Two are in a call. */
  async talk(): Promise<void> {
    for (const device of [ANN, BOB]) this.enter(device);
    this.initiate();
    await this.until("it rings", () => this.facts("placed").length === 1);
    this.say(BOB, { type: "call:answer", callId: CALL, answer });
    await this.until("it is answered", () => this.facts("answered").length === 1);
  }
}

const later = () => new Promise((resolve) => setTimeout(resolve, LATER_MS));
const candidate = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ host`, sdpMid: "0" });
const stepWith = ({ steps }: Scene, type: string) =>
  steps.find(({ facts }) => facts.some((fact) => fact.type === type))!;

/** The scenes by what they prove. */
export const CONFORMANCE: Record<string, (scene: Scene) => Promise<void>> = {
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
    scene.engine.submit({ type: "restrict", from: ANN, call: null });
    scene.enter(ANN, { chats: ["chat", "other"] });
    await scene.until("ann finds it", () => scene.heardTypes(ANN).includes("call:missed"));
  },

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

  "[R18] what is kept is bounded: candidates, missed calls, chats and devices of a user, calls placed": async (
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
    scene.enter({ user: "eve", device: "phone" }, { chats: ["empty"] });
    const found = () =>
      scene.heardTypes({ user: "eve", device: "phone" }).filter((type) => type === "call:missed").length;
    await scene.until("eve finds them", () => found() > 0);
    assert.ok(found() <= 20);
    const { ringing, connected } = scene.engine.gauges();
    assert.deepEqual([ringing, connected], [0, 0]);
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
