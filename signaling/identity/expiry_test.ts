/** A token that expires on a real socket (R20): what its device may still say, and when the socket ends. */

import assert from "node:assert/strict";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { Hosted, HOUR_MS } from "../../tests/support/hosted.ts";
import { receipt } from "../../tests/support/receipt.ts";
import { candidate } from "../../tests/support/sdp.ts";
import { answer, chatId, connect, media, offer, quiet, ring } from "../../tests/support/wire.ts";
import { OUTLIVED_MS } from "./lifetime.ts";

Deno.test("[R20] a call outlives a token that nobody renews: host tokens for 4 s and an hour, a grace of 2 s", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", 4_000), "laptop");
  const bob = await wires.open(await wires.tokenFor("bob", HOUR_MS), "laptop");
  const callId = await connect(ann, bob);
  const { expiresInMs } = await ann.next("session:expiring");
  assert.ok(expiresInMs > 1_000 && expiresInMs <= 3_000, `${expiresInMs}`);
  assert.equal((await ann.next("session:expiring", 6_000)).expiresInMs, 0);
  await bob.silent(2_500); // longer than the grace
  ann.send({ type: "call:media", chatId, ...media });
  await bob.next("call:media");
  bob.send({ type: "call:negotiate", chatId, description: offer });
  await ann.next("call:negotiate");
  ann.send({ type: "call:initiate", chatId, offer });
  await ann.refused("SESSION_EXPIRED");
  ann.send({ type: "call:end", chatId });
  assert.deepEqual(await bob.next("call:end"), { type: "call:end", chatId, callId, reason: "hangup" });
  assert.equal((await ann.closed).code, 4003);
  await quiet(bob);
});

Deno.test("[R20] a device without a call is closed with 4003 at its token's expiry, and told before", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", 1_500), "laptop");
  assert.ok((await ann.next("session:expiring")).expiresInMs > 0);
  assert.equal((await ann.closed).code, 4003);
});

Deno.test("[R20] what an expired device may still say, message by message", async () => {
  await using wires = new Hosted();
  const { ann, bob, callId } = await wires.inCallPastExpiry();
  const carol = await wires.open(await wires.tokenFor("carol", HOUR_MS, { chats: ["another"] }), "laptop");
  const other = "another-0123456789abcdef";

  const refused: ClientMessage[] = [
    { type: "call:initiate", chatId, offer },
    { type: "call:initiate", chatId: "another", offer },
    { type: "call:answer", chatId: "another", answer },
    { type: "call:reject", chatId: "another" },
    { type: "call:ice-candidate", chatId: "another", candidate: candidate(1) },
    { type: "call:negotiate", chatId: "another", description: offer },
    { type: "call:media", chatId: "another", ...media },
    { type: "call:end", chatId: "another" },
    { type: "call:resume", chatId: "another", callId: other, role: "caller" },
    { type: "call:resume", chatId, callId: other, role: "caller" },
    { type: "call:receipt", chatId: "another", callId: other, receipt },
    { type: "chat:watch", chatId: "another" },
  ];
  for (const message of refused) {
    ann.send(message);
    const error = await ann.refused("SESSION_EXPIRED");
    assert.doesNotMatch(error.message, /token/i);
  }
  ann.send({ type: "chat:watch", chatId: "nobody-knows" });
  await ann.refused("ACCESS_DENIED"); // R1: membership first

  ann.send({ type: "call:ice-candidate", chatId, candidate: candidate(1) });
  await bob.next("call:ice-candidate");
  ann.send({ type: "call:negotiate", chatId, callId, description: offer });
  await bob.next("call:negotiate");
  ann.send({ type: "call:media", chatId, ...media });
  await bob.next("call:media");
  ann.send({ type: "call:resume", chatId, callId, role: "caller" });
  assert.equal((await ann.next("call:state")).state, "connected");
  ann.send({ type: "chat:watch", chatId });
  assert.equal((await ann.next("chat:state")).chatId, chatId);
  ann.send({ type: "call:receipt", chatId, callId, receipt });
  await quiet(ann, bob, carol);

  carol.send({ type: "call:initiate", chatId: "another", offer });
  assert.equal((await carol.next("call:rejected")).reason, "busy");
  await ann.silent(); // an expired device is told of its call, and of nothing else
  ann.send({ type: "call:end", chatId, callId });
  assert.equal((await bob.next("call:end")).reason, "hangup");
  assert.equal((await ann.closed).code, 4003);
  const back = await wires.open(await wires.tokenFor("ann", HOUR_MS, { chats: [chatId, "another"] }), "laptop");
  assert.equal((await back.next("call:missed")).reason, "busy");
});

