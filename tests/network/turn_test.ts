/** TURN: every user's own credentials that expire, against a real coturn. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { IceServer, ServerMessages } from "../../shared/protocol/server_messages.ts";
import { grantFor } from "../../signaling/ops/ice.ts";
import { turnProblem } from "../../signaling/ops/turn_check.ts";
import { Guest } from "../support/guest.ts";
import { freePort } from "../support/ports.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { HOST, relay, TURN_SECRET, turnTest } from "../support/turn.ts";

const NOBODY = { stunUrls: [], policy: "all" } as const;

/** The credentials that a user is given at a time (ms since 1970) for a life in seconds. */
function credentials(now: number, ttl: number, secret = TURN_SECRET, id = "ann"): [username: string, password: string] {
  const { iceServers } = grantFor({ ...NOBODY, turnUrls: ["turn:x"], turn: { secret, ttl } }, id, now);
  return [iceServers[0]!.username!, iceServers[0]!.credential!];
}

turnTest("coturn relays for fresh credentials, and refuses expired ones and those of another secret", async () => {
  await using stack = new AsyncDisposableStack();
  const { urls } = await relay(stack);
  for (const url of [urls.udp, urls.tcp]) {
    assert.equal(await turnProblem(url, ...credentials(Date.now(), 60)), null);
    // By more than a second: the clock that coturn reads may be behind this one by a tick.
    assert.equal(await turnProblem(url, ...credentials(Date.now() - 65_000, 60)), "it refuses the credentials (401)");
    const foreign = credentials(Date.now(), 60, "another secret");
    assert.equal(await turnProblem(url, ...foreign), "it refuses the credentials (401)");
  }
});

turnTest("a server that is not there is said to be so", async () => {
  const port = freePort();
  const [username, password] = credentials(Date.now(), 60);
  for (
    const [url, problem] of [
      [`turn:${HOST}:${port}`, /it cannot be reached|no answer/],
      [`turn:${HOST}:${port}?transport=tcp`, /it cannot be reached/],
      [`turns:${HOST}:${port}`, /it cannot be reached/],
      ["turn:nowhere.invalid", /it cannot be reached/],
    ] as const
  ) {
    assert.match((await turnProblem(url, username, password))!, problem, url);
  }
});

turnTest("a server that takes a connection and says nothing is given up, and let go of", async () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  for (const url of [`turn:${HOST}:${listener.addr.port}?transport=tcp`, `turns:${HOST}:${listener.addr.port}`]) {
    const accepted = listener.accept();
    assert.equal(await turnProblem(url, ...credentials(Date.now(), 60)), "no answer", url);
    using connection = await accepted;
    // Read to its end: whoever asked has closed it.
    while (await connection.read(new Uint8Array(1024)) !== null);
  }
  listener.close();
});

turnTest("an answer that makes no sense is no relay, and hurts nobody", async () => {
  const answers = ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "\0".repeat(20), "\x01\x13\0\x08" + "\xff".repeat(24)];
  for (const answer of answers) {
    const listener = Deno.listen({ hostname: HOST, port: 0 });
    const answering = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(1024));
      await connection.write(Uint8Array.from(answer, (character) => character.charCodeAt(0)));
    })();
    const url = `turn:${HOST}:${listener.addr.port}?transport=tcp`;
    assert.match((await turnProblem(url, "u", "p"))!, /^it (cannot be reached|does not ask for credentials)$/);
    await answering;
    listener.close();
  }
});

turnTest("a certificate that is not to be trusted is told from a server that is not there", async () => {
  await using stack = new AsyncDisposableStack();
  const { urls } = await relay(stack);
  assert.equal(await turnProblem(urls.tls, ...credentials(Date.now(), 60)), "its certificate is not trusted here");
});

turnTest("coturn takes the credentials of every user, whatever a host application calls them", async () => {
  await using stack = new AsyncDisposableStack();
  const { urls } = await relay(stack);
  for (
    const id of ["o'brien@example.org", "Ann Lee", '"a"', "a\\b", "12:34", "Жанна", "€".repeat(128)]
  ) {
    assert.equal(await turnProblem(urls.udp, ...credentials(Date.now(), 60, TURN_SECRET, id)), null, id);
  }
});

