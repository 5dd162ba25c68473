/** Several engines over one real Redis server: what they agree on, and what becomes of it when one of them, or the server, fails. */

import assert from "node:assert/strict";
import { answer, EngineNode, offer, type Rules, total } from "../../../tests/support/engine_nodes.ts";
import type { Endpoint } from "../../call/parties.ts";
import { same } from "../../call/state.ts";
import { HAS_REDIS, Redis } from "../../../tests/support/redis.ts";
import { until } from "../../../tests/support/until.ts";

const ANN = { user: "ann", device: "laptop" };
const BOB = { user: "bob", device: "phone" };
const CALL = "call-0123456789abcdef";

interface Cluster {
  readonly redis: Redis;
  readonly nodes: EngineNode[];
}

/** A test with so many engines and a server of its own. */
function cluster(name: string, count: number, run: (cluster: Cluster) => Promise<void>, rules: Rules = {}): void {
  Deno.test({
    name: `redis engine: ${name}`,
    ignore: !HAS_REDIS,
    async fn() {
      await using redis = await Redis.start();
      const nodes = Array.from({ length: count }, () => new EngineNode(redis.url, rules));
      try {
        for (const node of nodes) await node.ready();
        await run({ redis, nodes });
      } finally {
        for (const { engine } of nodes) engine.close();
      }
    },
  });
}

const has = (what: string, look: () => boolean) => until(what, () => Promise.resolve(look()));

/** Ann, at one process, and Bob, at another, are in a call. */
async function talk(a: EngineNode, b: EngineNode): Promise<void> {
  a.enter(ANN);
  b.enter(BOB);
  await has("both are there", () => a.count("connected") > 0 && b.count("connected") > 0);
  a.say(ANN, { type: "call:initiate", callId: CALL, offer });
  await has("it rings", () => b.heardTypes(BOB).includes("call:offer"));
  b.say(BOB, { type: "call:answer", callId: CALL, answer });
  await has("it is answered", () => a.heardTypes(ANN).includes("call:answer"));
}

cluster(
  "members at different processes see each other, call, and what happens is counted once",
  3,
  async ({ nodes }) => {
    const [a, b, c] = nodes as [EngineNode, EngineNode, EngineNode];
    await talk(a, b);
    for (const node of nodes) {
      assert.deepEqual((await node.engine.members("chat")).map(({ id, online }) => [id, online]), [
        ["ann", true],
        ["bob", true],
      ]);
      assert.equal(node.engine.callOf(ANN)?.callId, CALL);
    }
    a.say(ANN, { type: "call:ice-candidate", callId: CALL, candidate: { candidate: "candidate:1", sdpMid: "0" } });
    await has("it is relayed", () => b.heardTypes(BOB).includes("call:ice-candidate"));
    c.enter({ user: "bob", device: "tablet" });
    b.say(BOB, { type: "call:end", callId: CALL });
    await has("it is over", () => a.heardTypes(ANN).includes("call:end"));
    await has("all have read of it", () => nodes.every(({ engine }) => engine.callOf(ANN) === null));
    for (const type of ["placed", "answered", "ended"] as const) assert.equal(total(nodes, type), 1, type);
    assert.equal(nodes.filter(({ engine }) => engine.isSpokesman()).length, 1);
  },
);

