/** Seats in a chat over HTTP: taken once, told before they are wasted, given back, freed, and shared by one person's devices. */

import assert from "node:assert/strict";
import { type Answer, Guest, isError } from "../support/guest.ts";
import { build, type Product, SECRET, startProduct } from "../support/product.ts";
import { Tokens } from "../../signaling/identity/auth.ts";

let product: Product;
const visitor = () => new Guest(product.url);
const named = (name: string) => Guest.named(product.url, name);
const userOf = async (guest: Guest) => (await guest.get("/api/session")).json.user.id as string;
const chatsOf = async (guest: Guest) => (await guest.get("/api/session")).json.chats as string[];
const faceless = ({ text }: Answer, id: string) => text.replaceAll(id, "ID").replaceAll(/nonce="[^"]*"/g, "nonce");
const isForm = ({ text }: Answer) => /<form[^>]*method="post"/.test(text) && text.includes("Join chat");

/** A browser with the same cookies. */
function copy({ cookie, visit }: Guest): Guest {
  return Object.assign(visitor(), { cookie, visit });
}

/** A figure of the server's. */
async function figure(name: string): Promise<number> {
  const { text } = await visitor().get("/metrics");
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)![1]);
}

/** Ann's chat, and who is in it as she sees it. */
async function chat() {
  const ann = await named("Ann");
  const id = await ann.createChat();
  const path = `/chat/${id}`;
  const names = async () => {
    const { text } = await ann.get(path);
    return [...text.matchAll(/<bdi class="person-name">([^<]+)</g)].map(([, name]) => name).sort().join(", ");
  };
  return { ann, id, path, names };
}

Deno.test.beforeAll(async () => {
  await build();
  product = await startProduct();
});
Deno.test.afterAll(async () => await product[Symbol.asyncDispose]());

Deno.test("a form that is sent twice joins once: the same user, the same seat", async () => {
  const { path, names } = await chat();
  const bob = visitor();
  assert.ok(isForm(await bob.get(path)));
  // Neither has the answer of the other: a double tap.
  const taps = [copy(bob), copy(bob), copy(bob)];
  const answers = await Promise.all(taps.map((tap) => tap.submit(path, { name: "Bob" })));
  assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]);
  assert.equal(new Set(await Promise.all(taps.map(userOf))).size, 1);
  assert.equal(await names(), "Ann, Bob");
  // An answer that got lost, and the form sent again much later, with another name.
  const late = copy(bob);
  assert.equal((await late.submit(path, { name: "Robert" })).status, 303);
  assert.equal(await names(), "Ann, Robert");
  assert.equal(await userOf(late), await userOf(taps[0]!));
  assert.equal((await visitor().join(path, "Eve")).status, 403, "the chat is full");
});