turnTest("/readyz asks every TURN server for an address, over UDP, TCP and TLS", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const { urls, cert } = await relay(stack);
  const readyz = async (env: Record<string, string>) => {
    await using product = await startProduct({ READY_CHECK_TURN: "on", DENO_CERT: cert, ...env });
    const response = await fetch(`${product.url}/readyz`);
    const text = await response.text();
    assert.ok(!(text + product.output()).includes(TURN_SECRET));
    return [response.status, text];
  };
  const all = Object.values(urls).join();
  assert.deepEqual(await readyz({ TURN_URLS: all, TURN_SECRET: TURN_SECRET }), [200, "ready\n"]);
  const [status, text] = await readyz({ TURN_URLS: all, TURN_SECRET: "not the secret of coturn" });
  assert.deepEqual([status, text], [503, `${urls.udp}: it refuses the credentials (401)\n`]);
  const nobody = `turn:${HOST}:${freePort()}?transport=tcp`;
  assert.deepEqual(await readyz({ TURN_URLS: `${all},${nobody}`, TURN_SECRET: TURN_SECRET }), [
    503,
    `${nobody}: it cannot be reached\n`,
  ]);
});

/** What the server says first to a guest's socket. */
async function welcome(product: Product, guest: Guest): Promise<ServerMessages["welcome"]> {
  const bearer = BEARER_PREFIX + guest.cookie!.replace("zvonok_session=", "");
  const socket = new WebSocket(product.url.replace("http", "ws") + SIGNAL_PATH, [SUBPROTOCOL, bearer]);
  const first = await new Promise<MessageEvent>((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  return JSON.parse(first.data);
}

const ELSEWHERE = { TURN_URLS: "turn:turn.example.org,turns:turn.example.org:443?transport=tcp" };

turnTest("each user's own credentials, with their life, from welcome and from /api/ice", async () => {
  await build();
  const env = { ...ELSEWHERE, TURN_SECRET: TURN_SECRET, TURN_TTL: "100", ICE_TRANSPORT_POLICY: "relay" };
  await using product = await startProduct(env);
  const guests = [await Guest.named(product.url, "Ann"), await Guest.named(product.url, "Bob")];
  const ids = await Promise.all(guests.map(async (guest) => {
    const { json, headers } = await guest.get("/api/ice");
    const { user, iceServers, iceTtl, iceTransportPolicy } = await welcome(product, guest);
    assert.deepEqual([json.ttl, headers.get("cache-control")], [100, "no-store"]);
    assert.deepEqual([iceTtl, iceTransportPolicy], [100, "relay"]);
    for (const servers of [json.iceServers, iceServers] as ServerMessages["welcome"]["iceServers"][]) {
      const [{ urls, username, credential }] = servers as [IceServer];
      const [expiry, id] = username!.split(":");
      assert.deepEqual([servers.length, urls, id], [1, ELSEWHERE.TURN_URLS.split(","), user.id]);
      assert.ok(Math.abs(Number(expiry) - Date.now() / 1000 - 100) < 5);
      assert.equal(credential, createHmac("sha1", TURN_SECRET).update(username!).digest("base64"));
    }
    return user.id;
  }));
  assert.notEqual(ids[0], ids[1]);
  const stranger = await new Guest(product.url).get("/api/ice");
  assert.deepEqual([stranger.status, stranger.headers.get("cache-control")], [401, "no-store"]);
});

turnTest("credentials that are the same for everybody do not expire", async () => {
  await build();
  await using product = await startProduct({ ...ELSEWHERE, TURN_USERNAME: "zvonok", TURN_PASSWORD: "not a secret" });
  const guest = await Guest.named(product.url, "Ann");
  const { iceServers, ...more } = await welcome(product, guest);
  assert.deepEqual(iceServers, [
    { urls: ELSEWHERE.TURN_URLS.split(","), username: "zvonok", credential: "not a secret" },
  ]);
  assert.ok(!("iceTtl" in more) && !("iceTransportPolicy" in more));
  assert.deepEqual((await guest.get("/api/ice")).json.iceServers, iceServers);
});
