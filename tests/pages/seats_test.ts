/** Seats in a chat over HTTP: taken once, told before they are wasted, given back and freed. */

import assert from "node:assert/strict";
import { Guest, isError } from "../support/guest.ts";
import { SECRET, startProduct } from "../support/product.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { chatOf, chatsOf, faceless, isForm, userOf } from "../support/seats.ts";
import { served } from "../support/served.ts";

const { visitor, named } = served();

/** A figure of the server's. */
async function figure(name: string): Promise<number> {
  const { text } = await visitor().get("/metrics");
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)![1]);
}

Deno.test("a form that is sent twice joins once: the same user, the same seat", async () => {
  const { path, names } = await chatOf(await named("Ann"));
  const bob = visitor();
  assert.ok(isForm(await bob.get(path)));
  // No request has the answer of another: a double tap.
  const taps = [bob.copy(), bob.copy(), bob.copy()];
  const answers = await Promise.all(taps.map((tap) => tap.submit(path, { name: "Bob" })));
  assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]);
  assert.equal(new Set(await Promise.all(taps.map(userOf))).size, 1);
  assert.equal(await names(), "Ann, Bob");
  // An answer that got lost, and the form sent again much later, with another name.
  const late = bob.copy();
  assert.equal((await late.submit(path, { name: "Robert" })).status, 303);
  assert.equal(await names(), "Ann, Robert");
  assert.equal(await userOf(late), await userOf(taps[0]!));
  assert.equal((await visitor().join(path, "Eve")).status, 403, "the chat is full");
});

Deno.test("a reload or a look elsewhere keeps the pass; two browsers have two; after joining there is none", async () => {
  const { path } = await chatOf(await named("Ann"));
  const [bob, eve] = [visitor(), visitor()];
  await bob.get(path);
  const { visit } = bob;
  assert.match(visit!, /^zvonok_visit=ey/);
  await bob.get(path);
  await bob.get("/chat/unknown");
  assert.equal(bob.visit, visit);
  await eve.get(path);
  assert.notEqual(eve.visit, visit);
  const joined = await bob.submit(path, { name: "Bob" });
  assert.equal(joined.status, 303);
  assert.equal(bob.visit, null);
  const flags = (await visitor().get(path)).headers.getSetCookie()[0]!.split("; ").slice(1);
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(flags.includes(flag), flags.join());
});

Deno.test("[R1] a browser that keeps no cookies is told before a seat is spent, whatever the chat", async () => {
  const { ann, id: open, path, names } = await chatOf(await named("Ann"));
  const full = await ann.createChat();
  await (await named("Bob")).post(`/api/chats/${full}/join`);
  const pages = [];
  for (const id of [open, full, "A".repeat(22)]) {
    const guest = visitor();
    await guest.get(`/chat/${id}`);
    guest.visit = null;
    const told = await guest.submit(`/chat/${id}`, { name: "Bob" });
    assert.equal(told.status, 400);
    assert.deepEqual(told.headers.getSetCookie(), []);
    assert.match(told.text, /keeps no cookies/);
    assert.match(told.text, new RegExp(`href="/chat/${id}"[^>]*>Try again`));
    pages.push(faceless(told, id));
  }
  assert.deepEqual(pages, [pages[0], pages[0], pages[0]]);
  assert.equal(await names(), "Ann");
  assert.equal((await visitor().join(path, "Bob")).status, 303, "the seat is free");
});

Deno.test("a pass that is out of date, or of another server, gets the form again with a new one", async () => {
  const { path, names } = await chatOf(await named("Ann"));
  for (const pass of ["x", await new Tokens({ session: [SECRET] }).sign({ userId: "a", name: "Ann", chats: [] })]) {
    const bob = visitor();
    bob.visit = `zvonok_visit=${pass}`;
    const again = await bob.submit(path, { name: "Bob" });
    assert.equal(again.status, 400);
    assert.ok(isForm(again));
    assert.match(again.text, /open for too long/);
    assert.equal(await names(), "Ann");
    assert.notEqual(bob.visit, `zvonok_visit=${pass}`);
    // A pass is no session either.
    const impostor = visitor();
    impostor.cookie = bob.visit!.replace("zvonok_visit", "zvonok_session");
    isError(await impostor.get("/api/session"), 401, "ACCESS_DENIED");
  }
});

Deno.test("a new chat is made once the lobby's pass came back: no cookies, no chat; a double tap is one user", async () => {
  const cookieless = visitor();
  const lobby = await cookieless.get("/");
  assert.match(cookieless.visit!, /^zvonok_visit=ey/);
  assert.match(lobby.headers.getSetCookie()[0]!, /HttpOnly/);
  const chatsBefore = await figure("zvonok_chats");
  cookieless.visit = null;
  const told = await cookieless.submit("/", { name: "Ann" });
  assert.equal(told.status, 400);
  assert.deepEqual(told.headers.getSetCookie(), []);
  assert.match(told.text, /keeps no cookies/);
  assert.match(told.text, /href="\/"[^>]*>Try again/);
  assert.equal(await figure("zvonok_chats"), chatsBefore);

  const ann = visitor();
  await ann.get("/");
  const taps = [ann.copy(), ann.copy()];
  const made = await Promise.all(taps.map((tap) => tap.submit("/", { name: "Ann" })));
  assert.deepEqual(made.map(({ status }) => status), [303, 303]);
  assert.equal(new Set(await Promise.all(taps.map(userOf))).size, 1);
  assert.deepEqual(taps.map(({ visit }) => visit), [null, null]);
  for (const { headers } of made) {
    const page = await taps[0]!.get(headers.get("location")!);
    assert.ok(!isForm(page), "both chats are hers");
  }
  const bob = await named("Bob");
  assert.equal((await bob.submit("/", { name: "Bob" })).status, 303, "a session needs no pass");
  const late = visitor();
  late.visit = "zvonok_visit=x";
  const again = await late.submit("/", { name: "Ann" });
  assert.equal(again.status, 400);
  assert.match(again.text, /open for too long/);
  assert.equal((await late.submit("/", { name: "Ann" })).status, 303);
});