Deno.test("a reload or a look elsewhere keeps the pass; two browsers have two; after joining there is none", async () => {
  const { path } = await chat();
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
  const { ann, id: open, path, names } = await chat();
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
  const { path, names } = await chat();
  for (const pass of ["x", await new Tokens({ session: [SECRET] }).sign({ userId: "a", name: "Ann", chats: [] })]) {
    const bob = visitor();
    bob.visit = `zvonok_visit=${pass}`;
    const again = await bob.submit(path, { name: "Bob" });
    assert.equal(again.status, 400);
    assert.ok(isForm(again));
    assert.match(again.text, /open for too long/);
    assert.equal(await names(), "Ann");
    assert.notEqual(bob.visit, `zvonok_visit=${pass}`);
    // Neither is a pass a session.
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
  const taps = [copy(ann), copy(ann)];
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
  const { id, path, names } = await chat();
  const bob = visitor();
  await bob.join(path, "Bob");
  const old = copy(bob);
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
  const { ann, id, path, names } = await chat();
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

  const old = copy(bob);
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
  const { ann, id, names } = await chat();
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

Deno.test("a second device: the link acts by POST only, once, and what it carries is in no address that a server sees", async () => {
  const { ann, id, path } = await chat();
  const made = await ann.submit(`${path}/device`, {});
  assert.equal(made.status, 200);
  assert.equal(made.headers.get("cache-control"), "no-store");
  const link = new URL(/<input[^>]*value="([^"]+)"/.exec(made.text)![1]!);
  assert.deepEqual([link.origin, link.pathname, link.search], [product.url, "/device", ""]);
  const pass = link.hash.slice(1);
  const phone = visitor();
  for (let n = 0; n < 2; n++) {
    const page = await phone.get("/device");
    assert.equal(page.status, 200);
    assert.deepEqual(page.headers.getSetCookie(), [], "a GET does nothing");
  }
  const opened = await phone.submit("/device", { pass });
  assert.deepEqual([opened.status, opened.headers.get("location")], [303, path]);
  assert.deepEqual([await userOf(phone), await chatsOf(phone)], [await userOf(ann), [id]]);
  assert.equal((await phone.post(`/api/chats/${id}/join`)).status, 200, "no seat was spent");
  for (const bad of [pass, "", "x", ann.cookie!.split("=")[1]!, pass.slice(0, -2)]) {
    const eve = visitor();
    const refused = await eve.submit("/device", { pass: bad });
    assert.equal(refused.status, 403);
    assert.match(refused.text, /does not work any more/);
    assert.equal(eve.cookie, null);
  }
  // A pass is no session, and strangers get none.
  const eve = visitor();
  eve.cookie = `zvonok_session=${pass}`;
  isError(await eve.get("/api/session"), 401, "ACCESS_DENIED");
  for (const stranger of [visitor(), await named("Eve")]) {
    assert.deepEqual((await stranger.submit(`${path}/device`, {})).headers.get("location"), path);
  }
  // What one device does counts for the other: it may start a chat, and both have it.
  const newer = await phone.createChat();
  assert.deepEqual(await chatsOf(ann), [id, newer]);
  assert.match((await ann.get("/")).text, new RegExp(`/chat/${newer}"`));
});

Deno.test("a second device: the page says before the press in whose name it will be, as text, in both languages", async () => {
  const name = "Аня <b>";
  const ann = await named(name);
  const id = await ann.createChat();
  const shown = await ann.submit(`/chat/${id}/device`, {});
  const pass = /\/device#([\w.-]+)/.exec(shown.text)![1]!;
  const source = await (await fetch(`${product.url}/device.js`)).text();
  for (const [lang, words] of [["en", "You will be "], ["ru", "Здесь вы будете под именем "]] as const) {
    const { text } = await visitor().get("/device", { "accept-language": lang });
    assert.match(text, new RegExp(`<p id="who"[^>]*hidden[^>]*>${words}<bdi id="who-name"></bdi>`));
  }
  // The script as a browser runs it, with the elements of that page.
  const run = (hash: string) => {
    const ids = ["pass", "who", "who-name"];
    const elements = Object.fromEntries(ids.map((id) => [id, { value: "", textContent: "", hidden: true }]));
    const document = { getElementById: (id: string) => elements[id] ?? null };
    new Function("document", "location", "addEventListener", source)(document, { hash }, () => {});
    return elements;
  };
  const good = run(`#${pass}`);
  assert.deepEqual([good["who-name"]!.textContent, good.who!.hidden, good.pass!.value], [name, false, pass]);
  for (const bad of ["", "#", "#x.y.z", "#a.bnVsbA.c"]) assert.equal(run(bad).who!.hidden, true, bad);
});

Deno.test("whoever was put out meanwhile does not come back by a link made before", async () => {
  const { ann, path, names } = await chat();
  const bob = visitor();
  await bob.join(path, "Bob");
  const made = await bob.submit(`${path}/device`, {});
  const pass = /#([^"]+)"/.exec(made.text)![1]!;
  await ann.submit(`${path}/free`, { member: await userOf(bob) });
  const phone = visitor();
  assert.equal((await phone.submit("/device", { pass })).status, 303);
  assert.ok(isForm(await phone.get(path)));
  assert.equal(await names(), "Ann");
});

Deno.test("a request that was on its way while its sender was put out does not bring the chat back into their cookie", async () => {
  const { ann, path, names } = await chat();
  const bob = visitor();
  await bob.join(path, "Bob");
  const member = await userOf(bob);
  const slow = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const writer = slow.writable.getWriter();
  const renamed = bob.ask("POST", "/api/session", slow.readable, { "content-type": "application/json" });
  const utf8 = new TextEncoder();
  await writer.write(utf8.encode('{"name":'));
  // By then the server has looked at the cookie.
  for (let n = 0; n < 10; n++) await names();
  await ann.submit(`${path}/free`, { member });
  assert.equal(await names(), "Ann");
  await writer.write(utf8.encode('"Robert"}'));
  await writer.close();
  assert.equal((await renamed).status, 200);
  assert.deepEqual(await chatsOf(bob), []);
  assert.ok(isForm(await bob.get(path)));
  assert.equal(await names(), "Ann");
});

Deno.test("whoever made a chat puts the other one out and leaves: no cookie of theirs opens it again, nor its link", async () => {
  const { ann, id, path } = await chat();
  const bob = visitor();
  await bob.join(path, "Bob");
  const [laptop, old] = [copy(ann), copy(bob)];
  await ann.submit(`${path}/free`, { member: await userOf(bob) });
  await ann.submit(`${path}/leave`, {});
  for (const guest of [old, laptop, bob, ann]) {
    assert.ok(isForm(await guest.get(path)));
    assert.deepEqual(await chatsOf(guest), []);
  }
  for (const guest of [old, laptop]) isError(await guest.post(`/api/chats/${id}/join`), 403, "ACCESS_DENIED");
});
