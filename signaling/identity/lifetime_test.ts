import assert from "node:assert/strict";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { receipt } from "../../tests/support/receipt.ts";
import { candidate } from "../../tests/support/sdp.ts";
import {
  answer,
  chatId,
  connect,
  HOST_SECRET,
  media,
  offer,
  quiet,
  ring,
  type Wire,
  Wires,
} from "../../tests/support/wire.ts";
import { bornAt, type Life, type LifeEffect, type LifeEvent, live, nextAt, OUTLIVED_MS } from "./lifetime.ts";

const HOUR_MS = 3600 * 1000;

// --- The machine --------------------------------------------------------------------------------------------------------

const CALL = { chatId: "chat", callId: "call-0123456789abcdef" };
const VALID: Life = { state: "valid", noticeAt: 900, expiresAt: 1000 };
const NOTICED: Life = { ...VALID, noticeAt: null };
const EXPIRED: Life = { state: "expired", call: CALL, endsAt: 1000 + OUTLIVED_MS };
const LEAVING: Life = { ...EXPIRED, state: "leaving", endsAt: 3000 };
const OVER: Life = { state: "over" };
const at = (now: number, call: typeof CALL | null = null): LifeEvent => ({ type: "time", now, call });
const renewed = (now: number, expiresAt: number): LifeEvent => ({ type: "renewed", now, expiresAt });
const left = (now: number, waitMs: number): LifeEvent => ({ type: "left", now, waitMs });

const STEPS: [what: string, before: Life, event: LifeEvent, after: Life, effect: LifeEffect | null][] = [
  ["nothing is due", VALID, at(899, CALL), VALID, null],
  ["it expires soon: said once", VALID, at(900), NOTICED, "notice"],
  ["it expires soon, and that was said", NOTICED, at(999), NOTICED, null],
  ["expired without a call", NOTICED, at(1000), OVER, "end"],
  ["expired in a call, which goes on", NOTICED, at(1000, CALL), EXPIRED, "notice"],
  ["the same, though the timer comes late", VALID, at(5000, CALL), EXPIRED, "notice"],
  ["found in a call longer ago than a call may", VALID, at(1000 + OUTLIVED_MS, CALL), OVER, "end"],
  ["the call goes on", EXPIRED, at(999 + OUTLIVED_MS, CALL), EXPIRED, null],
  ["the call goes on for too long", EXPIRED, at(1000 + OUTLIVED_MS, CALL), OVER, "end"],
  ["the call is over", EXPIRED, left(1000, 2000), LEAVING, null],
  ["the call is over right before the last moment", { ...EXPIRED, endsAt: 3000 }, left(2999, 2000), LEAVING, null],
  ["time to tell of it", LEAVING, at(2999), LEAVING, null],
  ["nothing more to tell", LEAVING, left(1500, 0), { ...LEAVING, endsAt: 1500 }, null],
  ["gone", LEAVING, at(3000), OVER, "end"],
  ["a call that a valid token outlives", VALID, left(500, 0), VALID, null],
  ["renewed in time", NOTICED, renewed(950, 100_950), { state: "valid", noticeAt: 75_950, expiresAt: 100_950 }, null],
  ["renewed in the call", EXPIRED, renewed(2000, 102_000), {
    state: "valid",
    noticeAt: 77_000,
    expiresAt: 102_000,
  }, null],
  ["renewed on leaving", LEAVING, renewed(2000, 102_000), {
    state: "valid",
    noticeAt: 77_000,
    expiresAt: 102_000,
  }, null],
  ["a token that is good for less than the one before", VALID, renewed(500, 999), VALID, null],
  ["a token that has expired itself", EXPIRED, renewed(2000, 2000), EXPIRED, null],
  ["renewed too late", OVER, renewed(2000, 9000), OVER, null],
  ["left too late", OVER, left(2000, 0), OVER, null],
  ["no time after the end", OVER, at(9000, CALL), OVER, null],
];

