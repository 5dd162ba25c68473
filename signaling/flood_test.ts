import assert from "node:assert/strict";
import { MAX_DEVICES } from "./limits.ts";
import { chatId, connect, offer, ring, Wires } from "../tests/support/wire.ts";
import { BEARER_PREFIX } from "../shared/constants.ts";

Deno.test("[R18] a device that sends too much is refused, once in twenty, and served again after the wait", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  for (let n = 0; n < 160; n++) ann.send({ type: "chat:watch", chatId });
  for (let n = 0; n < 100; n++) await ann.next("chat:state");
  const refused = [];
  for (let n = 0; n < 3; n++) refused.push(await ann.refused("RATE_LIMITED"));
  const { retryAfterMs } = refused[0]!;
  assert.ok(retryAfterMs! > 0 && retryAfterMs! <= 50, `20 a second: ${retryAfterMs}`);
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs! + 50));
  await ann.silent();
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
  const { retryAfterMs } = await ann.refused("RATE_LIMITED");
  assert.ok(retryAfterMs! > 0 && retryAfterMs! <= 3_000);
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
