/** What a call client does while its socket is away: real clients, a real server, werift's WebRTC. */

import assert from "node:assert/strict";
import type { Snapshot } from "../../shared/client/state.ts";
import { away, CHAT, clientTest as test, connect } from "../support/client_scene.ts";
import type { WeriftPerson } from "../support/werift.ts";

const NOTHING_OPEN = { connections: 0, devices: 0 };

/** Everything somebody's screen shows from now on, as phases without repeats. */
function record(person: WeriftPerson): string[] {
  const seen: string[] = [];
  person.onSnapshot = ({ call }: Snapshot) => {
    if (seen.at(-1) !== call.phase) seen.push(call.phase);
  };
  return seen;
}

async function back(person: WeriftPerson): Promise<void> {
  person.goOnline();
  await person.until(({ signaling }) => signaling === "open");
  // By the answer to this, everything that the server says behind its `welcome` is here.
  person.client.watch("another-chat");
  await person.settled();
}

test("a hang-up while the socket is away ends the call, which does not come back", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  await away(ann);
  ann.client.hangUp();
  const seen = record(ann);
  await back(ann);
  await bob.phase("ended");
  assert.deepEqual(seen.filter((phase) => phase !== "ended"), []);
  assert.deepEqual([ann.open, bob.open], [NOTHING_OPEN, NOTHING_OPEN]);
});

test("[R18] a hang-up right behind 130 candidates is heard, with the socket there and away", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  ann.gather(130);
  ann.client.hangUp();
  await bob.phase("ended");
  await connect(ann, bob);
  await away(ann);
  ann.gather(130);
  ann.client.setMicrophone(false);
  ann.client.hangUp();
  await back(ann);
  await bob.phase("ended");
  await connect(bob, ann);
});

test("[R18] what is said behind 300 candidates while the socket is away is not lost among them", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  await bob.until(({ remote }) => remote.audio);
  await away(ann);
  ann.gather(300);
  ann.client.setMicrophone(false);
  await back(ann);
  await bob.until(({ remote }) => !remote.audio);
});

test("[R18] a call that is refused for its rate is placed again, and takes place", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  for (let n = 0; n < 130; n++) ann.client.watch(`chat-${n}`);
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  bob.client.accept("audio");
  await Promise.all([ann.phase("connected"), bob.phase("connected")]);
  await Promise.all([ann.receives("audio"), bob.receives("audio")]);
});

test("[R18] a call that is cancelled while it waits to be placed again never rings", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  // More than may be: enough that a busy machine, which takes a second for an offer, still comes too early with it.
  for (let n = 0; n < 200; n++) ann.client.watch(`chat-${n}`);
  const refused = ann.told((message) => message.type === "call:error" && message.refused === "call:initiate");
  ann.client.call(CHAT, "audio");
  await refused;
  const seen = record(bob);
  ann.client.hangUp();
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  assert.ok(!seen.includes("ended"), "one call rang, and that one still does");
});

test("a cancel while the socket is away stops the ringing, which does not come back", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await away(ann);
  ann.client.hangUp();
  const seen = record(ann);
  await back(ann);
  await bob.phase("ended");
  assert.deepEqual(seen.filter((phase) => phase !== "ended"), []);
});

test("a decline while the socket is away: it does not ring again, and the caller is told", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await away(bob);
  bob.client.decline();
  const seen = record(bob);
  await back(bob);
  const { call } = await ann.phase("ended");
  assert.equal(call.phase === "ended" && call.outcome, "declined");
  assert.ok(!seen.includes("incoming"), seen.join());
  assert.deepEqual(bob.open, NOTHING_OPEN);
});

test("a call that was cancelled while the callee's socket was away rings no more, and opens nothing", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await away(bob);
  ann.client.hangUp();
  const seen = record(bob);
  await back(bob);
  await bob.phase("ended");
  assert.deepEqual(seen.filter((phase) => phase !== "ended" && phase !== "incoming"), []);
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
});

test("[R3, R12] what it rings at was told while the caller was away; a page that was told nothing says Calling…", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.isAwake = false;
  ann.client.call(CHAT, "audio");
  await bob.phase("incoming");
  await away(ann);
  await back(ann);
  assert.equal(ann.client.snapshot.call.phase, "calling");
  await away(ann);
  bob.client.presented();
  await bob.settled();
  await back(ann);
  assert.equal(ann.client.snapshot.call.phase, "ringing");
});

test("[R3] a device that rang before it lost its socket says so again", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  bob.freezeSocket();
  ann.client.call(CHAT, "audio");
  await ann.phase("calling");
  bob.noticeFrozenSocket();
  await bob.phase("incoming");
  await ann.phase("ringing");
});

test("longer away than the grace: the call is over for both, and the next one works", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  bob.goOffline();
  const { call } = await ann.phase("ended");
  assert.equal(call.phase === "ended" && call.outcome, "connection-lost");
  await back(bob);
  await bob.phase("ended");
  await connect(ann, bob);
}, { GRACE_MS: "300" });

test("how long they talked ends when the other side went, not when the wait for it did", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  const { call: connected } = await ann.phase("connected");
  await ann.until(({ remote }) => remote.audio);
  await ann.receives("audio");
  const gone = performance.now();
  bob.vanish();
  const { call } = await ann.phase("ended");
  assert.ok(performance.now() - gone > 2_900);
  const talkedMs = gone - (connected.phase === "connected" ? connected.since : NaN);
  assert.ok(call.phase === "ended" && call.durationMs !== null);
  // Packets are counted four times a second.
  assert.ok(Math.abs(call.durationMs - talkedMs) < 1_000, `${call.durationMs} of ${talkedMs} ms`);
}, { GRACE_MS: "3000" });

test("media that goes on while the other side's socket is away is talk, to the end", async (enter) => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  await connect(ann, bob);
  const { call: connected } = await ann.phase("connected");
  await ann.receives("audio");
  bob.goOffline();
  const { call } = await ann.phase("ended");
  const wholeMs = performance.now() - (connected.phase === "connected" ? connected.since : NaN);
  assert.ok(call.phase === "ended" && call.durationMs !== null);
  assert.ok(wholeMs - call.durationMs < 500, `${call.durationMs} of ${wholeMs} ms`);
}, { GRACE_MS: "3000" });
