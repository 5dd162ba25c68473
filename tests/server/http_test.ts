/** The endpoints over HTTP: sessions, chats, what bodies and methods they take, and how they refuse. */

import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { SignJWT } from "jose";
import { Tokens } from "../../signaling/identity/auth.ts";
import { isError, isRefusedPage } from "../support/guest.ts";
import { SECRET } from "../support/product.ts";
import { served } from "../support/served.ts";

const { product, visitor, named } = served();

Deno.test("POST /api/session makes a guest; again with another name: the same id, the new name", async () => {
  const guest = visitor();
  const first = await guest.post("/api/session", { name: "  Ann " });
  assert.equal(first.status, 200);
  assert.equal(first.json.user.name, "Ann");
  assert.match(first.json.user.id, /^[\w-]{22}$/);
  const chatId = await guest.createChat();
  const second = await guest.post("/api/session", { name: "Жанна 😀" });
  assert.deepEqual(second.json, { user: { id: first.json.user.id, name: "Жанна 😀" } });
  const { status, json } = await guest.get("/api/session");
  assert.equal(status, 200);
  assert.deepEqual(json, { user: second.json.user, chats: [chatId] });
});

Deno.test("the session cookie: HttpOnly, SameSite=Lax, Path=/; Secure on https only", async () => {
  const { headers } = await visitor().post("/api/session", { name: "Ann" });
  const flags = headers.getSetCookie()[0]!.split("; ").slice(1);
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(flags.includes(flag), flags.join());
  assert.ok(!flags.includes("Secure") && !flags.some((flag) => flag.startsWith("Domain")));
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("401 without a session, and with one that is forged or expired", async () => {
  const key = new TextEncoder().encode(SECRET);
  const expired = await new SignJWT({ name: "Ann", chats: [] }).setProtectedHeader({ alg: "HS256" }).setSubject("a")
    .setExpirationTime(1).sign(key);
  const forged = await new Tokens({ session: [SECRET + "!"] }).sign({ userId: "a", name: "Ann", chats: [] });
  const unsigned = `${btoa('{"alg":"none"}')}.${forged.split(".")[1]}.`.replaceAll("=", "");
  for (const token of [null, "x", expired, forged, unsigned]) {
    const guest = visitor();
    guest.cookie = token === null ? null : `zvonok_session=${token}`;
    for (
      const [method, path] of [["GET", "/api/session"], ["GET", "/api/ice"], ["POST", "/api/chats"], [
        "POST",
        "/api/chats/some-chat/join",
      ]] as const
    ) {
      isError(await guest.ask(method, path), 401, "ACCESS_DENIED");
    }
  }
});

Deno.test("POST /api/chats and join: the second takes the seat, a third and an unknown chat get the same 403", async () => {
  const [ann, bob, eve] = [await named("Ann"), await named("Bob"), await named("Eve")];
  const created = await ann.post("/api/chats");
  assert.equal(created.status, 201);
  const { chatId, url } = created.json;
  assert.match(chatId, /^[\w-]{22,}$/);
  assert.equal(url, `${product().url}/chat/${chatId}`);

  const joined = await bob.post(`/api/chats/${chatId}/join`);
  assert.equal(joined.status, 200);
  assert.equal(joined.json.chatId, chatId);
  // deno-lint-ignore no-explicit-any
  assert.deepEqual(joined.json.members.map(({ name, online }: any) => [name, online]), [["Ann", false], [
    "Bob",
    false,
  ]]);
  assert.deepEqual((await bob.get("/api/session")).json.chats, [chatId]);
  assert.equal((await bob.post(`/api/chats/${chatId}/join`)).status, 200, "a member keeps the seat");
  assert.equal((await ann.post(`/api/chats/${chatId}/join`)).status, 200);

  const before = eve.cookie;
  const full = await eve.post(`/api/chats/${chatId}/join`);
  isError(full, 403, "ACCESS_DENIED");
  for (const id of ["AAAAAAAAAAAAAAAAAAAAAA", "__proto__", "constructor", "%D0%B6", "a".repeat(300), "%2e%2e"]) {
    const unknown = await eve.post(`/api/chats/${id}/join`);
    if (id.startsWith("%2e")) assert.ok([403, 404].includes(unknown.status));
    else assert.deepEqual([unknown.status, unknown.text], [403, full.text], id);
  }
  assert.equal(eve.cookie, before, "a refused join renews nothing");
  assert.deepEqual((await eve.get("/api/session")).json.chats, []);
});

Deno.test("GET /api/ice: servers and their time to live", async () => {
  const { status, json, headers } = await (await named("Ann")).get("/api/ice");
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json).sort(), ["iceServers", "ttl"]);
  assert.ok(Array.isArray(json.iceServers) && json.ttl > 0);
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("GET /healthz is alive; GET /signal asks for an upgrade", async () => {
  const { status, text } = await visitor().get("/healthz");
  assert.deepEqual([status, text.trim()], [200, "ok"]);
  isError(await visitor().get("/signal"), 426, "INVALID_MESSAGE");
});

Deno.test("a wrong method is 404 or 405, never 200", async () => {
  const guest = await named("Ann");
  const chatId = await guest.createChat();
  const wrong: Record<string, string[]> = {
    "/api/session": ["PUT", "DELETE", "PATCH"],
    "/api/chats": ["GET", "PUT", "DELETE"],
    [`/api/chats/${chatId}/join`]: ["GET", "PUT", "DELETE"],
    "/api/ice": ["POST", "PUT", "DELETE"],
    "/healthz": ["POST", "PUT", "DELETE"],
    "/signal": ["POST", "PUT"],
    "/": ["PUT", "DELETE", "PATCH"],
    [`/chat/${chatId}`]: ["PUT", "DELETE", "PATCH"],
    "/api/nothing": ["GET", "POST"],
    [`/api/chats/${chatId}`]: ["GET", "POST"],
  };
  for (const [path, methods] of Object.entries(wrong)) {
    for (const method of methods) {
      const { status } = await guest.ask(method, path, method === "GET" ? null : "x");
      assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
    }
  }
});

Deno.test("errors of the endpoints are JSON with a code, also for wrong methods and paths", async () => {
  const guest = await named("Ann");
  for (const [method, path] of [["DELETE", "/api/session"], ["GET", "/api/chats"], ["GET", "/api/nothing"]] as const) {
    const { status, json, text } = await guest.ask(method, path, method === "GET" ? null : "x");
    assert.ok(status === 404 || status === 405);
    assert.ok(json?.code && json?.message, `${method} ${path}: ${text.slice(0, 60)}`);
  }
});

Deno.test("a bad body: 400, in words that hold nothing of it", async () => {
  const guest = await named("Ann");
  const bad = [undefined, "marker", [], {}, { name: null }, { name: 5 }, { name: ["marker"] }, {
    name: "marker",
    x: 1,
  }];
  const names = ["", "   ", "marker\u0007", "mark\ner", "m".repeat(65), "😀".repeat(65), "m".repeat(10_000)];
  for (const value of [...bad, ...names.map((name) => ({ name }))]) {
    const answer = await guest.post("/api/session", value);
    isError(answer, 400, "INVALID_MESSAGE");
    assert.doesNotMatch(answer.text, /marker/);
  }
  for (const text of ["", "marker", "{", `{"name":"marker"`, "\0", '{"name":"a","__proto__":{}}']) {
    const answer = await guest.ask("POST", "/api/session", text);
    isError(answer, 400, "INVALID_MESSAGE");
    assert.doesNotMatch(answer.text, /marker/);
  }
  assert.equal((await guest.get("/api/session")).json.user.name, "Ann");
});

Deno.test("a body over 16 KiB is 413, whatever its headers say of it", async () => {
  const guest = await named("Ann");
  const json = JSON.stringify({ name: "Ann", pad: "x".repeat(16 * 1024) });
  const chatId = await guest.createChat();
  for (const path of ["/api/session", "/", `/chat/${chatId}`, "/enter"]) {
    const isTold = path.startsWith("/api/") ? isError : isRefusedPage;
    isTold(await guest.ask("POST", path, json), 413, "TOO_LARGE");
    isTold(await guest.ask("POST", path, new Blob([json]).stream()), 413, "TOO_LARGE");
  }
  assert.equal((await guest.ask("POST", "/api/session", new Blob(['{"name":"Bo"}']).stream())).status, 200);
});

Deno.test("a body over 16 KiB is 413 over HTTP/2 too, where it needs no headers at all", async () => {
  const session = connectHttp2(product().url);
  const request = session.request({ ":method": "POST", ":path": "/api/session" });
  const status = new Promise((resolve) => request.on("response", (headers) => resolve(headers[":status"])));
  request.on("error", () => {});
  for (let n = 0; n < 64; n++) request.write(new Uint8Array(1024));
  request.end();
  assert.equal(await status, 413);
  await new Promise<void>((resolve) => session.close(resolve));
});

Deno.test("a request with no body at all, as `curl -X POST` sends it, needs no Content-Length", async () => {
  const { cookie } = await named("Ann");
  const { hostname, port, host, origin } = new URL(product().url);
  for (const [request, expected] of [["POST /api/chats", 201], ["DELETE /api/session", "40[45]"]] as const) {
    using socket = await Deno.connect({ hostname, port: Number(port) });
    const head = [
      `${request} HTTP/1.1`,
      `host: ${host}`,
      `origin: ${origin}`,
      `cookie: ${cookie}`,
      "connection: close",
    ];
    await socket.write(new TextEncoder().encode(head.join("\r\n") + "\r\n\r\n"));
    const answer = await new Response(socket.readable).text();
    assert.match(answer, new RegExp(`^HTTP/1.1 ${expected} `), `${request}: ${answer.split("\r\n")[0]}`);
  }
});

Deno.test("a visit in the second half of a session's time renews it; before that it does not", async () => {
  const sign = (seconds: number) =>
    new SignJWT({ name: "Ann", chats: ["a-chat"] }).setProtectedHeader({ alg: "HS256" }).setSubject("ann")
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds).sign(new TextEncoder().encode(SECRET));
  const visit = async (seconds: number) => {
    const guest = visitor();
    guest.cookie = `zvonok_session=${await sign(seconds)}`;
    return (await guest.get("/")).headers.get("set-cookie");
  };
  const day = 24 * 3600;
  assert.equal(await visit(20 * day), null);
  const renewed = await visit(10 * day);
  const token = /zvonok_session=([^;]+)/.exec(renewed!)![1]!;
  const session = await new Tokens({ session: [SECRET] }).verify(token);
  assert.deepEqual([session?.userId, session?.chats], ["ann", ["a-chat"]]);
  assert.ok(session!.expiresAt > Date.now() + 29 * day * 1000);
});

Deno.test("GET /metrics answers in the Prometheus text format", async () => {
  const { status, headers, text } = await visitor().get("/metrics");
  assert.equal(status, 200);
  assert.match(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^# HELP zvonok_sockets .+\n# TYPE zvonok_sockets gauge\nzvonok_sockets \d+$/m);
});
