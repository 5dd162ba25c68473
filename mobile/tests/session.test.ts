/** Links, tokens and the session: what a phone keeps, and what it makes of an answer. */

import { linkIn } from "../session/links.ts";
import { Session } from "../session/session.ts";
import { claimsOf } from "../session/token.ts";
import { tokenFor } from "./app.tsx";

const SERVER = "https://calls.example.org";

test.each([
  [`${SERVER}/chat/abc-DEF_123`, { to: "chat", chatId: "abc-DEF_123" }],
  [` ${SERVER}/chat/abc?lang=ru `, { to: "chat", chatId: "abc" }],
  [`${SERVER}/chat/abc#top`, { to: "chat", chatId: "abc" }],
  ["HTTPS://CALLS.EXAMPLE.ORG/chat/abc", { to: "chat", chatId: "abc" }],
  ["zvonok://chat/abc", { to: "chat", chatId: "abc" }],
  ["zvonok://calls.example.org/chat/abc", { to: "chat", chatId: "abc" }],
  ["zvonok://evil.example/chat/abc", { to: "foreign" }],
  ["https://evil.example/chat/abc", { to: "foreign" }],
  ["http://calls.example.org/chat/abc", { to: "foreign" }],
  ["https://calls.example.org.evil.example/chat/abc", { to: "foreign" }],
  ["https://user@evil.example/chat/abc", { to: "foreign" }],
  ["ftp://calls.example.org/chat/abc", { to: "nothing" }],
  [`${SERVER}/chat/`, { to: "nothing" }],
  [`${SERVER}/chat/a/b`, { to: "nothing" }],
  [`${SERVER}/chat/a b`, { to: "nothing" }],
  [`${SERVER}/chat/${"x".repeat(129)}`, { to: "nothing" }],
  [`${SERVER}/device#a.b-_.c`, { to: "device", pass: "a.b-_.c" }],
  ["https://evil.example/device#a.b.c", { to: "foreign" }],
  [`${SERVER}/device`, { to: "nothing" }],
  [`${SERVER}/device#a.b`, { to: "nothing" }],
  ["javascript:alert(1)", { to: "nothing" }],
  ["", { to: "nothing" }],
])("the link in %j", (text, expected) => expect(linkIn(text, SERVER, "zvonok")).toEqual(expected));

test("a token says who it is for, in any script; what is none says nothing", () => {
  expect(claimsOf(tokenFor("Жанна 😀", ["a", "b"]))).toMatchObject({
    userId: "ann",
    name: "Жанна 😀",
    chats: ["a", "b"],
  });
  for (const text of ["", "x", "a.b.c", `a.${Buffer.from("{}").toString("base64url")}.c`]) {
    expect(claimsOf(text)).toBeNull();
  }
});

function sessionWith(kept: string | null, answer: (path: string) => Promise<unknown>, now = Date.now) {
  const written: (string | null)[] = [];
  const asked: string[] = [];
  globalThis.fetch = (async (url: string) => {
    asked.push(url.slice(SERVER.length));
    return { ok: true, status: 200, json: () => answer(url) };
  }) as unknown as typeof fetch;
  const vault = { read: () => Promise.resolve(kept), write: async (text: string | null) => void written.push(text) };
  return { session: new Session({ server: SERVER, vault, hostToken: null, now }), written, asked };
}

test("a session whose half is over is renewed at the start; the newest token counts, and is kept", async () => {
  const [first, second] = [tokenFor("Ann", ["a"]), tokenFor("Ann", ["a", "b"])];
  const fresh = sessionWith(first, async () => ({ token: second }));
  await fresh.session.start();
  expect(fresh.asked).toEqual([]);
  const old = sessionWith(first, async () => ({ token: second }), () => Date.now() + 1_900_000);
  await old.session.start();
  expect(old.asked).toEqual(["/api/session/renew"]);
  expect(await old.session.token()).toBe(second);
  expect(old.written.at(-1)).toBe(second);
  expect(old.session.person?.chats).toEqual(["a", "b"]);
});

test("answers do not overtake each other: a token that is older never takes the place of a newer one", async () => {
  const tokens = [tokenFor("Ann", ["a"]), tokenFor("Ann", ["a", "b"])];
  const { session } = sessionWith(tokenFor("Ann", []), async () => {
    const token = tokens.shift();
    await new Promise((resolve) => setTimeout(resolve, tokens.length === 1 ? 50 : 1));
    return { token };
  });
  await session.start();
  await Promise.all([session.join("a"), session.join("b")]);
  expect(session.person?.chats).toEqual(["a", "b"]);
});

test("a host application's token takes the place of a guest's, is never kept, and is asked for anew", async () => {
  const tokens = [tokenFor("Ann", ["a"]), tokenFor("Ann", ["a", "b"])];
  const written: unknown[] = [];
  const vault = { read: () => Promise.resolve("kept"), write: async (text: string | null) => void written.push(text) };
  const session = new Session({ server: SERVER, vault, hostToken: async () => tokens.shift() ?? null, now: Date.now });
  await session.start();
  expect(session.person?.chats).toEqual(["a"]);
  expect(await session.renew()).toBe(await session.token());
  expect(session.person?.chats).toEqual(["a", "b"]);
  expect(await session.renew()).toBeNull();
  expect(written).toEqual([]);
});
