/** Sessions that are renewed, and calls that outlive them, over HTTP: the product itself, and sockets beside it. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { Guest, isError } from "../support/guest.ts";
import { build, type Product, SECRET, startProduct } from "../support/product.ts";
import { chatId, connect, HOST_SECRET, Wire } from "../support/wire.ts";

let built: Promise<void> | null = null;

/** A test with a product of its own: what that prints is read as long as it runs. */
function test(name: string, run: (product: Product) => Promise<void>): void {
  Deno.test(`[R20] ${name}`, async () => {
    await (built ??= build());
    await using product = await startProduct({ JWT_SECRET: HOST_SECRET, GRACE_MS: "2000" });
    await run(product);
  });
}

/** A token for so many seconds: the host application's, or (`SECRET`) as guests have them. */
function tokenFor(userId: string, seconds: number, secret = HOST_SECRET, chats = ["elsewhere"]): Promise<string> {
  return new SignJWT({ name: userId.toUpperCase(), chats }).setProtectedHeader({ alg: "HS256" }).setSubject(userId)
    .setIssuedAt().setExpirationTime(Math.ceil(Date.now() / 1000) + seconds).sign(new TextEncoder().encode(secret));
}

async function open({ url: origin }: Product, token: string, device = "laptop"): Promise<Wire> {
  const url = `${origin.replace("http", "ws")}${SIGNAL_PATH}?device=${device}`;
  const wire = new Wire(new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]));
  wire.welcome = await wire.next("welcome");
  return wire;
}

function browserWith({ url }: Product, token: string): Guest {
  const browser = new Guest(url);
  browser.cookie = `zvonok_session=${token}`;
  return browser;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const near = (ms: number, expected: number) => assert.ok(Math.abs(ms - expected) < 5_000, `${ms}, not ${expected}`);

test("POST /api/session/renew with a host's new token: the user's open sockets go on, and the cookie is the new one", async (product) => {
  const first = await tokenFor("ann", 600);
  const [laptop, phone] = [await open(product, first), await open(product, first, "phone")];
  const browser = browserWith(product, first);
  const second = await tokenFor("ann", 3600);
  const renewed = await browser.ask("POST", "/api/session/renew", null, bearer(second));
  assert.equal(renewed.status, 200);
  assert.deepEqual(Object.keys(renewed.json), ["expiresInMs"]);
  near(renewed.json.expiresInMs, 3_600_000);
  assert.equal(browser.cookie, `zvonok_session=${second}`);
  assert.equal(renewed.headers.get("cache-control"), "no-store");
  for (const wire of [laptop, phone]) near((await wire.next("session:renewed")).expiresInMs, 3_600_000);
  // The same token once more is good for no longer, and brings no message.
  assert.equal((await browser.ask("POST", "/api/session/renew", null, bearer(second))).status, 200);
  for (const wire of [laptop, phone]) await wire.silent();
  for (const wire of [laptop, phone]) await wire.close();
});

test("POST /enter extends the user's open sockets too", async (product) => {
  const ann = await open(product, await tokenFor("ann", 600));
  const entered = await new Guest(product.url).submit("/enter", {
    chat: "elsewhere",
    token: await tokenFor("ann", 7200),
  });
  assert.equal(entered.status, 303);
  near((await ann.next("session:renewed")).expiresInMs, 7_200_000);
  await ann.close();
});

test("POST /api/session/renew by a guest: signed anew, for the sockets too", async (product) => {
  const token = await tokenFor("gus", 600, SECRET);
  const gus = await open(product, token);
  const browser = browserWith(product, token);
  const { status, json } = await browser.post("/api/session/renew");
  assert.equal(status, 200);
  near(json.expiresInMs, 30 * 24 * 3_600_000);
  assert.notEqual(browser.cookie, `zvonok_session=${token}`);
  near((await gus.next("session:renewed")).expiresInMs, 30 * 24 * 3_600_000);
  assert.deepEqual((await browser.get("/api/session")).json, {
    user: { id: "gus", name: "GUS" },
    chats: ["elsewhere"],
  });
  await gus.close();
});

test("POST /api/session/renew refuses another user's token, a forged or expired one, none, and a foreign origin", async (product) => {
  const token = await tokenFor("ann", 600);
  const wire = await open(product, token);
  const browser = browserWith(product, token);
  const renew = (headers = {}, by = browser) => by.ask("POST", "/api/session/renew", null, headers);
  isError(await renew(bearer(await tokenFor("bob", 3600))), 403, "ACCESS_DENIED");
  isError(await renew(bearer(await tokenFor("ann", -60))), 401, "ACCESS_DENIED");
  isError(await renew(bearer((await tokenFor("ann", 3600)).slice(0, -4) + "AAAA")), 401, "ACCESS_DENIED");
  isError(await renew({}, new Guest(product.url)), 401, "ACCESS_DENIED");
  const alone = await renew();
  isError(alone, 403, "ACCESS_DENIED");
  assert.match(alone.json.message, /as a bearer/, "the cookie alone prolongs nothing");
  const foreign = new Guest(product.url, "https://evil.example");
  foreign.cookie = browser.cookie;
  isError(await renew({}, foreign), 403, "ACCESS_DENIED");
  assert.equal(browser.cookie, `zvonok_session=${token}`);
  await wire.silent();
  await wire.close();
});

test("over HTTP an expired token reaches what its call needs to go on, as long as that lasts, and nothing else", async (product) => {
  const token = await tokenFor("gus", 6, SECRET, [chatId, "another"]);
  const [gus, bob] = [
    await open(product, token),
    await open(product, await tokenFor("bob", 3600, HOST_SECRET, [chatId])),
  ];
  const browser = browserWith(product, token);
  await connect(gus, bob);
  while ((await gus.next("session:expiring", 8_000)).expiresInMs > 0);

  const page = await browser.get(`/chat/${chatId}`); // R13: the page is reloaded
  assert.equal(page.status, 200);
  assert.match(page.text, /Video call/);
  assert.doesNotMatch(page.text, /<form[^>]*method="post"/);
  assert.deepEqual((await browser.get("/api/session")).json.chats, [chatId]);
  assert.equal((await browser.get("/api/ice")).status, 200);
  assert.match((await browser.get("/chat/another")).text, /<form[^>]*method="post"/);
  assert.doesNotMatch((await browser.get("/")).text, /GUS/);
  for (const path of ["/api/chats", `/api/chats/${chatId}/join`, "/api/session/renew"]) {
    isError(await browser.post(path), 401, "ACCESS_DENIED");
  }
  assert.equal(browser.cookie, `zvonok_session=${token}`, "nothing was signed anew");

  bob.send({ type: "call:end", chatId });
  await gus.next("call:end");
  assert.equal((await gus.closed).code, 4003);
  isError(await browser.get("/api/session"), 401, "ACCESS_DENIED");
  isError(await browser.get("/api/ice"), 401, "ACCESS_DENIED");
  assert.match((await browser.get(`/chat/${chatId}`)).text, /<form[^>]*method="post"/);
  await bob.close();
});
