import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { Tokens } from "../signaling/auth.ts";
import { candidate, TRICKLE_OFFER } from "./support/sdp.ts";
import { build, type Product, startProduct } from "./support/product.ts";

const SECRET = "a secret for tests, long enough";
let product: Product;

Deno.test.beforeAll(async () => {
  await build();
  product = await startProduct({ SIGNAL_LOG: "debug" });
});
Deno.test.afterAll(() => product[Symbol.asyncDispose]());

/** An answer, read to its end. */
interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

/** A browser as far as HTTP goes: it keeps its cookie and says where it comes from. */
class Guest {
  cookie: string | null = null;
  readonly #origin: string | null;

  constructor(origin: string | null = product.url) {
    this.#origin = origin;
  }

  async ask(
    method: string,
    path: string,
    body?: BodyInit | null,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(product.url + path, {
      method,
      body,
      redirect: "manual",
      headers: {
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...(this.#origin === null || method === "GET" ? {} : { origin: this.#origin }),
        ...headers,
      },
    });
    const text = await response.text();
    const set = response.headers.getSetCookie().find((value) => value.startsWith("zvonok_session="));
    if (set !== undefined) this.cookie = set.split(";")[0]!;
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
  }

  post(path: string, value?: unknown): Promise<Answer> {
    const json = { "content-type": "application/json" };
    return value === undefined ? this.ask("POST", path) : this.ask("POST", path, JSON.stringify(value), json);
  }

  submit(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.ask("POST", path, new URLSearchParams(fields));
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.ask("GET", path, null, headers);
  }

  static async named(name: string): Promise<Guest> {
    const guest = new Guest();
    assert.equal((await guest.post("/api/session", { name })).status, 200);
    return guest;
  }

  async createChat(): Promise<string> {
    const { status, json } = await this.post("/api/chats");
    assert.equal(status, 201);
    return json.chatId;
  }
}

function isError(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(Object.keys(answer.json ?? {}).sort(), ["code", "message"], answer.text);
  assert.equal(answer.json.code, code);
  assert.ok(answer.json.message.length > 0);
}

/** A chat page as a stranger sees it, without what differs by request. */
const faceless = ({ text }: Answer, id: string) => text.replaceAll(id, "ID").replaceAll(/nonce="[^"]*"/g, "nonce");

Deno.test("POST /api/session makes a guest; again with another name: the same id, the new name", async () => {
  const guest = new Guest();
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
  const { headers } = await new Guest().post("/api/session", { name: "Ann" });
  const flags = headers.getSetCookie()[0]!.split("; ").slice(1);
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(flags.includes(flag), flags.join());
  assert.ok(!flags.includes("Secure") && !flags.some((flag) => flag.startsWith("Domain")));
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("401 without a session, and with one that is forged or expired", async () => {
  const key = new TextEncoder().encode(SECRET);
  const expired = await new SignJWT({ name: "Ann", chats: [] }).setProtectedHeader({ alg: "HS256" }).setSubject("a")
    .setExpirationTime(1).sign(key);
  const forged = await new Tokens(SECRET + "!").sign({ userId: "a", name: "Ann", chats: [] });
  const unsigned = `${btoa('{"alg":"none"}')}.${forged.split(".")[1]}.`.replaceAll("=", "");
  for (const token of [null, "x", expired, forged, unsigned]) {
    const guest = new Guest();
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
  const [ann, bob, eve] = [await Guest.named("Ann"), await Guest.named("Bob"), await Guest.named("Eve")];
  const created = await ann.post("/api/chats");
  assert.equal(created.status, 201);
  const { chatId, url } = created.json;
  assert.match(chatId, /^[\w-]{22,}$/);
  assert.equal(url, `${product.url}/chat/${chatId}`);

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
  const { status, json, headers } = await (await Guest.named("Ann")).get("/api/ice");
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json).sort(), ["iceServers", "ttl"]);
  assert.ok(Array.isArray(json.iceServers) && json.ttl > 0);
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("GET /healthz is alive; GET /signal asks for an upgrade", async () => {
  const { status, text } = await new Guest().get("/healthz");
  assert.deepEqual([status, text.trim()], [200, "ok"]);
  isError(await new Guest().get("/signal"), 426, "INVALID_MESSAGE");
});

Deno.test("a wrong method is 404 or 405, never 200", async () => {
  const guest = await Guest.named("Ann");
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
      const { status } = await guest.ask(method, path);
      assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
    }
  }
});

Deno.test("errors of the endpoints are JSON with a code, also for wrong methods and paths", async () => {
  const guest = await Guest.named("Ann");
  for (const [method, path] of [["DELETE", "/api/session"], ["GET", "/api/chats"], ["GET", "/api/nothing"]] as const) {
    const { status, json, text } = await guest.ask(method, path);
    assert.ok(status === 404 || status === 405);
    assert.ok(json?.code && json?.message, `${method} ${path}: ${text.slice(0, 60)}`);
  }
});

Deno.test("a bad body: 400, in words that hold nothing of it", async () => {
  const guest = await Guest.named("Ann");
  const bad = [undefined, "marker", [], {}, { name: null }, { name: 5 }, { name: ["marker"] }, {
    name: "marker",
    x: 1,
  }];
  const names = ["", "   ", "marker\u0007", "marker\n", "m".repeat(65), "😀".repeat(65), "m".repeat(10_000)];
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

Deno.test("a body over 16 KiB is 413, one that does not say its length 411, wherever it goes", async () => {
  const guest = await Guest.named("Ann");
  const json = { name: "Ann", pad: "x".repeat(16 * 1024) };
  for (const path of ["/api/session", "/api/chats", "/", "/chat/x"]) {
    isError(await guest.post(path, json), 413, "TOO_LARGE");
    const chunked = new Blob([JSON.stringify({ name: "Ann" })]).stream();
    isError(await guest.ask("POST", path, chunked), 411, "INVALID_MESSAGE");
  }
});

Deno.test("a state-changing request: a foreign Origin is 403, and so is a cookie without Origin", async () => {
  const ann = await Guest.named("Ann");
  const chatId = await ann.createChat();
  const paths = ["/api/session", "/api/chats", `/api/chats/${chatId}/join`, "/", `/chat/${chatId}`];
  for (const origin of [null, "https://evil.example", "null", product.url + ".evil.example"]) {
    const guest = new Guest(origin);
    guest.cookie = ann.cookie;
    for (const path of paths) isError(await guest.post(path, { name: "Eve" }), 403, "ACCESS_DENIED");
    if (origin === null) continue;
    isError(await new Guest(origin).post("/api/session", { name: "Eve" }), 403, "ACCESS_DENIED");
  }
  assert.equal((await ann.get("/api/session")).json.user.name, "Ann");
  assert.equal(
    (await new Guest(null).post("/api/session", { name: "Nat" })).status,
    200,
    "a native client has no Origin",
  );
});

Deno.test("a bearer token speaks for its user without cookie or Origin", async () => {
  const authorization = `Bearer ${await new Tokens(SECRET).sign({ userId: "nat", name: "Nat", chats: [] })}`;
  const guest = new Guest(null);
  const { json } = await guest.ask("GET", "/api/session", null, { authorization });
  assert.deepEqual(json.user, { id: "nat", name: "Nat" });
  assert.equal((await guest.ask("POST", "/api/chats", null, { authorization })).status, 201);
});

Deno.test("a path with a malformed escape: 400 with a code", async () => {
  for (const path of ["/chat/%ff", "/chat/%", "/%c0%af", "/api/chats/%ff/join"]) {
    isError(await new Guest().get(path), 400, "INVALID_MESSAGE");
  }
});

Deno.test("GET /chat/:id never joins, and shows strangers the same page whatever the id", async () => {
  const [ann, bob] = [await Guest.named("Ann"), await Guest.named("Bob")];
  const [open, full] = [await ann.createChat(), await ann.createChat()];
  await bob.post(`/api/chats/${full}/join`);
  const unknown = "A".repeat(22);
  for (const stranger of [new Guest(), await Guest.named("Eve")]) {
    const pages = [];
    for (const id of [open, full, unknown]) {
      for (let n = 0; n < 3; n++) assert.equal((await stranger.get(`/chat/${id}`)).status, 200);
      pages.push(faceless(await stranger.get(`/chat/${id}`), id));
    }
    assert.equal(pages[0], pages[1]);
    assert.equal(pages[0], pages[2]);
    assert.match(pages[0]!, /<form[^>]*method="post"/);
  }
  const [refused, missing] = [
    await new Guest().submit(`/chat/${full}`, { name: "Eve" }),
    await new Guest().submit(`/chat/${unknown}`, { name: "Eve" }),
  ];
  assert.deepEqual([refused.status, missing.status], [403, 403]);
  assert.equal(faceless(refused, full), faceless(missing, unknown));
  assert.equal(
    (await (await Guest.named("Cat")).post(`/api/chats/${open}/join`)).status,
    200,
    "the seat was still free",
  );
});

Deno.test("the forms: the lobby makes a chat, the join form takes a seat, and a member sees the call page", async () => {
  const ann = new Guest();
  const made = await ann.submit("/", { name: "Ann" });
  assert.equal(made.status, 303);
  const path = made.headers.get("location")!;
  const bob = new Guest();
  assert.equal((await bob.submit(path, {})).status, 400, "no name and no session");
  assert.equal((await bob.submit(path, { name: "m".repeat(10_000) })).status, 400);
  const joined = await bob.submit(path, { name: "Bob" });
  assert.deepEqual([joined.status, joined.headers.get("location")], [303, path]);
  for (const member of [ann, bob]) {
    const { status, text } = await member.get(path);
    assert.equal(status, 200);
    assert.match(text, /<script/);
    assert.match(text, /Bob/);
  }
});

Deno.test("the lobby and the join form ship no script", async () => {
  const ann = await Guest.named("Ann");
  const chatId = await ann.createChat();
  for (const guest of [new Guest(), ann]) assert.doesNotMatch((await guest.get("/")).text, /<script/i);
  for (const guest of [new Guest(), await Guest.named("Bob")]) {
    assert.doesNotMatch((await guest.get(`/chat/${chatId}`)).text, /<script/i);
  }
});

Deno.test("a name is text on every page, never markup", async () => {
  const name = `</script><script>alert("1&2'")</script>`;
  const [ann, bob] = [await Guest.named(name), await Guest.named("Bob")];
  const chatId = await ann.createChat();
  await bob.post(`/api/chats/${chatId}/join`);
  for (const guest of [ann, bob]) {
    for (const path of ["/", `/chat/${chatId}`]) {
      const { text } = await guest.get(path);
      assert.match(text, /alert/, path);
      assert.doesNotMatch(text, /<script>alert|<\/script><script>/i, path);
    }
  }
  const invited = await ann.get(`/chat/${"A".repeat(22)}`);
  assert.match(invited.text, /&lt;script>alert|&lt;script&gt;alert/);
});

Deno.test("security headers on pages, endpoints, redirects and errors", async () => {
  const ann = await Guest.named("Ann");
  const chatId = await ann.createChat();
  const answers: Record<string, Answer> = {
    "lobby": await ann.get("/"),
    "call page": await ann.get(`/chat/${chatId}`),
    "join form": await new Guest().get(`/chat/${chatId}`),
    "endpoint": await ann.get("/api/session"),
    "endpoint, POST": await ann.post("/api/chats"),
    "healthz": await ann.get("/healthz"),
    "static file": await ann.get("/favicon.svg"),
    "redirect": await ann.get("/?lang=ru"),
    "401": await new Guest().get("/api/session"),
    "403": await new Guest("https://evil.example").post("/api/session", { name: "Eve" }),
    "404": await ann.get("/nothing"),
    "405": await ann.ask("DELETE", "/api/session"),
    "400": await ann.get("/chat/%ff"),
    "413": await ann.post("/", { pad: "x".repeat(17_000) }),
  };
  const problems: string[] = [];
  for (const [name, { headers }] of Object.entries(answers)) {
    const policy = headers.get("content-security-policy") ?? "";
    const scripts = policy.split(";").map((part) => part.trim()).find((part) => /^script-src /.test(part)) ??
      policy.split(";").find((part) => part.startsWith("default-src")) ?? "missing 'unsafe-inline'";
    if (/'unsafe-(inline|eval)'|\*/.test(scripts)) problems.push(`${name}: ${scripts}`);
    if (!/frame-ancestors 'none'/.test(policy)) problems.push(`${name}: may be framed`);
    if (headers.get("x-content-type-options") !== "nosniff") problems.push(`${name}: may be sniffed`);
    if (!/camera=\(self\), microphone=\(self\)/.test(headers.get("permissions-policy") ?? "")) {
      problems.push(`${name}: permissions`);
    }
    if (!/^(same-origin|no-referrer)$/.test(headers.get("referrer-policy") ?? "")) problems.push(`${name}: referrer`);
  }
  assert.deepEqual(problems, []);
});

Deno.test("the language: by Accept-Language, or chosen by ?lang= and remembered", async () => {
  const guest = new Guest();
  const lang = ({ text }: Answer) => /<html lang="(\w+)"/.exec(text)?.[1];
  assert.equal(lang(await guest.get("/", { "accept-language": "ru-RU,ru;q=0.9,en;q=0.5" })), "ru");
  assert.equal(lang(await guest.get("/", { "accept-language": "de" })), "en");
  assert.equal(lang(await guest.get("/nothing", { "accept-language": "ru" })), "ru");
  const chosen = await guest.get("/chat/x?lang=ru&a=1");
  assert.deepEqual([chosen.status, chosen.headers.get("location")], [303, "/chat/x?a=1"]);
  guest.cookie = chosen.headers.getSetCookie()[0]!.split(";")[0]!;
  assert.equal(lang(await guest.get("/", { "accept-language": "en" })), "ru");
  assert.equal((await guest.get("//evil.example/?lang=en")).headers.get("location")?.startsWith("//") ?? false, false);
  assert.equal((await guest.get("/?lang=marker")).status, 200);
});

Deno.test("SIGNAL_LOG=debug says what happens, and never SDP, candidates, tokens or addresses", async () => {
  const [ann, bob] = [await Guest.named("Ann"), await Guest.named("Bob")];
  const chatId = await ann.createChat();
  await bob.post(`/api/chats/${chatId}/join`);
  const token = (guest: Guest) => guest.cookie!.split("=")[1]!;
  const open = async (guest: Guest) => {
    const socket = new WebSocket(product.url.replace("http", "ws") + "/signal", [
      "zvonok.v1",
      `bearer.${token(guest)}`,
    ]);
    await new Promise((resolve) => socket.onmessage = resolve); // welcome
    return socket;
  };
  const [anns, bobs] = [await open(ann), await open(bob)];
  const rings = new Promise((resolve) => bobs.onmessage = resolve);
  anns.send(JSON.stringify({ type: "call:initiate", chatId, offer: { type: "offer", sdp: TRICKLE_OFFER } }));
  anns.send(JSON.stringify({ type: "call:ice-candidate", chatId, candidate: candidate(1) }));
  await rings;
  const pong = new Promise((resolve) => anns.onmessage = ({ data }) => data.includes("pong") && resolve(data));
  anns.send("not JSON");
  anns.send(JSON.stringify({ type: "ping" }));
  await pong;
  for (const socket of [anns, bobs]) {
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
  const output = product.output();
  assert.match(output, /call:initiate/);
  assert.match(output, /call:ice-candidate/);
  for (
    const secret of [token(ann), token(bob), "v=0", "a=", "candidate:1", "192.0.2.2", "GKNL", SECRET, "127.0.0.1 "]
  ) {
    assert.ok(!output.includes(secret), secret);
  }
});
