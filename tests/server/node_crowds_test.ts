/** Hundreds of devices at three processes over one Redis do the same thing at once. */

import assert from "node:assert/strict";
import { Cluster } from "../support/cluster.ts";
import { named, nameOf } from "../support/history/history.ts";
import { glare, settled } from "../support/node_rules/stage.ts";
import { HAS_REDIS } from "../support/redis.ts";
import { answer, offer, type Wire } from "../support/wire.ts";

/** As many sockets as open at a time. */
const AT_ONCE = 50;

const CROWDED = { RING_TIMEOUT_MS: "60000", GRACE_MS: "20000" };

/** Does something for each, so many at a time. */
async function forEach<T, Result>(all: readonly T[], doIt: (one: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let n = 0; n < all.length; n += AT_ONCE) {
    results.push(...await Promise.all(all.slice(n, n + AT_ONCE).map(doIt)));
  }
  return results;
}

function crowd(name: string, run: (cluster: Cluster) => Promise<void>): void {
  Deno.test({
    name: `processes: ${name}`,
    ignore: !HAS_REDIS,
    async fn() {
      await using cluster = await Cluster.start(3, { env: CROWDED });
      await run(cluster);
      assert.deepEqual(cluster.history.faults(), []);
    },
  });
}

const callIn = ({ chatId }: Wire) => `the-call-in-${chatId}`;

const CALLS = 25;
const DEVICES = 8;

crowd("[R5] two hundred devices answer at once: one wins each call, and each other one is told", async (cluster) => {
  const callers = await forEach(
    [...Array(CALLS).keys()],
    (n) => cluster.enter(n % 3, `ann-${n}`, { chats: [`chat-${n}`] }),
  );
  const devices = await forEach([...Array(CALLS * DEVICES).keys()], async (n) => {
    const [chat, device] = [n % CALLS, Math.floor(n / CALLS)];
    const who = { chats: [`chat-${chat}`], device: `device-${device}` };
    return {
      wire: await cluster.enter(device % 3, `bob-${chat}`, who),
      caller: callers[chat]!,
      name: `device-${device}`,
    };
  });
  for (const caller of callers) {
    caller.send({ type: "call:initiate", chatId: caller.chatId, callId: callIn(caller), offer });
  }
  await forEach(devices, ({ wire }) => wire.rings());
  for (const { wire, name } of devices) {
    wire.send({ type: "call:answer", chatId: wire.chatId, callId: callIn(wire), answer: named(answer, name) });
  }
  const winners = new Map<Wire, string>();
  for (const caller of callers) {
    await caller.next("call:ringing");
    winners.set(caller, nameOf((await caller.next("call:answer", 10_000)).answer.sdp));
  }
  const isWinner = ({ caller, name }: typeof devices[number]) => winners.get(caller) === name;
  assert.equal(devices.filter(isWinner).length, CALLS);
  await forEach(devices.filter((device) => !isWinner(device)), async ({ wire }) => {
    // By the winner's answer, and by its own, which came late.
    for (let n = 0; n < 2; n++) assert.equal((await wire.next("call:end", 10_000)).reason, "answered-elsewhere");
  });
  for (const caller of callers) caller.send({ type: "call:end", chatId: caller.chatId });
  await forEach(devices.filter(isWinner), async ({ wire }) => {
    assert.equal((await wire.next("call:end", 10_000)).reason, "hangup");
  });
  await forEach(devices, ({ wire }) => settled(wire));
  await settled(...callers);
  assert.deepEqual(cluster.history.counts, { rang: CALLS, answered: CALLS, ended: CALLS });
  const figures = await cluster.figures();
  assert.equal(figures.zvonok_calls_answered_total, CALLS);
});

const PAIRS = 200;

crowd("[R10] two hundred pairs call each other at once: one call each", async (cluster) => {
  const pairs = await forEach([...Array(PAIRS).keys()], async (n) => {
    const who = { chats: [`chat-${n}`] };
    return [await cluster.enter(n % 3, `ann-${n}`, who), await cluster.enter((n + 1) % 3, `bob-${n}`, who)] as const;
  });
  const calls = await Promise.all(pairs.map(([ann, bob]) => glare(ann, bob)));
  assert.equal((await cluster.figures()).zvonok_calls_placed_total, PAIRS);
  for (const { callee, callId } of calls) {
    callee.send({ type: "call:answer", chatId: callee.chatId, callId, answer: named(answer, callee.chatId) });
  }
  await Promise.all(calls.map(async ({ caller, callee, callId }) => {
    assert.equal((await caller.next("call:answer", 10_000)).callId, callId);
    caller.send({ type: "call:end", chatId: caller.chatId });
    assert.equal((await callee.next("call:end", 10_000)).callId, callId);
  }));
  await Promise.all(pairs.flat().map((wire) => settled(wire)));
  assert.deepEqual(cluster.history.counts, { rang: PAIRS, answered: PAIRS, ended: PAIRS });
});
