/** Tokens that are renewed on a real socket (R20). */

import assert from "node:assert/strict";
import { Hosted, HOUR_MS } from "../../tests/support/hosted.ts";
import { chatId, connect, quiet, ring } from "../../tests/support/wire.ts";

Deno.test("[R20] session:renew in time: the socket goes on with all its rights", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", HOUR_MS), "laptop");
  const bob = await wires.open(await wires.tokenFor("bob", 9 * HOUR_MS), "laptop");
  wires.pass(HOUR_MS - 30_000);
  await ann.settled();
  const { expiresInMs } = await ann.next("session:expiring");
  assert.ok(expiresInMs > 20_000 && expiresInMs <= 31_000, `${expiresInMs}`);
  ann.send({ type: "session:renew", token: await wires.tokenFor("ann", HOUR_MS) });
  const renewed = await ann.next("session:renewed");
  assert.ok(Math.abs(renewed.expiresInMs - HOUR_MS) < 2_000, `${renewed.expiresInMs}`);
  wires.pass(HOUR_MS / 2);
  await ring(ann, bob);
});

Deno.test("[R20] session:renew in a call that has outlived its token: everything may begin again", async () => {
  await using wires = new Hosted();
  const { ann, bob } = await wires.inCallPastExpiry();
  ann.send({ type: "session:renew", token: await wires.tokenFor("ann", HOUR_MS) });
  await ann.next("session:renewed");
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  await ann.settled();
  await connect(ann, bob);
});

Deno.test("[R20] session:renew with another user's token, a forged or an expired one, or none at all changes nothing", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", HOUR_MS), "laptop");
  const bob = await wires.open(await wires.tokenFor("bob", HOUR_MS), "laptop");
  const good = await wires.tokenFor("ann", 9 * HOUR_MS);
  const bad = [
    await wires.tokenFor("bob", 9 * HOUR_MS),
    await wires.tokenFor("ann", -60_000),
    good.replace(/[^.]+$/, "AAAA"),
    `${btoa('{"alg":"none"}').replaceAll("=", "")}.${good.split(".")[1]}.AAAA`,
  ];
  for (const token of bad) {
    ann.send({ type: "session:renew", token });
    assert.deepEqual(await ann.next("call:error"), {
      type: "call:error",
      code: "ACCESS_DENIED",
      message: "Access denied",
    });
  }
  for (const token of ["", "marker", "marker.marker", "a.b.marker!", `a.b.${"c".repeat(20_000)}`, 5, null]) {
    ann.sendRaw(JSON.stringify({ type: "session:renew", token }));
    assert.doesNotMatch((await ann.refused("INVALID_MESSAGE")).message, /marker/);
  }
  wires.pass(HOUR_MS + 1_000);
  ann.send({ type: "ping" });
  assert.equal((await ann.closed).code, 4003);
  await bob.close();
});

Deno.test("[R20] membership follows the token that renews: another chat comes in, and a call in one that is gone ends", async () => {
  await using wires = new Hosted();
  const iat = Math.floor(wires.clock / 1000);
  const ann = await wires.open(await wires.tokenFor("ann", HOUR_MS, { iat }), "laptop");
  const bob = await wires.open(await wires.tokenFor("bob", HOUR_MS), "laptop");
  await connect(ann, bob);
  ann.send({
    type: "session:renew",
    token: await wires.tokenFor("ann", 2 * HOUR_MS, { chats: [chatId, "new"], iat: iat + 1 }),
  });
  await ann.next("session:renewed");
  ann.send({ type: "chat:watch", chatId: "new" });
  await ann.next("chat:state");
  ann.send({
    type: "session:renew",
    token: await wires.tokenFor("ann", 3 * HOUR_MS, { chats: ["new"], iat: iat + 2 }),
  });
  assert.equal((await ann.next("call:end")).reason, "failed");
  await ann.next("session:renewed");
  assert.equal((await bob.next("call:end")).reason, "failed");
});

Deno.test("[R20] an expired token says nothing of membership any more", async () => {
  await using wires = new Hosted();
  const { ann, bob, annsToken } = await wires.inCallPastExpiry();
  const newest = await wires.tokenFor("ann", HOUR_MS, { chats: [chatId] }); // the one of before had another chat, too
  const phone = await wires.open(newest, "phone");
  const back = await wires.open(annsToken, "laptop");
  await back.next("call:state");
  await back.next("session:expiring");
  phone.send({ type: "chat:watch", chatId: "another" });
  await phone.refused("ACCESS_DENIED");
  assert.equal((await ann.closed).code, 4001);
  await quiet(bob);
});

Deno.test("[R20] a token that is good for longer than timers can wait is not cut short by them", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", 60 * 24 * HOUR_MS), "laptop");
  wires.pass(30 * 24 * HOUR_MS); // beyond 2^31 ms
  await quiet(ann);
  const forGood = await wires.open(await wires.tokenFor("bob", 1e16), "laptop");
  await forGood.silent(50); // a timer that overflows fires at once
});