Deno.test("a guest leaves: the seat is free, the chat is gone from the cookie, and older cookies do not bring it back", async () => {
  const { id, path, names } = await chatOf(await named("Ann"));
  const bob = visitor();
  await bob.join(path, "Bob");
  const old = bob.copy();
  const left = await bob.submit(`${path}/leave`, {});
  assert.deepEqual([left.status, left.headers.get("location")], [303, "/"]);
  assert.deepEqual(await chatsOf(bob), []);
  assert.ok(isForm(await bob.get(path)));
  assert.equal(await names(), "Ann");
  assert.ok(isForm(await old.get(path)), "an older cookie");
  assert.deepEqual(await chatsOf(old), []);
  assert.equal(await names(), "Ann");
  for (const guest of [bob, old, await named("Eve"), visitor()]) {
    const repeated = await guest.submit(`${path}/leave`, {});
    assert.deepEqual([repeated.status, repeated.headers.get("location")], [303, "/"], "a repeat tells nothing");
  }
  assert.equal((await visitor().join(path, "Cat")).status, 303);
  assert.equal(await names(), "Ann, Cat");
  isError(await bob.post(`/api/chats/${id}/join`), 403, "ACCESS_DENIED");
});

Deno.test("who made the chat frees a seat, sees who took it, and nobody else does", async () => {
  const { ann, id, path, names } = await chatOf(await named("Ann"));
  const bob = visitor();
  await bob.join(path, "Bob");
  const [her, him] = [await userOf(ann), await userOf(bob)];
  assert.match((await ann.get(path)).text, /Free this seat/);
  assert.doesNotMatch((await bob.get(path)).text, /Free the seat<\/button>/);
  for (const guest of [bob, await named("Eve"), visitor()]) {
    for (const member of [her, him]) {
      const answer = await guest.submit(`${path}/free`, { member });
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, path]);
    }
  }
  assert.equal((await ann.submit(`${path}/free`, { member: her })).status, 303);
  assert.equal(await names(), "Ann, Bob", "nothing was freed");

  const old = bob.copy();
  const freed = await ann.submit(`${path}/free`, { member: him });
  assert.deepEqual([freed.status, freed.headers.get("location")], [303, path]);
  assert.equal(await names(), "Ann");
  assert.ok(isForm(await bob.get(path)), "his cookie is worth nothing here any more");
  assert.ok(!bob.cookie!.includes(old.cookie!), "and was made anew without the chat");
  assert.ok(isForm(await old.get(path)), "nor is a copy of the old one");
  assert.equal(await names(), "Ann");
  // The link still invites: him as well as anybody else.
  assert.equal((await bob.submit(path, {})).status, 303);
  assert.equal(await names(), "Ann, Bob");
  await ann.submit(`${path}/free`, { member: him });
  assert.equal((await visitor().join(path, "Cat")).status, 303);
  assert.equal(await names(), "Ann, Cat");
  isError(await bob.post(`/api/chats/${id}/join`), 403, "ACCESS_DENIED");
});

Deno.test("the endpoints: leave and free, and to everybody else they answer like an unknown chat", async () => {
  const { ann, id, names } = await chatOf(await named("Ann"));
  const [bob, eve] = [await named("Bob"), await named("Eve")];
  await bob.post(`/api/chats/${id}/join`);
  const member = await userOf(bob);
  for (const guest of [bob, eve]) {
    const [refused, unknown] = [id, "A".repeat(22)].map((id) => guest.post(`/api/chats/${id}/free`, { member }));
    isError(await refused!, 403, "ACCESS_DENIED");
    assert.equal((await refused!).text, (await unknown!).text);
  }
  isError(await eve.post(`/api/chats/${id}/leave`), 403, "ACCESS_DENIED");
  isError(await visitor().post(`/api/chats/${id}/leave`), 401, "ACCESS_DENIED");
  isError(await ann.post(`/api/chats/${id}/free`, {}), 400, "INVALID_MESSAGE");
  const freed = await ann.post(`/api/chats/${id}/free`, { member });
  assert.equal(freed.status, 200);
  assert.deepEqual(freed.json.members.map(({ name }: { name: string }) => name), ["Ann"]);
  assert.equal((await ann.post(`/api/chats/${id}/free`, { member })).status, 200, "twice is as good as once");
  await eve.post(`/api/chats/${id}/join`);
  assert.equal(await names(), "Ann, Eve");
  const left = await eve.post(`/api/chats/${id}/leave`);
  assert.deepEqual([left.status, left.json], [200, { chats: [] }]);
  assert.equal(await names(), "Ann");
});

Deno.test("after a restart with the same secret the maker is still who may free seats, whoever comes first", async () => {
  await using other = await startProduct();
  const ann = await Guest.named(other.url, "Ann");
  const id = await ann.createChat();
  const bob = new Guest(other.url);
  await bob.join(`/chat/${id}`, "Bob");
  const member = await userOf(bob);
  await other.crash();
  isError(await bob.post(`/api/chats/${id}/free`, { member: await userOf(ann) }), 403, "ACCESS_DENIED");
  assert.equal((await ann.post(`/api/chats/${id}/free`, { member })).status, 200);
  assert.ok(isForm(await bob.get(`/chat/${id}`)));
});