cluster("[R5] two hundred devices answer at once: one wins each call", 3, async ({ nodes }) => {
  const [a] = nodes as [EngineNode];
  const chats = Array.from({ length: 25 }, (_, n) => `chat-${n}`);
  const devices = chats.flatMap((chatId, n) =>
    Array.from(
      { length: 8 },
      (_, d) => ({ chatId, from: { user: `bob-${n}`, device: `device-${d}` }, node: nodes[d % 3]! }),
    )
  );
  for (const [n, chatId] of chats.entries()) a.enter({ user: `ann-${n}`, device: "laptop" }, [chatId]);
  for (const { chatId, from, node } of devices) node.enter(from, [chatId]);
  await has("all are there", () => total(nodes, "connected") === 225);
  const callOf = (chatId: string) => `call-in-${chatId}`.padEnd(16, "0");
  for (const [n, chatId] of chats.entries()) {
    a.say({ user: `ann-${n}`, device: "laptop" }, { type: "call:initiate", callId: callOf(chatId), offer }, chatId);
  }
  await has("all ring", () => devices.every(({ from, node }) => node.heardTypes(from).includes("call:offer")));
  for (const { chatId, from, node } of devices) {
    node.say(from, { type: "call:answer", callId: callOf(chatId), answer }, chatId);
  }
  const ends = () =>
    devices.map(({ from, node }) => node.heardTypes(from).filter((type) => type === "call:end").length);
  await has("all but the winners know", () => ends().filter((count) => count > 0).length >= 175);
  await has("all that answered late know", () => total(nodes, "answered") === 25);
  assert.equal(ends().filter((count) => count === 0).length, 25);
  for (const n of chats.keys()) {
    const heard = a.heardTypes({ user: `ann-${n}`, device: "laptop" });
    assert.equal(heard.filter((type) => type === "call:answer").length, 1);
  }
});

cluster(
  "[R10] two hundred pairs call each other at once from different processes: one call each",
  3,
  async ({ nodes }) => {
    const pairs = Array.from({ length: 200 }, (_, n) => ({
      chatId: `chat-${n}`,
      sides: (["ann", "bob"] as const).map((name, side) => ({
        from: { user: `${name}-${n}`, device: "laptop" },
        node: nodes[(n + side) % 3]!,
        callId: `call-${n}-of-${name}`.padEnd(16, "0"),
      })),
    }));
    for (const { chatId, sides } of pairs) for (const { from, node } of sides) node.enter(from, [chatId]);
    await has("all are there", () => total(nodes, "connected") === 400);
    for (const side of [0, 1]) {
      for (const { chatId, sides } of pairs) {
        const { from, node, callId } = sides[side]!;
        node.say(from, { type: "call:initiate", callId, offer }, chatId);
      }
    }
    const glare = ({ sides }: typeof pairs[number]) =>
      sides.flatMap(({ from, node }) => node.heard(from).filter((one) => one.type === "call:offer" && one.glare));
    await has("each pair has one call, of both", () => pairs.every((pair) => glare(pair).length === 1));
    assert.equal(total(nodes, "placed"), 200);
    for (const { engine } of nodes) assert.deepEqual(engine.gauges().ringing, 200);
  },
);

cluster("[R9] a user called in two chats by two processes is in one call", 2, async ({ nodes }) => {
  const [a, b] = nodes as [EngineNode, EngineNode];
  for (let n = 0; n < 20; n++) {
    const [ann, carl, bob] = ["ann", "carl", "bob"].map((name) => ({ user: `${name}-${n}`, device: "laptop" }));
    a.enter(ann!, [`one-${n}`]);
    b.enter(carl!, [`two-${n}`]);
    b.enter(bob!, [`one-${n}`, `two-${n}`]);
  }
  await has("all are there", () => total(nodes, "connected") === 60);
  for (let n = 0; n < 20; n++) {
    a.say({ user: `ann-${n}`, device: "laptop" }, { type: "call:initiate", callId: `${CALL}1${n}`, offer }, `one-${n}`);
    b.say(
      { user: `carl-${n}`, device: "laptop" },
      { type: "call:initiate", callId: `${CALL}2${n}`, offer },
      `two-${n}`,
    );
  }
  await has("all came to something", () => total(nodes, "placed") + total(nodes, "unreachable") === 40);
  assert.equal(total(nodes, "placed"), 20);
});

