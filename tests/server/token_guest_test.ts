/** Guests that are no browser: a phone keeps its token itself and shows it as a bearer, and no cookie is in play. */

import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { Guest, isError } from "../support/guest.ts";
import { served } from "../support/served.ts";

const { product, visitor, named } = served();

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A phone: it sends no cookie, says no origin, and keeps the newest token that it was given. */
class Phone {
  token: string | null = null;
  readonly #http = new Guest(product().url, null);

  async ask(method: string, path: string, value?: unknown) {
    const answer = await this.#http.ask(method, path, value === undefined ? null : JSON.stringify(value), {
      "content-type": "application/json",
      ...this.token === null ? {} : bearer(this.token),
    });
    assert.deepEqual(answer.headers.getSetCookie(), [], `${method} ${path} sets no cookie`);
    if (typeof answer.json?.token === "string") this.token = answer.json.token;
    return answer;
  }

  async enter(name: string): Promise<this> {
    assert.equal((await this.ask("POST", "/api/session", { name, token: true })).status, 200);
    return this;
  }
}

Deno.test("a phone enters, makes a chat and is renewed by its token alone", async () => {
  const phone = await new Phone().enter("Ann");
  const first = phone.token!;
  const { user } = (await phone.ask("GET", "/api/session")).json;
  assert.equal(user.name, "Ann");
  const created = await phone.ask("POST", "/api/chats");
  assert.equal(created.status, 201);
  const { chatId, url } = created.json;
  assert.equal(url, `${product().url}/chat/${chatId}`);
  assert.notEqual(phone.token, first);
  assert.deepEqual(decodeJwt(phone.token!).chats, [chatId], "the new token names the chat");

  const renewed = await phone.ask("POST", "/api/session/renew");
  assert.deepEqual(Object.keys(renewed.json).sort(), ["expiresInMs", "token"]);
  const renamed = await phone.ask("POST", "/api/session", { name: "Anna" });
  assert.deepEqual(renamed.json.user, { id: user.id, name: "Anna" });
  assert.deepEqual((await phone.ask("GET", "/api/session")).json, {
    user: { id: user.id, name: "Anna" },
    chats: [chatId],
  });
});

Deno.test("a phone joins the chat of a browser, and leaves it", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const phone = await new Phone().enter("Bob");
  const joined = await phone.ask("POST", `/api/chats/${chatId}/join`);
  assert.deepEqual(joined.json.members.map(({ name }: { name: string }) => name), ["Ann", "Bob"]);
  assert.deepEqual(decodeJwt(phone.token!).chats, [chatId]);
  isError(await (await new Phone().enter("Eve")).ask("POST", `/api/chats/${chatId}/join`), 403, "ACCESS_DENIED");
  assert.deepEqual((await phone.ask("POST", `/api/chats/${chatId}/leave`)).json.chats, []);
  assert.deepEqual(decodeJwt(phone.token!).chats, []);
});

Deno.test("a phone becomes another device of a browser's guest by its link, once", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const shown = await ann.submit(`/chat/${chatId}/device`, {});
  const pass = /\/device#([\w.-]+)/.exec(shown.text)![1]!;
  const phone = new Phone();
  const added = await phone.ask("POST", "/api/session/device", { pass });
  const { user } = (await ann.get("/api/session")).json;
  assert.deepEqual(added.json, { user, chatId, token: phone.token });
  assert.deepEqual((await phone.ask("GET", "/api/session")).json, { user, chats: [chatId] });
  for (const bad of [pass, "", "x", ann.cookie!.split("=")[1]!]) {
    isError(await new Phone().ask("POST", "/api/session/device", { pass: bad }), 403, "ACCESS_DENIED");
  }
  isError(
    await visitor("https://stranger.example").post("/api/session/device", { pass }),
    403,
    "ACCESS_DENIED",
  );
});

Deno.test("no script of a page gets a token for the session in its browser's cookie", async () => {
  const ann = await named("Ann");
  const chatId = await ann.createChat();
  const { user } = (await ann.get("/api/session")).json;
  const kept = ann.cookie;
  const asked = await ann.post("/api/session", { name: "Ann", token: true });
  assert.equal(asked.status, 200);
  assert.notEqual(asked.json.user.id, user.id, "who asks for a token is somebody new");
  assert.deepEqual(decodeJwt(asked.json.token).chats, []);
  assert.equal(ann.cookie, kept, "and the cookie stays whose it is");
  for (
    const [method, path] of [["POST", "/api/session/renew"], ["POST", "/api/chats"], [
      "POST",
      `/api/chats/${chatId}/join`,
    ]] as const
  ) {
    const answer = await ann.ask(method, path);
    assert.ok(answer.status < 300, `${path}: ${answer.status}`);
    assert.ok(!("token" in answer.json), path);
  }
});

Deno.test("a page of another origin gets no token, nor does a token that is forged bring another", async () => {
  const stranger = visitor("https://stranger.example");
  isError(await stranger.post("/api/session", { name: "Eve", token: true }), 403, "ACCESS_DENIED");
  const { token } = await new Phone().enter("Ann");
  const forged = token!.slice(0, -4) + "AAAA";
  isError(await visitor(null).ask("POST", "/api/session/renew", null, bearer(forged)), 401, "ACCESS_DENIED");
  isError(await visitor(null).post("/api/session", { name: "Ann", token: "yes" }), 400, "INVALID_MESSAGE");
});