for (const how of ["hangup", "failed"] as const) {
  Deno.test(`[R20] when the other side ends the call (${how}), the expired socket ends with 4003`, async () => {
    await using wires = new Hosted();
    const { ann, bob } = await wires.inCallPastExpiry();
    bob.send({ type: "call:end", chatId, reason: how });
    assert.equal((await ann.next("call:end")).reason, how);
    assert.equal((await ann.closed).code, 4003);
    await quiet(bob);
  });
}

Deno.test("[R20] an expired device comes back to its call, with the same page and after a reload, and nowhere else", async () => {
  await using wires = new Hosted();
  const { ann, bob, annsToken } = await wires.inCallPastExpiry();
  const headers = { "sec-websocket-protocol": `zvonok.v1, bearer.${annsToken}` };
  assert.equal((await wires.handshake(headers, "/signal?device=phone")).status, 401, "another device");
  await ann.close();
  assert.equal((await bob.next("call:peer")).state, "reconnecting");
  const back = await wires.open(annsToken, "laptop");
  assert.equal((await back.next("call:state")).state, "connected");
  assert.equal((await back.next("session:expiring")).expiresInMs, 0);
  assert.equal((await bob.next("call:peer")).state, "back");
  const page = await wires.open(annsToken, "laptop", "one"); // it replaces the one before
  await page.next("call:state");
  await page.next("session:expiring");
  const reloaded = await wires.open(annsToken, "laptop", "two");
  await reloaded.next("call:state");
  assert.equal((await bob.next("call:peer")).state, "reloaded");
  await reloaded.next("session:expiring");
  bob.send({ type: "call:negotiate", chatId, description: offer });
  await reloaded.next("call:negotiate");
  bob.send({ type: "call:end", chatId });
  await reloaded.next("call:end");
  assert.equal((await reloaded.closed).code, 4003);
  assert.equal((await wires.handshake(headers, "/signal?device=laptop")).status, 401, "the call is over");
});

Deno.test("[R20] back within the grace, and not after it", async () => {
  await using wires = new Hosted({ GRACE_MS: "150" });
  const { ann, bob, annsToken } = await wires.inCallPastExpiry();
  await ann.close();
  assert.equal((await bob.next("call:peer")).state, "reconnecting");
  assert.equal((await bob.next("call:end")).reason, "connection-lost");
  const headers = { "sec-websocket-protocol": `zvonok.v1, bearer.${annsToken}` };
  assert.equal((await wires.handshake(headers, "/signal?device=laptop")).status, 401);
});

Deno.test("[R20] a forged token that says it has expired opens nothing, though there is such a call", async () => {
  await using wires = new Hosted();
  const { ann, bob } = await wires.inCallPastExpiry();
  const exp = Math.floor(wires.clock / 1000) - 60;
  const forged = (await wires.hostToken("ann", exp)).replace(/[^.]+$/, "AAAA");
  const headers = { "sec-websocket-protocol": `zvonok.v1, bearer.${forged}` };
  assert.equal((await wires.handshake(headers, "/signal?device=laptop")).status, 401);
  await quiet(ann, bob);
});

Deno.test("[R20] a call that rings when a token expires goes on: the caller's, and the callee's", async () => {
  await using wires = new Hosted();
  for (const expiring of ["caller", "callee"] as const) {
    const lives = { caller: 10 * HOUR_MS, callee: 10 * HOUR_MS, [expiring]: HOUR_MS };
    const ann = await wires.open(await wires.tokenFor("ann", lives.caller), "laptop");
    const bob = await wires.open(await wires.tokenFor("bob", lives.callee), "laptop");
    await ring(ann, bob);
    wires.pass(2 * HOUR_MS);
    const late = expiring === "caller" ? ann : bob;
    await late.settled();
    assert.equal((await late.next("session:expiring")).expiresInMs, 0);
    bob.send({ type: "call:answer", chatId, answer });
    await ann.next("call:answer");
    ann.send({ type: "call:media", chatId, ...media });
    await bob.next("call:media");
    ann.send({ type: "call:end", chatId });
    await bob.next("call:end");
    assert.equal((await late.closed).code, 4003);
  }
});

