/** Seats over HTTP, where more than one device, or none any more, is in one person's: links for a second device, and whoever was put out. */

import assert from "node:assert/strict";
import { isError } from "../support/guest.ts";
import { chatOf, chatsOf, isForm, userOf } from "../support/seats.ts";
import { served } from "../support/served.ts";

const { product, visitor, named } = served();

Deno.test("a second device: the link acts by POST only, once, and what it carries is in no address that a server sees", async () => {
  const { ann, id, path } = await chatOf(await named("Ann"));
  const made = await ann.submit(`${path}/device`, {});
  assert.equal(made.status, 200);
  assert.equal(made.headers.get("cache-control"), "no-store");
  const link = new URL(/<input[^>]*value="([^"]+)"/.exec(made.text)![1]!);
  assert.deepEqual([link.origin, link.pathname, link.search], [product().url, "/device", ""]);
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
  // A chat that one device starts is the other's too.
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
  const source = await (await fetch(`${product().url}/device.js`)).text();
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
  const { ann, path, names } = await chatOf(await named("Ann"));
  const bob = visitor();
  await bob.join(path, "Bob");
  const made = await bob.submit(`${path}/device`, {});
  const pass = /\/device#([\w.-]+)/.exec(made.text)![1]!;
  await ann.submit(`${path}/free`, { member: await userOf(bob) });
  const phone = visitor();
  assert.equal((await phone.submit("/device", { pass })).status, 303);
  assert.ok(isForm(await phone.get(path)));
  assert.equal(await names(), "Ann");
});

Deno.test("a request that was on its way while its sender was put out does not bring the chat back into their cookie", async () => {
  const { ann, path, names } = await chatOf(await named("Ann"));
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
  const { ann, id, path } = await chatOf(await named("Ann"));
  const bob = visitor();
  await bob.join(path, "Bob");
  const [laptop, old] = [ann.copy(), bob.copy()];
  await ann.submit(`${path}/free`, { member: await userOf(bob) });
  await ann.submit(`${path}/leave`, {});
  for (const guest of [old, laptop, bob, ann]) {
    assert.ok(isForm(await guest.get(path)));
    assert.deepEqual(await chatsOf(guest), []);
  }
  for (const guest of [old, laptop]) isError(await guest.post(`/api/chats/${id}/join`), 403, "ACCESS_DENIED");
});
