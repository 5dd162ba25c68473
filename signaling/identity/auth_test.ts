import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { createHmac } from "node:crypto";
import { fc } from "../../tests/support/packages.ts";
import { connect, HOST_SECRET, quiet, Wires } from "../../tests/support/wire.ts";
import { Tokens } from "./auth.ts";
import { readClaims } from "./claims.ts";

const OLD = "the old secret, long enough";
const NEW = "the new secret, long enough";
const HOST = "the host's secret, long enough";
const ANN = { userId: "ann", name: "Ann", chats: ["chat"] };

/** Whom a token speaks for, as far as it is the same for every signer. */
async function who(tokens: Tokens, token: string) {
  const session = await tokens.verify(token);
  return session && { userId: session.userId, name: session.name, chats: session.chats };
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const jwt = (alg: string, claims = {}) =>
  new SignJWT({ name: "Ann", chats: ["chat"], ...claims }).setProtectedHeader({ alg, kid: "1" }).setSubject("ann")
    .setExpirationTime("1h");

Deno.test("tokens: a secret is changed without ending a session, and dropped later", async () => {
  const token = await new Tokens({ session: [OLD] }).sign(ANN);
  assert.deepEqual(await who(new Tokens({ session: [NEW, OLD] }), token), ANN);
  assert.equal(await new Tokens({ session: [NEW] }).verify(token), null);
  const renewed = await new Tokens({ session: [NEW, OLD] }).sign(ANN);
  assert.deepEqual(await who(new Tokens({ session: [NEW] }), renewed), ANN, "the first secret signs");
});

Deno.test("tokens: the host application's HS256 tokens, membership as it signed it", async () => {
  const tokens = new Tokens({ session: [NEW], host: [HOST] });
  assert.deepEqual(await who(tokens, await jwt("HS256").sign(utf8(HOST))), ANN);
  const many = Array.from({ length: 100 }, (_, n) => `chat-${n}`);
  const session = await tokens.verify(await jwt("HS256", { chats: many }).sign(utf8(HOST)));
  assert.deepEqual(session?.chats, many.slice(-64), "the newest 64");
  const noChats = await new SignJWT({ name: "Ann" }).setProtectedHeader({ alg: "HS256" }).setSubject("ann")
    .setExpirationTime("1h").sign(utf8(HOST));
  assert.equal(await tokens.verify(noChats), null, "a token for something else has no chats");
});

for (const alg of ["RS256", "ES256", "EdDSA"]) {
  Deno.test(`tokens: a host application that publishes its keys, ${alg}`, async () => {
    const [ours, theirs] = [await generateKeyPair(alg, { extractable: true }), await generateKeyPair(alg)];
    const keys = [{ ...await exportJWK(ours.publicKey), kid: "1", alg }];
    await using published = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => Response.json({ keys }),
    );
    const tokens = new Tokens({ session: [NEW], jwksUrl: `http://127.0.0.1:${published.addr.port}/jwks.json` });
    assert.deepEqual(await who(tokens, await jwt(alg).sign(ours.privateKey)), ANN);
    assert.equal(await tokens.verify(await jwt(alg).sign(theirs.privateKey)), null, "another key");
    assert.equal(await tokens.verify(await jwt(alg).setExpirationTime(1).sign(ours.privateKey)), null, "expired");
    const spki = utf8(await exportSPKI(ours.publicKey));
    assert.equal(await tokens.verify(await jwt("HS256").sign(spki)), null, "the public key is no HS256 secret");
  });
}

Deno.test("tokens: only this server's own are a guest's, to be renewed here", async () => {
  const tokens = new Tokens({ session: [NEW], host: [HOST] });
  assert.equal((await tokens.verify(await tokens.sign(ANN)))?.isGuest, true);
  assert.equal((await tokens.verify(await jwt("HS256").sign(utf8(HOST))))?.isGuest, false);
});

Deno.test("tokens: an issuer and an audience, where they are configured", async () => {
  const tokens = new Tokens({ session: [NEW], host: [HOST], issuer: "host", audience: "zvonok" });
  const signed = (iss: string, aud: string) => jwt("HS256").setIssuer(iss).setAudience(aud).sign(utf8(HOST));
  assert.ok(await tokens.verify(await signed("host", "zvonok")));
  assert.equal(await tokens.verify(await signed("host", "another")), null);
  assert.equal(await tokens.verify(await signed("another", "zvonok")), null);
  assert.ok(await tokens.verify(await tokens.sign(ANN)), "guests need neither");
});

Deno.test("tokens: without published keys, their algorithms are refused", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  assert.equal(await new Tokens({ session: [NEW] }).verify(await jwt("ES256").sign(privateKey)), null);
});

Deno.test("tokens: published keys that cannot be had refuse, and do not throw", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const tokens = new Tokens({ session: [NEW], jwksUrl: "http://127.0.0.1:9/jwks.json" });
  assert.equal(await tokens.verify(await jwt("ES256").sign(privateKey)), null);
});

