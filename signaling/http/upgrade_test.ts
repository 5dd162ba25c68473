/** Who may open a socket, and what is answered to everybody else. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { BEARER_PREFIX, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import { SECRET } from "../../tests/support/product.ts";
import { chatId, Wires } from "../../tests/support/wire.ts";

const bearer = (token: string) => ({ "sec-websocket-protocol": `${SUBPROTOCOL}, ${BEARER_PREFIX}${token}` });

Deno.test("upgrade: a client that asks for no subprotocol is served too, and given a device id", async () => {
  await using wires = new Wires();
  const cookie = `a=b; zvonok_session=${await wires.token("ann")}`;
  const { status, headers } = await wires.handshake({ cookie, origin: `http://127.0.0.1:${wires.port}` });
  assert.equal(status, 101);
  assert.equal(headers.get("sec-websocket-protocol"), null);
});

Deno.test("upgrade: 401 without a token, and with one that is forged, expired, unsigned or of another form", async () => {
  await using wires = new Wires();
  const key = new TextEncoder().encode(SECRET);
  const claims = { name: "Ann", chats: [chatId] };
  const jwt = (alg = "HS256") => new SignJWT(claims).setProtectedHeader({ alg }).setSubject("ann").setIssuedAt();
  const good = await jwt().setExpirationTime("1h").sign(key);
  assert.equal((await wires.handshake(bearer(good))).status, 101, "the good one");
  const b64 = (value: object) =>
    btoa(JSON.stringify(value)).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  const [header, payload, signature] = good.split(".") as [string, string, string];
  const other = b64({ ...claims, sub: "eve", exp: 9e9 });
  const tokens: Record<string, string> = {
    "empty": "",
    "garbage": "x.y.z",
    "another key": await jwt().setExpirationTime("1h").sign(new TextEncoder().encode(SECRET + "!")),
    "another payload": `${header}.${other}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "expired": await jwt().setExpirationTime(1).sign(key),
    "no exp": await jwt().sign(key),
    "alg none": `${b64({ alg: "none" })}.${other}.`,
    "alg None": `${b64({ alg: "None" })}.${other}.${signature}`,
    "alg not configured": await jwt("HS512").setExpirationTime("1h").sign(key),
    "not yet valid": await jwt().setExpirationTime("1h").setNotBefore("1h").sign(key),
    "no sub": await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(key),
    "no name": await new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setSubject("a").setExpirationTime("1h").sign(
      key,
    ),
  };
  for (const [name, token] of Object.entries(tokens)) {
    const { status, body } = await wires.handshake(bearer(token));
    assert.equal(status, 401, name);
    assert.equal(JSON.parse(body).code, "ACCESS_DENIED", name);
  }
  const none = await wires.handshake();
  assert.equal(none.status, 401);
  const origin = `http://127.0.0.1:${wires.port}`;
  assert.equal((await wires.handshake({ cookie: `zvonok_session=${tokens["alg none"]}`, origin })).status, 401);
});

Deno.test("upgrade: a cookie needs an Origin that is ours or allowed, a bearer token none", async () => {
  await using wires = new Wires({ ALLOWED_ORIGINS: "https://host.example" });
  const token = await wires.token("ann");
  const cookie = `zvonok_session=${token}`;
  const rows: [headers: Record<string, string>, status: number][] = [
    [{ cookie }, 403],
    [{ cookie, origin: "https://evil.example" }, 403],
    [{ cookie, origin: "null" }, 403],
    [{ cookie, origin: "" }, 403],
    [{ cookie, origin: `http://127.0.0.1:${wires.port + 1}` }, 403],
    [{ cookie, origin: `http://127.0.0.1:${wires.port}.evil.example` }, 403],
    [{ cookie, origin: "https://host.example.evil.example" }, 403],
    [{ cookie, origin: `http://127.0.0.1:${wires.port}` }, 101],
    [{ cookie, origin: "https://host.example" }, 101],
    [bearer(token), 101],
    [{ ...bearer(token), origin: "https://host.example" }, 101],
    [{ ...bearer(token), origin: "https://evil.example" }, 101],
    [{ ...bearer(token), origin: "null" }, 101],
    [{ ...bearer("forged"), origin: "https://evil.example" }, 401],
    [{ cookie, origin: "null", "sec-fetch-site": "same-origin" }, 403],
    [{ ...bearer("forged"), cookie, origin: `http://127.0.0.1:${wires.port}` }, 401],
  ];
  for (const [headers, expected] of rows) {
    const { status, body } = await wires.handshake(headers);
    const { origin } = headers;
    assert.equal(status, expected, `Origin ${origin}, ${headers.cookie ? "cookie" : "bearer"}: ${body}`);
    if (status === 403) assert.equal(JSON.parse(body).code, "ACCESS_DENIED");
  }
});

Deno.test("upgrade: 400 for a bad device or page, in words that hold nothing of it", async () => {
  await using wires = new Wires();
  const headers = bearer(await wires.token("ann"));
  const bad = ["", "a%20b", "marker.marker", "a".repeat(65), "%00", "%D0%B6", "a/b", "%0a"];
  for (const query of bad.flatMap((id) => [`device=${id}`, `device=d&page=${id}`])) {
    const { status, body } = await wires.handshake(headers, `/signal?${query}`);
    assert.equal(status, 400, query);
    assert.equal(JSON.parse(body).code, "INVALID_MESSAGE");
    assert.doesNotMatch(body, /marker/);
  }
  const longest = `/signal?device=${"a".repeat(64)}&page=${"-_".repeat(32)}`;
  assert.equal((await wires.handshake(headers, longest)).status, 101);
});

Deno.test("upgrade: 426 for a plain GET", async () => {
  await using wires = new Wires();
  const response = await fetch(`http://127.0.0.1:${wires.port}/signal`);
  assert.equal(response.status, 426);
  assert.equal(response.headers.get("upgrade"), "websocket");
  assert.equal((await response.json()).code, "INVALID_MESSAGE");
});
