/** Behind a proxy that speaks TLS: what depends on the browser's https. */

import assert from "node:assert/strict";
import { Guest } from "./support/guest.ts";
import { build, startProduct } from "./support/product.ts";

const OVER_TLS = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
const HOST = "https://chat.example.org";

Deno.test("behind a trusted proxy: Secure cookies, HSTS, wss and https addresses", async () => {
  await build();
  await using product = await startProduct({ TRUST_PROXY: "1", ALLOWED_ORIGINS: HOST });
  const { host } = new URL(product.url);
  const guest = new Guest(product.url, `https://${host}`);
  const entered = await guest.ask("POST", "/api/session", JSON.stringify({ name: "Ann" }), OVER_TLS);
  assert.equal(entered.status, 200, entered.text);
  assert.match(entered.headers.get("set-cookie")!, /; SameSite=Lax; .*; Secure$/);
  assert.match(entered.headers.get("strict-transport-security")!, /^max-age=\d{8}/);
  const created = await guest.ask("POST", "/api/chats", null, OVER_TLS);
  assert.equal(created.json.url, `https://${host}/chat/${created.json.chatId}`);
  const page = await guest.get(`/chat/${created.json.chatId}`, OVER_TLS);
  const policy = page.headers.get("content-security-policy")!;
  assert.match(policy, new RegExp(`connect-src 'self' wss://${host};`));
  assert.match(policy, new RegExp(`frame-ancestors 'self' ${HOST}`));
  assert.match(policy, /upgrade-insecure-requests/);
});

Deno.test("without a trusted proxy such headers are not believed", async () => {
  await build();
  await using product = await startProduct();
  const guest = new Guest(product.url);
  const { headers } = await guest.ask("POST", "/api/session", JSON.stringify({ name: "Ann" }), OVER_TLS);
  assert.doesNotMatch(headers.get("set-cookie")!, /Secure/);
  assert.equal(headers.get("strict-transport-security"), null);
  assert.match((await guest.get("/")).headers.get("content-security-policy")!, /frame-ancestors 'none'/);
});

Deno.test("[R19] ready until it leaves, and gone within five seconds", async () => {
  await build();
  const product = await startProduct();
  assert.equal((await fetch(`${product.url}/readyz`).then((answer) => answer.text())).trim(), "ready");
  const start = performance.now();
  await product[Symbol.asyncDispose]();
  assert.ok(performance.now() - start < 5_000);
});
