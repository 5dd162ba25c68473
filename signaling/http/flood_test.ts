import assert from "node:assert/strict";
import { MAX_DEVICES } from "../limits.ts";
import { candidate, relayed } from "../../tests/support/sdp.ts";
import { until } from "../../tests/support/until.ts";
import { answer, chatId, connect, HOST_SECRET, media, offer, quiet, ring, Wires } from "../../tests/support/wire.ts";
import { BEARER_PREFIX } from "../../shared/protocol/constants.ts";

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

Deno.test("[R18] the ninth device of a user is refused before the upgrade; one that left makes room", async () => {
  await using wires = new Wires();
  const devices = [];
  for (let n = 0; n < MAX_DEVICES; n++) devices.push(await wires.enter("ann", { device: `device-${n}` }));
  const ninth = { "sec-websocket-protocol": `${BEARER_PREFIX}${await wires.token("ann")}` };
  const refused = await wires.handshake(ninth, "/signal?device=ninth");
  assert.equal(refused.status, 429);
  assert.equal(JSON.parse(refused.body).code, "RATE_LIMITED");
  assert.equal((await wires.handshake(ninth, "/signal?device=device-0")).status, 101, "the same device again");
  await devices[1]!.close();
  await devices[2]!.settled();
  assert.equal((await wires.handshake(ninth, "/signal?device=ninth")).status, 101);
});

Deno.test({
  name: "[R18] clients that go away in the midst of their handshakes leave no connection behind",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using wires = new Wires({ SOCKETS_PER_MINUTE: "1000", JWT_SECRET: HOST_SECRET });
    const tokens = [await wires.token("ann"), await wires.hostToken("bob", Date.now() / 1000 + 600)];
    await wires.enter("carl");
    const before = openSockets();
    for (let n = 0; n < 200; n++) {
      const headers = { "sec-websocket-protocol": `${BEARER_PREFIX}${tokens[n % 2]}` };
      await wires.leaveInHandshake(headers, `/signal?device=device-${n}`);
    }
    await until("their connections are closed", () => Promise.resolve(openSockets() <= before));
    await wires.enter("ann", { device: "next" });
  },
});

/** How many sockets this process has, by proc(5). */
function openSockets(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
    } catch {
      return false; // the folder itself, which is closed by now
    }
  }).length;
}

Deno.test("[R18] an address opens so many sockets a minute, then 429 before the upgrade", async () => {
  await using wires = new Wires({ SOCKETS_PER_MINUTE: "3", TRUST_PROXY: "1" });
  const from = (address: string) => wires.handshake({ "x-forwarded-for": address });
  for (let n = 0; n < 3; n++) assert.equal((await from("203.0.113.1")).status, 401);
  const refused = await from("203.0.113.1");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "20");
  assert.equal((await from("203.0.113.2")).status, 401, "another address");
});

Deno.test("[R18] a message of megabytes costs the sender its socket: 1009", async () => {
  await using wires = new Wires();
  const eve = await wires.enter("eve");
  eve.sendRaw("x".repeat(5 * 1024 * 1024));
  assert.equal((await eve.closed).code, 1009);
});

Deno.test("[R19] a server that leaves takes no more sockets", async () => {
  await using wires = new Wires();
  const bearer = { "sec-websocket-protocol": `${BEARER_PREFIX}${await wires.token("ann")}` };
  wires.signaling.close();
  const { status, body } = await wires.handshake(bearer);
  assert.equal(status, 503);
  assert.equal(JSON.parse(body).code, "UNAVAILABLE");
});

Deno.test("[R18] sockets that open at the same moment are counted too", async () => {
  await using wires = new Wires();
  const bearer = { "sec-websocket-protocol": `${BEARER_PREFIX}${await wires.token("ann")}` };
  const asked = Array.from({ length: 40 }, (_, n) => wires.handshake(bearer, `/signal?device=device-${n}`));
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  assert.ok(statuses.filter((status) => status === 101).length >= MAX_DEVICES);
  // Those that were closed again by then made room; at no moment were there more than eight.
  assert.ok(statuses.includes(429), statuses.join());
});

Deno.test("[R18] an upgrade that is none gives its place back", async () => {
  await using wires = new Wires();
  const bearer = { "sec-websocket-protocol": `${BEARER_PREFIX}${await wires.token("ann")}` };
  for (let n = 0; n < 2 * MAX_DEVICES; n++) {
    const { status } = await wires.handshake({ ...bearer, connection: "close" }, `/signal?device=device-${n}`);
    assert.equal(status, 400);
  }
  assert.equal((await wires.handshake(bearer)).status, 101);
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
    from.send(again);
    from.send({ type: "call:ice-candidate", chatId, callId, candidate: candidate(1) });
    while ((await from.reaches("call:error")).refused !== again.type);
    assert.deepEqual((await to.next("call:ice-candidate")).candidate, candidate(1), again.type);
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