cluster(
  "[R18] sixteen devices of a user come at once by two processes: eight are taken, and one more for each that leaves",
  2,
  async ({ nodes }) => {
    const devices = Array.from(
      { length: 16 },
      (_, n) => ({ from: { user: "ann", device: `device-${n}` }, node: nodes[n % 2]! }),
    );
    for (const { from, node } of devices) node.enter(from);
    await has("all came to something", () => total(nodes, "connected") + total(nodes, "crowded") === 16);
    assert.equal(total(nodes, "connected"), 8);
    const is = (type: string) =>
      devices.filter(({ from, node }) =>
        node.facts.some((fact) => fact.type === type && "device" in fact && same(fact.device as Endpoint, from))
      );
    const [taken] = is("connected");
    const { node } = taken!;
    const refused = is("crowded").find((one) => one.node === node);
    node.engine.submit({ type: "drop", from: taken!.from, graceMs: 1_000 });
    node.enter(refused!.from);
    await has("it has room", () => total(nodes, "connected") === 9);
  },
);

cluster("a device that opens its socket at another process is replaced at the first", 2, async ({ nodes }) => {
  const [a, b] = nodes as [EngineNode, EngineNode];
  await talk(a, b);
  b.enter(ANN);
  await has("it moved", () => a.count("moved") === 1);
  a.engine.submit({ type: "drop", from: ANN, graceMs: 1 });
  b.say(BOB, { type: "call:media", callId: CALL, audio: true, video: true, screen: false });
  await has("it is told there", () => b.heardTypes(ANN).includes("call:media"));
  assert.equal(total(nodes, "ended") + total(nodes, "away"), 0);
});

cluster(
  "a pass that three processes are shown at once is used by one of them, and never again",
  3,
  async ({ redis, nodes }) => {
    const soon = Date.now() + 60_000;
    const passes = Array.from({ length: 50 }, (_, n) => `pass-${n}`);
    const uses = passes.map((id) => Promise.all(nodes.map(({ engine }) => engine.usePass(id, soon))));
    for (const answers of await Promise.all(uses)) assert.equal(answers.filter(Boolean).length, 1);
    const late = await new EngineNode(redis.url).ready();
    nodes.push(late);
    for (const id of passes) assert.equal(await late.engine.usePass(id, soon), false);
  },
);

cluster(
  "a key for a token opens once, whichever of three processes kept it and is asked",
  3,
  async ({ redis, nodes }) => {
    const keys = await Promise.all(Array.from({ length: 30 }, (_, n) => nodes[n % 3]!.engine.keepEntry(`token-${n}`)));
    const taken = await Promise.all(keys.map((key) => Promise.all(nodes.map(({ engine }) => engine.takeEntry(key)))));
    const expected = Array.from({ length: 30 }, (_, n) => [null, null, `token-${n}`].toSorted());
    assert.deepEqual(taken.map((answers) => answers.toSorted()), expected);
    await redis.stop();
    await has("the store is away", () => nodes.every(({ engine }) => engine.unavailability() !== null));
    await assert.rejects(async () => await nodes[0]!.engine.keepEntry("token"), { name: "UnavailableError" });
    await redis.startAgain();
  },
);

cluster(
  "where the only process has left, the next one asks nobody, and is there at once",
  1,
  async ({ redis, nodes }) => {
    const [only] = nodes as [EngineNode];
    only.engine.submit({ type: "shutdown" });
    await only.engine.settled();
    only.engine.close();
    const startedAt = performance.now();
    const next = await new EngineNode(redis.url).ready();
    nodes.push(next);
    assert.ok(performance.now() - startedAt < 1_000, `${performance.now() - startedAt} ms`);
  },
);