Deno.test("[R20] one of two devices that ring has expired and the other answers: it leaves", async () => {
  await using wires = new Hosted();
  const ann = await wires.open(await wires.tokenFor("ann", 10 * HOUR_MS), "laptop");
  const phone = await wires.open(await wires.tokenFor("bob", 10 * HOUR_MS), "phone");
  const laptop = await wires.open(await wires.tokenFor("bob", HOUR_MS), "laptop");
  await ring(ann, phone, laptop);
  wires.pass(2 * HOUR_MS);
  await laptop.settled();
  await laptop.next("session:expiring");
  phone.send({ type: "call:answer", chatId, answer });
  assert.equal((await laptop.next("call:end")).reason, "answered-elsewhere");
  assert.equal((await laptop.closed).code, 4003);
  await ann.next("call:answer");
  await quiet(ann, phone);
});

Deno.test("[R20] a receipt is heard after the end, and then the socket ends", async () => {
  await using reports = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    reported.resolve(await req.json());
    return new Response();
  });
  // deno-lint-ignore no-explicit-any
  const reported = Promise.withResolvers<any>();
  await using wires = new Hosted({
    RECEIPT_WEBHOOK: `http://127.0.0.1:${reports.addr.port}/`,
    RECEIPT_SECRET: `whsec_${btoa("x".repeat(32))}`,
  });
  const { ann, bob, callId } = await wires.inCallPastExpiry();
  bob.send({ type: "call:receipt", chatId, callId, receipt });
  bob.send({ type: "call:end", chatId });
  await ann.next("call:end");
  ann.send({ type: "call:initiate", chatId, offer });
  await ann.refused("SESSION_EXPIRED");
  bob.send({ type: "call:initiate", chatId, offer }); // does not ring on a device that leaves
  await quiet(bob, ann);
  ann.send({ type: "call:receipt", chatId, callId, receipt });
  assert.equal((await ann.closed).code, 4003);
  const { data } = await reported.promise;
  assert.deepEqual([data.callId, data.receipts.caller], [callId, receipt]);
});

Deno.test("[R20] a device that measured nothing leaves all the same", async () => {
  await using wires = new Hosted({
    RECEIPT_WEBHOOK: "http://127.0.0.1:9/",
    RECEIPT_SECRET: `whsec_${btoa("x".repeat(32))}`,
  });
  const { ann, bob } = await wires.inCallPastExpiry();
  bob.send({ type: "call:end", chatId });
  await ann.next("call:end");
  assert.equal((await ann.closed).code, 4003);
});

Deno.test("[R20] a call does not outlive a token by more than a day: by the clock that was handed in", async () => {
  await using wires = new Hosted();
  const { ann, bob, annsToken } = await wires.inCallPastExpiry();
  wires.pass(OUTLIVED_MS - 2 * HOUR_MS);
  ann.send({ type: "call:media", chatId, ...media });
  await bob.next("call:media");
  wires.pass(2 * HOUR_MS);
  ann.send({ type: "ping" });
  for (const wire of [ann, bob]) assert.equal((await wire.next("call:end")).reason, "failed");
  assert.equal((await ann.closed).code, 4003);
  const headers = { "sec-websocket-protocol": `zvonok.v1, bearer.${annsToken}` };
  assert.equal((await wires.handshake(headers, "/signal?device=laptop")).status, 401);
  await quiet(bob);
});

Deno.test("[R20] nor does it by going away at the end of that day and coming back", async () => {
  await using wires = new Hosted({ GRACE_MS: "500" });
  const { ann, bob, annsToken } = await wires.inCallPastExpiry();
  await ann.close();
  await bob.next("call:peer");
  wires.pass(OUTLIVED_MS);
  const headers = { "sec-websocket-protocol": `zvonok.v1, bearer.${annsToken}` };
  assert.equal((await wires.handshake(headers, "/signal?device=laptop")).status, 401);
  assert.equal((await bob.next("call:end")).reason, "connection-lost");
});
