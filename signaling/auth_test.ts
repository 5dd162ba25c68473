import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { sessionCookie, Tokens } from "./auth.ts";

const OLD = "the old secret, long enough";
const NEW = "the new secret, long enough";
const HOST = "the host's secret, long enough";
const ANN = { userId: "ann", name: "Ann", chats: ["chat"] };

const utf8 = (text: string) => new TextEncoder().encode(text);
const jwt = (alg: string, claims = {}) =>
  new SignJWT({ name: "Ann", chats: ["chat"], ...claims }).setProtectedHeader({ alg, kid: "1" }).setSubject("ann")
    .setExpirationTime("1h");

Deno.test("tokens: a secret is changed without ending a session, and dropped later", async () => {
  const token = await new Tokens({ session: [OLD] }).sign(ANN);
  assert.deepEqual(await new Tokens({ session: [NEW, OLD] }).verify(token), ANN);
  assert.equal(await new Tokens({ session: [NEW] }).verify(token), null);
  const renewed = await new Tokens({ session: [NEW, OLD] }).sign(ANN);
  assert.deepEqual(await new Tokens({ session: [NEW] }).verify(renewed), ANN, "the first secret signs");
});

Deno.test("tokens: the host application's HS256 tokens, membership as it signed it", async () => {
  const tokens = new Tokens({ session: [NEW], host: [HOST] });
  assert.deepEqual(await tokens.verify(await jwt("HS256").sign(utf8(HOST))), ANN);
  const many = Array.from({ length: 100 }, (_, n) => `chat-${n}`);
  const session = await tokens.verify(await jwt("HS256", { chats: many }).sign(utf8(HOST)));
  assert.deepEqual(session?.chats, many.slice(-64), "the newest 64");
  const noChats = await new SignJWT({ name: "Ann" }).setProtectedHeader({ alg: "HS256" }).setSubject("ann")
    .setExpirationTime("1h").sign(utf8(HOST));
  assert.deepEqual((await tokens.verify(noChats))?.chats, []);
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
    assert.deepEqual(await tokens.verify(await jwt(alg).sign(ours.privateKey)), ANN);
    assert.equal(await tokens.verify(await jwt(alg).sign(theirs.privateKey)), null, "another key");
    assert.equal(await tokens.verify(await jwt(alg).setExpirationTime(1).sign(ours.privateKey)), null, "expired");
    const spki = utf8(await exportSPKI(ours.publicKey));
    assert.equal(await tokens.verify(await jwt("HS256").sign(spki)), null, "the public key is no HS256 secret");
  });
}

Deno.test("tokens: without published keys, their algorithms are refused", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  assert.equal(await new Tokens({ session: [NEW] }).verify(await jwt("ES256").sign(privateKey)), null);
});

Deno.test("tokens: published keys that cannot be had refuse, and do not throw", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const tokens = new Tokens({ session: [NEW], jwksUrl: "http://127.0.0.1:9/jwks.json" });
  assert.equal(await tokens.verify(await jwt("ES256").sign(privateKey)), null);
});

Deno.test("the session cookie is for our site only, unless the page is embedded over https", () => {
  assert.match(sessionCookie("t", true), /; HttpOnly; SameSite=Lax; .*; Secure$/);
  assert.match(sessionCookie("t", true, true), /; HttpOnly; SameSite=None; Partitioned; .*; Secure$/);
  assert.match(sessionCookie("t", false, true), /; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
});