Deno.test("[R20] the life of a token: every state, every event", () => {
  for (const [what, before, event, after, effect] of STEPS) {
    assert.deepEqual(live(before, event), { life: after, effect }, what);
  }
  for (const before of [VALID, NOTICED, EXPIRED, LEAVING, OVER]) {
    for (const type of ["time", "renewed", "left"]) {
      assert.ok(
        STEPS.some(([, life, event]) => life.state === before.state && event.type === type),
        `${before.state} ${type}`,
      );
    }
  }
});

Deno.test("[R20] the life of a token: it ends in bounded time, whatever the call does, and never without saying so", () => {
  for (const call of [CALL, null]) {
    for (const lifeMs of [-HOUR_MS, 0, 1, 4_000, HOUR_MS, 60 * 24 * HOUR_MS]) {
      let life = bornAt(0, lifeMs);
      let now = 0;
      const effects: (LifeEffect | null)[] = [];
      for (let steps = 0; life.state !== "over"; steps++) {
        assert.ok(steps < 4, `${lifeMs} ms, ${call ? "in a call" : "no call"}: ${JSON.stringify(life)}`);
        now = Math.max(now, nextAt(life)!);
        const next = live(life, at(now, call));
        life = next.life;
        effects.push(next.effect);
      }
      assert.equal(nextAt(life), null);
      assert.equal(now, Math.max(0, lifeMs) + (call && lifeMs > -OUTLIVED_MS ? OUTLIVED_MS - Math.max(0, -lifeMs) : 0));
      assert.deepEqual(effects.filter((effect) => effect === "end"), ["end"]);
    }
  }
});

const NOTICES: [lifeMs: number, noticeMs: number][] = [
  [2_000, 3_000], // more than there is: at once
  [4_000, 3_000],
  [20_000, 5_000],
  [60_000, 15_000],
  [240_000, 60_000],
  [HOUR_MS, 60_000],
  [30 * 24 * HOUR_MS, 60_000],
];

Deno.test("[R20] it is said in good time that a token expires: a quarter of its life before, from 3 s to a minute", () => {
  for (const [lifeMs, noticeMs] of NOTICES) {
    assert.deepEqual(bornAt(7, 7 + lifeMs), { state: "valid", noticeAt: 7 + lifeMs - noticeMs, expiresAt: 7 + lifeMs });
  }
});

// --- Real sockets -------------------------------------------------------------------------------------------------------

/** A server whose users have tokens of a host application; its clock can be set on. */
class Hosted extends Wires {
  readonly #skew: { ms: number };

  constructor(env: Record<string, string> = {}) {
    const skew = { ms: 0 };
    super({ JWT_SECRET: HOST_SECRET, GRACE_MS: "2000", ...env }, () => Date.now() + skew.ms);
    this.#skew = skew;
  }

  /** The server's clock, in ms since 1970. */
  get clock(): number {
    return Date.now() + this.#skew.ms;
  }

  pass(ms: number): void {
    this.#skew.ms += ms;
  }

  /** A token that is good for so long, by the server's clock. */
  tokenFor(userId: string, lifeMs: number, who: { chats?: string[]; iat?: number } = {}): Promise<string> {
    return this.hostToken(userId, Math.ceil((this.clock + lifeMs) / 1000), who);
  }

  /** Two in a call, whose caller's token expires after an hour, and is read to have. */
  async inCallPastExpiry(): Promise<{ ann: Wire; bob: Wire; callId: string; annsToken: string }> {
    const annsToken = await this.tokenFor("ann", HOUR_MS, { chats: [chatId, "another"] });
    const ann = await this.open(annsToken, "laptop");
    const bob = await this.open(await this.tokenFor("bob", 100 * HOUR_MS), "laptop");
    const callId = await connect(ann, bob);
    this.pass(2 * HOUR_MS);
    await ann.settled();
    assert.equal((await ann.next("session:expiring")).expiresInMs, 0);
    return { ann, bob, callId, annsToken };
  }
}

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

// --- Renewal ------------------------------------------------------------------------------------------------------------

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
