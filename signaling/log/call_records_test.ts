/** What is in the call log after real calls, and who is told of missed ones. */

import assert from "node:assert/strict";
import { chatId, connect, offer, quiet, ring, type Wire, type WireOptions, Wires } from "../../tests/support/wire.ts";
import { until } from "../../tests/support/until.ts";
import { receipt } from "../../tests/support/receipt.ts";
import type { LoggedCall } from "./call_log.ts";

const CURRENT: WireOptions = { protocol: 3 };
const calls = async (wires: Wires, user: string) => await wires.signaling.log.calls(user, chatId, 9);
/** Waits until nobody but one is there: the grace of who went is over. */
const alone = (wires: Wires) =>
  until("the grace is over", () => Promise.resolve(wires.signaling.hub.figures().users === 1));
/** What is not the time of a call. */
const said = ({ at: _, callId: __, durationMs, ...call }: LoggedCall) => ({ ...call, lasted: durationMs !== null });

/** How calls end, and what either side's log says of it: the outcome, whether the two had each other, and what Bob missed. */
const ENDS: [outcome: LoggedCall["outcome"], lasts: boolean, missed: LoggedCall["missed"], play: Play][] = [
  ["hangup", true, null, async (ann, bob) => {
    const callId = await connect(ann, bob);
    bob.send({ type: "call:end", chatId, callId });
    await ann.next("call:end");
  }],
  ["declined", false, null, async (ann, bob) => {
    const callId = await ring(ann, bob);
    bob.send({ type: "call:reject", chatId, callId });
    await ann.next("call:rejected");
  }],
  ["cancelled", false, "cancelled", async (ann, bob) => {
    const callId = await ring(ann, bob);
    ann.send({ type: "call:end", chatId, callId });
    await bob.next("call:end");
  }],
  ["timeout", false, "timeout", async (ann, bob) => {
    await ring(ann, bob);
    await bob.next("call:end");
  }],
  ["offline", false, "offline", async (ann, bob, wires) => {
    await bob.close();
    await alone(wires);
    ann.send({ type: "call:initiate", chatId, offer });
    await ann.refused("USER_OFFLINE");
  }],
];
type Play = (ann: Wire, bob: Wire, wires: Wires) => Promise<void>;

for (const [outcome, lasted, missed, play] of ENDS) {
  Deno.test(`call records: a call that ends by ${outcome} is in the log of both sides`, async () => {
    await using wires = new Wires({ RING_TIMEOUT_MS: "300", GRACE_MS: "100" });
    const before = Date.now();
    const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
    await play(ann, bob, wires);
    await ann.settled();
    const [[anns], [bobs]] = [await calls(wires, "ann"), await calls(wires, "bob")];
    const call = { chatId, media: "video", outcome, lasted } as const;
    assert.deepEqual(said(anns!), { ...call, role: "caller", peer: { id: "bob", name: "BOB" }, missed: null });
    assert.deepEqual(said(bobs!), { ...call, role: "callee", peer: { id: "ann", name: "ANN" }, missed });
    assert.deepEqual([bobs!.callId, bobs!.at], [anns!.callId, anns!.at]);
    assert.ok(anns!.at >= before && anns!.at <= Date.now());
  });
}

Deno.test("call records: how long a call was is what the two measured, within what the server saw", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const who of [ann, bob]) {
    who.send({ type: "call:receipt", chatId, callId, receipt: { ...receipt, durationMs: 120 } });
  }
  ann.send({ type: "call:end", chatId, callId });
  await bob.next("call:end");
  assert.deepEqual((await calls(wires, "bob")).map(({ durationMs }) => durationMs), [120]);
});

