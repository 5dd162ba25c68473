/** Behind a proxy that speaks TLS: what depends on the browser's https. */

import assert from "node:assert/strict";
import { Guest } from "../support/guest.ts";
import { build, startProduct } from "../support/product.ts";

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

Deno.test("behind proxies: names and schemes as the browser knows them, and a default port is none", async () => {
  await build();
  await using product = await startProduct({ TRUST_PROXY: "2" });
  const { hostname, port, host: own } = new URL(product.url);
  const post = async (headers: Record<string, string>) => {
    using socket = await Deno.connect({ hostname, port: Number(port) });
    const body = '{"name":"Ann"}';
    const all = {
      "content-type": "application/json",
      "content-length": String(body.length),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await socket.write(
      new TextEncoder().encode(`POST /api/session HTTP/1.1\r\nconnection: close\r\n${lines}\r\n${body}`),
    );
    const answer = await new Response(socket.readable).text();
    return { status: Number(answer.split(" ")[1]), isSecure: /^set-cookie: .*; Secure\r$/mi.test(answer) };
  };
  const origin = "https://example.org";
  for (
    const [what, headers, expected] of [
      ["a default port", { host: "example.org:443", origin, "x-forwarded-proto": "https,http" }, [200, true]],
      ["the upstream's own Host", {
        host: own,
        origin,
        "x-forwarded-proto": "https,http",
        "x-forwarded-host": "example.org,inner",
      }, [200, true]],
      ["RFC 7239", { host: own, origin, forwarded: "proto=https;host=example.org, proto=http" }, [200, true]],
      ["one proxy's word", { host: "example.org", origin, "x-forwarded-proto": "https" }, [200, true]],
      ["nobody's word", { host: "example.org:443", origin }, [200, false]],
      ["another port", { host: "example.org:8443", origin, "x-forwarded-proto": "https,http" }, [403, false]],
      [
        "a page in the clear",
        { host: "example.org", origin: "http://example.org", "x-forwarded-proto": "https,http" },
        [403, false],
      ],
      ["a third entry, a client's own", { host: own, origin, "x-forwarded-host": "example.org,a.example,b.example" }, [
        403,
        false,
      ]],
    ] as const
  ) {
    const { status, isSecure } = await post(headers);
    assert.deepEqual([status, isSecure], expected, what);
  }
});

Deno.test("PUBLIC_URL names this server, whatever the proxy says", async () => {
  await build();
  await using product = await startProduct({ PUBLIC_URL: "https://calls.example.org/" });
  const guest = new Guest(product.url, "https://calls.example.org");
  const entered = await guest.post("/api/session", { name: "Ann" });
  assert.match(entered.headers.get("set-cookie")!, /; Secure$/);
  const { json } = await guest.post("/api/chats");
  assert.equal(json.url, `https://calls.example.org/chat/${json.chatId}`);
  const page = await guest.get(`/chat/${json.chatId}`);
  assert.match(page.headers.get("content-security-policy")!, /connect-src 'self' wss:\/\/calls\.example\.org;/);
  assert.match(page.headers.get("strict-transport-security")!, /^max-age=/);
  assert.equal((await new Guest(product.url).post("/api/session", { name: "Ann" })).status, 403);
  assert.match(product.output(), /its page is from http:\S+ and this server is https:\/\/calls\.example\.org as/);
  assert.doesNotMatch(product.output(), /Deno\.serve/, "the runtime warns of nothing");
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