Deno.test("[R20] tokens: one that expired is good for what may outlive it, for so long, if it was good until then", async () => {
  const DAY_MS = 24 * 3600 * 1000;
  const exp = 2_000_000_000;
  let now = 0;
  const tokens = new Tokens({ session: [NEW], host: [HOST] }, () => now);
  const token = await jwt("HS256").setExpirationTime(exp).sign(utf8(HOST));
  const good = { userId: "ann", name: "Ann", chats: ["chat"] };
  const whoAt = async (ms: number, jwt = token) => {
    now = exp * 1000 + ms;
    const session = await tokens.verifyExpired(jwt, DAY_MS);
    return session && { userId: session.userId, name: session.name, chats: session.chats, isGuest: session.isGuest };
  };
  for (const ms of [0, 1, 60_000, DAY_MS - 1]) {
    assert.deepEqual(await whoAt(ms), { ...good, isGuest: false }, `${ms} ms later`);
    assert.equal((await tokens.verifyExpired(token, DAY_MS))?.expiresAt, exp * 1000);
  }
  for (const ms of [-exp * 1000, -1, DAY_MS, 365 * DAY_MS]) assert.equal(await whoAt(ms), null, `${ms} ms later`);
  const ours = await jwt("HS256").setExpirationTime(exp).sign(utf8(NEW));
  assert.deepEqual(await whoAt(1, ours), { ...good, isGuest: true });

  const bad: [what: string, token: string][] = [
    ["forged", await jwt("HS256").setExpirationTime(exp).sign(utf8(OLD))],
    ["never good", await jwt("HS256").setNotBefore(exp + 60).setExpirationTime(exp).sign(utf8(HOST))],
    [
      "no end",
      await new SignJWT({ name: "Ann", chats: [] }).setProtectedHeader({ alg: "HS256" }).setSubject("ann").sign(
        utf8(HOST),
      ),
    ],
    ["none", "x"],
    ["empty", ""],
  ];
  for (const [what, token] of bad) assert.equal(await whoAt(1, token), null, what);
});

Deno.test("tokens: a socket ends with its token, and membership is what the newest one says", async () => {
  await using wires = new Wires({ JWT_SECRET: HOST });
  const open = async (chats: string[], seconds: number, device: string) => {
    const token = await new SignJWT({ name: "Ann", chats }).setProtectedHeader({ alg: "HS256" }).setSubject("ann")
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds).sign(utf8(HOST));
    return await wires.open(token, device);
  };
  const first = await open(["chat", "other"], 3600, "first");
  first.send({ type: "chat:watch", chatId: "other" });
  await first.next("chat:state");
  const second = await open(["chat"], 2, "second");
  first.send({ type: "chat:watch", chatId: "other" });
  await first.refused("ACCESS_DENIED");
  assert.equal((await second.closed).code, 4003);
});

Deno.test("tokens: a call ends when one of the two is no member any more, and an older token takes nothing away", async () => {
  await using wires = new Wires({ JWT_SECRET: HOST });
  const open = async (sub: string, chats: string[], iat: number, device: string) => {
    const token = await new SignJWT({ name: sub, chats }).setProtectedHeader({ alg: "HS256" }).setSubject(sub)
      .setIssuedAt(iat).setExpirationTime("1h").sign(utf8(HOST));
    return await wires.open(token, device);
  };
  const now = Math.floor(Date.now() / 1000);
  const [ann, bob] = [await open("ann", ["chat"], now, "phone"), await open("bob", ["chat"], now, "phone")];
  await connect(ann, bob);
  await open("ann", ["another"], now - 60, "tablet");
  ann.send({ type: "call:media", chatId: "chat", audio: true, video: false, screen: false });
  await bob.next("call:media");
  await open("ann", ["another"], now + 1, "laptop");
  assert.equal((await bob.next("call:end")).reason, "failed");
  assert.equal((await ann.next("call:end")).reason, "failed");
  ann.send({ type: "call:end", chatId: "chat" });
  await ann.refused("ACCESS_DENIED");
});

