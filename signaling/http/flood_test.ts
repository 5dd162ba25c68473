/** Floods of messages, and of calls (R18): what is refused, and what gets through all the same. */

import assert from "node:assert/strict";
import { candidate, relayed } from "../../tests/support/sdp.ts";
import { answer, chatId, connect, media, offer, quiet, ring, Wires } from "../../tests/support/wire.ts";

Deno.test("[R18] each message too many is refused by its frame, and served when it is repeated after the wait", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  for (let n = 0; n < 100; n++) ann.send({ type: "chat:watch", chatId });
  for (let n = 0; n < 30; n++) {
    ann.send({ type: "call:media", chatId, callId: `call-${1000 + n}-aaaaaaaaaaa`, ...media });
  }
  for (let n = 0; n < 100; n++) await ann.next("chat:state");
  const refused = [];
  for (let n = 0; n < 30; n++) refused.push(await ann.refused("RATE_LIMITED"));
  assert.deepEqual(
    refused.map(({ chatId, callId, refused, frame }) => ({ chatId, callId, refused, frame })),
    refused.map((_, n) => ({ chatId, callId: `call-${1000 + n}-aaaaaaaaaaa`, refused: "call:media", frame: 101 + n })),
  );
  const waits = refused.map(({ retryAfterMs }) => retryAfterMs!);
  assert.ok(waits[0]! > 0 && waits[0]! <= 50, `20 a second: ${waits[0]}`);
  assert.ok(waits.at(-1)! > 1_200 && waits.at(-1)! <= 1_500, `a second and a half for thirty: ${waits.at(-1)}`);
  await new Promise((resolve) => setTimeout(resolve, waits.at(-1)!));
  for (let n = 0; n < 30; n++) ann.send({ type: "chat:watch", chatId });
  for (let n = 0; n < 30; n++) await ann.next("chat:state");
});

Deno.test("[R18] a hang-up behind 130 candidates, and behind any flood, reaches the other side", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  for (let n = 0; n < 130; n++) ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(n) });
  ann.send({ type: "call:end", chatId });
  for (let n = 0; n < 130; n++) assert.deepEqual((await bob.next("call:ice-candidate")).candidate, candidate(n));
  assert.equal((await bob.next("call:end")).reason, "hangup");

  await connect(ann, bob);
  for (let n = 0; n < 150; n++) ann.send({ type: "chat:watch", chatId });
  ann.send({ type: "call:end", chatId });
  assert.equal((await bob.next("call:end")).reason, "hangup");
  await quiet(bob);
});

Deno.test("[R18] of more candidates than a device may send the relayed ones and the end of them get through", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  const hosts = Array.from({ length: 500 }, (_, n) => candidate(n));
  const last = [...Array.from({ length: 20 }, (_, n) => relayed(n)), null];
  for (const one of [...hosts, ...last]) ann.send({ type: "call:ice-candidate", chatId, candidate: one });
  ann.send({ type: "call:negotiate", chatId, description: offer });
  const given = [];
  for (;;) {
    const { candidate } = await bob.next("call:ice-candidate");
    given.push(candidate);
    if (candidate === null) break;
  }
  assert.deepEqual(given.slice(-last.length), last);
  assert.ok(given.length < 300, `${given.length}: the hosts are cut`);
  await bob.next("call:negotiate");
  await quiet(ann, bob);
});

Deno.test("[R18] hang-ups without end are a flood too: closed with 4008, and the first one counts", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  for (let n = 0; n < 1_200; n++) ann.send({ type: "call:end", chatId });
  assert.equal((await bob.next("call:end")).reason, "hangup");
  assert.equal((await ann.closed).code, 4008);
});