cluster("a process that comes later knows all, and one that leaves ends nothing", 2, async ({ redis, nodes }) => {
  const [a, b] = nodes as [EngineNode, EngineNode];
  await talk(a, b);
  const c = await new EngineNode(redis.url).ready();
  nodes.push(c);
  assert.equal(c.engine.callOf(BOB)?.callId, CALL);
  assert.deepEqual(await c.engine.members("chat"), await a.engine.members("chat"));
  a.engine.submit({ type: "shutdown" });
  await a.engine.settled();
  a.engine.close();
  c.enter(ANN);
  await has("ann is back", () => b.heard(BOB).some((one) => one.type === "call:peer" && one.state === "back"));
  b.say(BOB, { type: "call:end", callId: CALL });
  await has("it ends by bob", () => c.heardTypes(ANN).includes("call:end"));
  assert.equal(total(nodes, "ended"), 1);
  assert.deepEqual([b, c].map(({ engine }) => engine.isSpokesman()), [true, false]);
});

cluster(
  "[R12] a process that dies: its devices have their grace, and then their call ends once",
  3,
  async ({ nodes }) => {
    const [a, b] = nodes as [EngineNode, EngineNode];
    await talk(a, b);
    const diedAt = performance.now();
    a.engine.close();
    const peer = (state: string) => b.heard(BOB).some((one) => one.type === "call:peer" && one.state === state);
    await has("bob is told", () => peer("reconnecting"));
    assert.ok(performance.now() - diedAt > 4_000);
    await has("it is over", () => b.heardTypes(BOB).includes("call:end"));
    assert.equal(total(nodes, "ended"), 1);
  },
  { graceMs: 1_000 },
);

cluster("the store stands still: nobody can call, nothing rings late, and calls go on", 2, async ({ redis, nodes }) => {
  const [a, b] = nodes as [EngineNode, EngineNode];
  await talk(a, b);
  const carl = { user: "carl", device: "laptop" };
  const dora = { user: "dora", device: "laptop" };
  a.enter(carl, ["other"]);
  b.enter(dora, ["other"]);
  await has("all are there", () => total(nodes, "connected") === 4);
  redis.pause();
  a.say(carl, { type: "call:initiate", callId: "call-of-carl-012345", offer }, "other");
  a.say(ANN, { type: "call:media", callId: CALL, audio: true, video: false, screen: false });
  await has("carl is refused", () => a.heardTypes(carl).includes("call:error"));
  const [refused] = a.heard(carl);
  assert.equal(refused?.type === "call:error" && refused.code, "UNAVAILABLE");
  assert.match(a.engine.unavailability()!, /does not answer/);
  a.say(carl, { type: "call:initiate", callId: "call-of-carl-2-0123", offer }, "other");
  assert.equal(a.heardTypes(carl).length, 2, "at once");
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  redis.goOn();
  await has("what waited comes", () => b.heardTypes(BOB).includes("call:media"));
  for (const node of nodes) await node.ready();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.ok(!b.heardTypes(dora).includes("call:offer"));
  assert.equal(total(nodes, "ended") + total(nodes, "away") + total(nodes, "moved"), 0);
  a.say(carl, { type: "call:initiate", callId: "call-of-carl-3-0123", offer }, "other");
  await has("carl can call", () => b.heardTypes(dora).includes("call:offer"));
});

for (const how of ["emptied", "started anew"]) {
  cluster(`[R14] the store is ${how} in a call: the two take it up`, 2, async ({ redis, nodes }) => {
    const [a, b] = nodes as [EngineNode, EngineNode];
    await talk(a, b);
    const lost = total(nodes, "lost");
    if (how === "emptied") await redis.say("FLUSHALL");
    else {
      await redis.stop();
      await redis.startAgain();
    }
    await has("both know", () => total(nodes, "lost") >= lost + 2);
    for (const node of nodes) await node.ready();
    a.enter(ANN);
    b.enter(BOB);
    a.say(ANN, { type: "call:resume", callId: CALL, role: "caller" });
    b.say(BOB, { type: "call:resume", callId: CALL, role: "callee" });
    await has("both have it again", () => total(nodes, "resumed") === 1 && total(nodes, "rejoined") === 1);
    assert.equal(total(nodes, "ended"), 0);
    for (const { engine } of nodes) assert.equal(engine.callOf(BOB)?.callId, CALL);
  });
}