Deno.test("call records: a receipt that comes late brings back no call that was cleared, or that left with its person", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await connect(ann, bob);
  ann.send({ type: "call:end", chatId, callId });
  await bob.next("call:end");
  await ann.settled();
  assert.equal((await calls(wires, "ann")).length, 1);
  await wires.signaling.log.clear("ann", chatId);
  for (const who of [ann, bob]) {
    who.send({ type: "call:receipt", chatId, callId, receipt: { ...receipt, durationMs: 7 } });
    await who.settled();
  }
  assert.deepEqual(await calls(wires, "ann"), []);
  assert.ok((await calls(wires, "bob"))[0]!.durationMs! <= 7);
});

Deno.test("call records: a missed call is dated, told to every device that comes, and gone once it was seen to", async () => {
  await using wires = new Wires({ GRACE_MS: "100" });
  const ann = await wires.enter("ann");
  const before = Date.now();
  // Bob is known, and away.
  await (await wires.enter("bob", CURRENT)).close();
  await alone(wires);
  ann.send({ type: "call:initiate", chatId, offer });
  const { callId } = await ann.refused("USER_OFFLINE");
  const placedBy = Date.now();
  const missed = [];
  const devices = [];
  for (const device of ["laptop", "phone"]) {
    const bob = await wires.enter("bob", { ...CURRENT, device });
    missed.push(await bob.next("call:missed"));
    devices.push(bob);
  }
  assert.deepEqual(missed[0], missed[1]);
  assert.deepEqual([missed[0]!.callId, missed[0]!.reason], [callId, "offline"]);
  assert.ok(missed[0]!.at! >= before && missed[0]!.at! <= placedBy);
  const [laptop, phone] = devices as [Wire, Wire];
  phone.send({ type: "call:missed-seen", chatId, callId: callId! });
  assert.equal((await laptop.next("call:missed-seen")).callId, callId);
  const later = await wires.enter("bob", { ...CURRENT, device: "tablet" });
  await quiet(ann, laptop, phone, later);
});

Deno.test("call records: a call that rang in vain stays to be seen to, unless a client was told that never says so", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  for (const protocol of [3, 2]) {
    const bob = await wires.enter("bob", { protocol });
    if (protocol === 2) await bob.next("call:missed");
    const callId = await ring(ann, bob);
    ann.send({ type: "call:end", chatId, callId });
    await bob.next("call:end");
    const told = await bob.next("call:missed");
    assert.equal(told.at, (await calls(wires, "bob"))[0]!.at);
    assert.equal((await wires.signaling.log.missed("bob")).length, protocol === 3 ? 1 : 0);
  }
});

Deno.test("call records: missed calls and the log outlive the server, in DATA_DIR", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zvonok-data-" });
  try {
    let known: LoggedCall[] = [];
    {
      await using wires = new Wires({ DATA_DIR: `${dir}/made`, GRACE_MS: "100" });
      const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob", CURRENT)];
      const callId = await ring(ann, bob);
      ann.send({ type: "call:end", chatId, callId });
      await bob.next("call:end");
      await bob.next("call:missed");
      known = await calls(wires, "bob");
      assert.equal(known.length, 1);
    }
    assert.equal((await Deno.stat(`${dir}/made`)).mode! & 0o77, 0);
    await using wires = new Wires({ DATA_DIR: `${dir}/made` });
    const stranger = await wires.enter("bob", { ...CURRENT, chats: ["other"] });
    await stranger.silent(50);
    assert.deepEqual(await calls(wires, "bob"), known);
    const bob = await wires.enter("bob", { ...CURRENT, device: "phone" });
    assert.equal((await bob.next("call:missed")).callId, known[0]!.callId);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("call records: [R1] who is no member sees to nothing; who leaves a chat is forgotten there", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob", CURRENT)];
  const callId = await connect(ann, bob);
  const eve = await wires.enter("eve", { chats: ["other"] });
  eve.send({ type: "call:missed-seen", chatId, callId });
  await eve.refused("ACCESS_DENIED");
  wires.signaling.hub.free(chatId, "bob", Date.now());
  await ann.next("call:end");
  await ann.settled();
  assert.deepEqual(await calls(wires, "bob"), []);
  assert.equal((await calls(wires, "ann")).length, 1);
});