Deno.test("[R18] a call refused for its rate comes again with what followed it, which is no error meanwhile", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = "call-0123456789abcdef";
  const place = () => {
    ann.send({ type: "call:initiate", chatId, callId, offer });
    ann.send({ type: "call:ice-candidate", chatId, callId, candidate: candidate(1) });
    ann.send({ type: "call:media", chatId, callId, ...media });
  };
  for (let n = 0; n < 99; n++) ann.send({ type: "chat:watch", chatId });
  ann.sendRaw("{}");
  ann.send({ type: "call:initiate", chatId, callId, offer });
  ann.send({ type: "call:ice-candidate", chatId, callId, candidate: candidate(1) });
  for (let n = 0; n < 99; n++) await ann.next("chat:state");
  await ann.refused("INVALID_MESSAGE");
  const { retryAfterMs, ...refusal } = await ann.refused("RATE_LIMITED");
  const message = "Too many messages";
  assert.deepEqual(refusal, {
    type: "call:error",
    code: "RATE_LIMITED",
    message,
    chatId,
    callId,
    refused: "call:initiate",
    frame: 101,
  });
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs! + 200));
  await quiet(ann, bob);
  place();
  assert.equal((await bob.rings()).callId, callId);
  await ann.next("chat:state");
  await ann.next("call:ringing");
  bob.send({ type: "call:answer", chatId, answer });
  assert.deepEqual((await bob.next("call:ice-candidate")).candidate, candidate(1), "once");
  await bob.next("call:media");
});

Deno.test("[R18] a peer that goes on flooding is closed with 4008; a call beside it goes on", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  const eve = await wires.enter("eve", { chats: ["elsewhere"] });
  for (let n = 0; n < 1_500; n++) eve.sendRaw("{}");
  assert.equal((await eve.closed).code, 4008);
  ann.send({ type: "call:media", chatId, audio: true, video: false, screen: false });
  await bob.next("call:media");
});

Deno.test("[R18] reconnecting gains a flooder nothing", async () => {
  await using wires = new Wires();
  const first = await wires.enter("ann");
  for (let n = 0; n < 101; n++) first.send({ type: "chat:watch", chatId });
  for (let n = 0; n < 100; n++) await first.next("chat:state");
  await first.close();
  const again = await wires.enter("ann");
  for (let n = 0; n < 30; n++) again.send({ type: "chat:watch", chatId });
  await assert.rejects(async () => {
    for (let n = 0; n < 30; n++) await again.next("chat:state");
  }, /RATE_LIMITED/);
});

Deno.test("[R18] a user starts at most twenty calls a minute", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  for (let n = 0; n < 20; n++) {
    await ring(ann, bob);
    ann.send({ type: "call:end", chatId });
    assert.equal((await bob.next("call:end")).reason, "cancelled");
    await bob.next("call:missed");
  }
  ann.send({ type: "call:initiate", chatId, offer });
  const { retryAfterMs, refused } = await ann.refused("RATE_LIMITED");
  assert.ok(retryAfterMs! > 0 && retryAfterMs! <= 3_000);
  assert.equal(refused, "call:initiate");
  await bob.silent();
});

Deno.test("[R18] [R11] what opened a call that stands may be repeated: it is not counted as a call, nor is what follows left out", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = "call-0123456789abcdef";
  for (let n = 0; n < 25; n++) ann.send({ type: "call:initiate", chatId, callId, offer });
  await bob.rings();
  await ann.next("call:ringing");
  bob.send({ type: "call:answer", chatId, callId, answer });
  await ann.next("call:answer");
  await quiet(ann, bob);
  for (
    const [from, to, again] of [
      [ann, bob, { type: "call:initiate", chatId, callId, offer }],
      [bob, ann, { type: "call:answer", chatId, callId, answer }],
    ] as const
  ) {
    from.send({ ...again, callId: "call-fedcba9876543210" }); // opens nothing
    // Far more than there is room for, since room grows while they are on their way.
    for (let n = 0; n < 300; n++) from.send({ type: "chat:watch", chatId });
    // There may be room for one just then, and not for the next.
    for (let n = 0; n < 5; n++) from.send(again);
    from.send({ type: "call:ice-candidate", chatId, callId, candidate: candidate(1) });
    while ((await from.reaches("call:error")).refused !== again.type);
    assert.deepEqual((await to.reaches("call:ice-candidate")).candidate, candidate(1), again.type);
  }
});

Deno.test("[R18] [R10] a repeat of the call that crossed another one is no new call either", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  const callId = await ring(ann, bob);
  const crossing = { type: "call:initiate", chatId, callId: "call-0123456789abcdef", offer } as const;
  for (let n = 0; n < 25; n++) bob.send(crossing);
  assert.equal((await bob.next("call:offer")).glare, true);
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  bob.send(crossing);
  bob.send({ type: "call:media", chatId, callId, ...media });
  await ann.next("call:media");
  await quiet(ann, bob);
});
