/** How many sockets a user and an address may open, and what becomes of them (R18). */

import assert from "node:assert/strict";
import { MAX_DEVICES } from "../limits.ts";
import { PING_MS } from "../server.ts";
import { IDLE_TIMEOUT_SECONDS } from "./socket.ts";
import { until } from "../../tests/support/until.ts";
import { HOST_SECRET, Wires } from "../../tests/support/wire.ts";
import { BEARER_PREFIX } from "../../shared/protocol/constants.ts";

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

Deno.test("a client's pings come before the runtime asks whether it is there", () => {
  // Where the two cross, Deno 2.9 arms the closing of the socket behind the answer that lifts it.
  assert.ok(PING_MS + 2_000 < IDLE_TIMEOUT_SECONDS * 1000 / 2);
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
  // Sockets that were closed again by then made room; at no moment were there more than eight.
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