Deno.test("tokens: an older one brings nobody back into a chat, over the socket or over HTTP, online or not", async () => {
  await using wires = new Wires({ JWT_SECRET: HOST_SECRET });
  const { signaling } = wires;
  const now = Math.floor(Date.now() / 1000);
  const token = (chats: string[], iat?: number) => wires.hostToken("ann", now + 3600, { chats, ...iat ? { iat } : {} });
  const chats = async (token: string) => {
    const session = await signaling.session(
      new Request("http://localhost", { headers: { authorization: `Bearer ${token}` } }),
    );
    assert.ok(session !== null && typeof session !== "string");
    return [session.chats, (await signaling.hub.members("chat")).length, session.isOld];
  };
  const older = await token(["chat", "other"], now - 60);
  assert.deepEqual(await chats(older), [["chat", "other"], 1, undefined]);
  const newest = await token(["other"], now);
  assert.deepEqual(await chats(newest), [["other"], 0, undefined]);
  assert.deepEqual(await chats(older), [["other"], 0, undefined], "over HTTP, nobody online");
  const entered = await signaling.enter(older, false);
  assert.ok(typeof entered !== "string");
  assert.deepEqual(entered.session.chats, ["other"]);
  const laptop = await wires.open(older, "laptop");
  laptop.send({ type: "chat:watch", chatId: "chat" });
  await laptop.refused("ACCESS_DENIED");
  laptop.send({ type: "session:renew", token: older });
  await laptop.next("session:renewed");
  laptop.send({ type: "chat:watch", chatId: "chat" });
  await laptop.refused("ACCESS_DENIED");
  laptop.send({ type: "chat:watch", chatId: "other" });
  await laptop.next("chat:state");
  // Of two of one second the later counts; one that does not say adds, and takes nothing away.
  assert.deepEqual(await chats(await token(["chat"], now)), [["chat"], 1, undefined]);
  assert.deepEqual(await chats(newest), [["other"], 0, undefined]);
  assert.deepEqual(await chats(await token(["chat"])), [["chat", "other"], 1, undefined]);
});

Deno.test("tokens: whoever is put out is told on each device that watches the chat, and hears of it again when let in again", async () => {
  await using wires = new Wires({ JWT_SECRET: HOST_SECRET });
  const now = Math.floor(Date.now() / 1000);
  const token = (chats: string[], iat: number) => wires.hostToken("ann", now + 3600, { chats, iat });
  const [laptop, tablet] = [
    await wires.open(await token(["chat"], now), "laptop"),
    await wires.open(await token(["chat"], now), "tablet"),
  ];
  laptop.send({ type: "chat:watch", chatId: "chat" });
  await laptop.next("chat:state");
  await wires.signaling.enter(await token(["other"], now + 1), false);
  const told = await laptop.next("call:error");
  assert.deepEqual([told.code, told.chatId, told.callId], ["ACCESS_DENIED", "chat", undefined]);
  await wires.signaling.enter(await token(["chat"], now + 2), false);
  assert.equal((await laptop.next("chat:state")).members.length, 1);
  await quiet(tablet);
});

Deno.test("tokens: signatures checked here are the library's own verdict, on what hosts and attackers may write", async () => {
  const tokens = new Tokens({ session: [NEW, OLD], host: [HOST], issuer: "host", audience: "zvonok" });
  const keys = [[NEW, {}], [OLD, {}], [HOST, { clockTolerance: 30, issuer: "host", audience: "zvonok" }]] as const;
  const byLibrary = async (token: string) => {
    for (const [secret, more] of keys) {
      const options = { ...more, requiredClaims: ["exp", "sub"], algorithms: ["HS256"] };
      const verified = await jwtVerify(token, utf8(secret), options).catch(() => null);
      if (verified !== null) return verified.payload;
    }
    return null;
  };
  const now = Math.floor(Date.now() / 1000);
  const time = fc.constantFrom(now + 600, now - 600, now - 15, now + 15, "soon", null, undefined, 1e300);
  const json = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const header = fc.constantFrom<object>(
    { alg: "HS256" },
    { alg: "HS256", typ: "JWT", kid: "1" },
    { alg: "HS256", crit: ["b64"], b64: false },
    { alg: "HS256", b64: false },
    { alg: "HS256", crit: ["exp"] },
    { alg: "HS512" },
    { alg: "none" },
  );
  const claims = fc.record({
    sub: fc.constantFrom("ann", "ann", "ann", "ann", 7, "", undefined),
    chats: fc.constant(["chat"]),
    exp: fc.oneof({ weight: 4, arbitrary: fc.constant(now + 600) }, time),
    nbf: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, time),
    iat: fc.oneof({ weight: 4, arbitrary: fc.constant(now) }, time),
    iss: fc.constantFrom("host", "host", "host", "another", undefined),
    aud: fc.constantFrom("zvonok", "zvonok", ["zvonok", "more"], "another", undefined),
  });
  const edit = fc.option(fc.tuple(fc.nat(), fc.constantFrom(".", "=", "A", "", "-", " ", "%")), { freq: 1 });
  const signed = fc.tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant({ alg: "HS256" }) }, header),
    claims,
    fc.constantFrom(NEW, OLD, HOST, "nobody's"),
    edit,
  )
    .map(([header, claims, secret, edit]) => {
      const text = `${json(header)}.${json(claims)}`;
      const token = `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
      if (edit === null) return token;
      const at = edit[0] % token.length;
      return token.slice(0, at) + edit[1] + token.slice(at + 1);
    });
  let believed = 0;
  await fc.assert(
    fc.asyncProperty(signed, async (token) => {
      const payload = await byLibrary(token);
      const claims = payload && readClaims(payload);
      const session = await tokens.verify(token);
      if (session !== null) believed++;
      assert.equal(session?.userId ?? null, claims && "userId" in claims ? claims.userId : null, token);
    }),
    { numRuns: 3000, seed: 7 },
  );
  assert.ok(believed > 300, `${believed} were believed`);
});
