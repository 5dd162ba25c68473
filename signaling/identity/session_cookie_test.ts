import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { SignJWT } from "jose";
import { Tokens } from "./auth.ts";
import { clearLeftovers, cookieTokenOf, MAX_TOKEN_BYTES, sessionCookies } from "./session_cookie.ts";

const HOST = "the host's secret, long enough";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Nothing to be packed: what the longest session may take. */
const random = (length: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte % 64]).join("");

function signed(chats: string[], more: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ name: "Ann", chats, ...more }).setProtectedHeader({ alg: "HS256" }).setSubject("ann")
    .setExpirationTime("1h").sign(new TextEncoder().encode(HOST));
}

const pairOf = (cookie: string) => cookie.split(";")[0]!;

/** The cookies that a browser sends which was given these, without those that it would drop. */
function browser(cookies: readonly string[]): Headers {
  for (const cookie of cookies) assert.ok(cookie.length <= 4096, `${cookie.length} bytes with name and attributes`);
  return new Headers({ cookie: ["lang=en", ...cookies.map(pairOf)].join("; ") });
}

const uuids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID() as string);

for (
  const [what, make, parts, atMost] of [
    ["three chats", () => signed(["a", "b", "c"]), 1, 300],
    [
      "64 chats of a guest",
      () =>
        new Tokens({ session: [HOST] }).sign({
          userId: random(22),
          name: "Ann",
          chats: Array.from({ length: 64 }, () => random(22)),
        }),
      1,
      2_500,
    ],
    ["64 chats of 36 characters", () => signed(uuids(64)), 1, 2_300],
    ["80 chats of 36 characters", () => signed(uuids(80)), 1, 2_800],
    ["64 chats of 128 characters", () => signed(Array.from({ length: 64 }, () => random(128))), 3, 9_500],
    [
      "64 chats of 128 characters that have much in common",
      () => signed(Array.from({ length: 64 }, (_, n) => `${"team-".repeat(25)}${n}`)),
      1,
      1_000,
    ],
    ["all a host may want to say besides", () => signed(uuids(64), { roles: random(9_000) }), 4, 12_500],
    ["a token of 16 kB that cannot be packed", () => signed([], { roles: random(12_100) }), 4, 15_000],
  ] as const
) {
  Deno.test(`session cookie: ${what}`, async () => {
    const token = await make();
    assert.ok(token.length <= MAX_TOKEN_BYTES, `${token.length}`);
    const cookies = sessionCookies(token, true, true);
    const sent = browser(cookies);
    assert.equal(cookieTokenOf(sent), token, "the same token comes out");
    const { length } = sent.get("cookie")!;
    assert.ok(
      cookies.length === parts && length <= atMost,
      `${cookies.length} cookies, ${length} bytes for ${token.length}`,
    );
  });
}

Deno.test("session cookie: whatever is put in comes out, also what is no JWT or written unusually", async () => {
  const jwt = await signed(uuids(64));
  const [header, payload, signature] = jwt.split(".");
  const padded = `${header}.${payload}==.${signature}`;
  for (
    const token of [
      "x",
      random(1_499),
      random(1_501),
      random(3_800),
      random(3_801),
      random(MAX_TOKEN_BYTES),
      padded,
      `${jwt}.`,
      jwt.slice(0, 2_000),
    ]
  ) {
    assert.equal(cookieTokenOf(browser(sessionCookies(token, false))), token);
  }
});

Deno.test("session cookie: parts that are missing, of another session or made up give no token that is believed", async () => {
  const tokens = new Tokens({ session: ["another secret, long enough"], host: [HOST] });
  const [one, two] = await Promise.all(
    [1, 2].map(async () => sessionCookies(await signed(Array.from({ length: 64 }, () => random(128))), true)),
  );
  assert.equal(one!.length, 3);
  const packed = (bytes: Uint8Array) => `zvonok_session=z1.${deflateRawSync(bytes).toString("base64url")}.x`;
  const start = performance.now();
  for (
    const pairs of [
      one!.slice(0, 2).map(pairOf),
      one!.slice(1).map(pairOf),
      [...one!.slice(0, 2), two![2]!].map(pairOf),
      [pairOf(one![0]!), pairOf(one![1]!), "zvonok_session.2="],
      ["zvonok_session=z9.x"],
      ["zvonok_session=z0.x"],
      ["zvonok_session=z1."],
      ["zvonok_session=s1."],
      ["zvonok_session=z1.x.y"],
      [packed(new Uint8Array(1))],
      [packed(new Uint8Array(2))],
      [packed(new Uint8Array([255, 255]))],
      [packed(new Uint8Array(50_000_000))],
    ]
  ) {
    const token = cookieTokenOf(new Headers({ cookie: pairs.join("; ") }));
    assert.ok(token === null || await tokens.verify(token) === null, pairs.join().slice(0, 40));
  }
  assert.ok(performance.now() - start < 5_000, "a bomb is not unpacked");
});

Deno.test("session cookie: a token that is longer than any is refused before it is looked at", async () => {
  const tokens = new Tokens({ session: ["another secret, long enough"], host: [HOST] });
  const token = await signed([], { roles: random(MAX_TOKEN_BYTES) });
  assert.deepEqual(await tokens.check(token), { problem: "TOKEN_TOO_LONG", claim: null });
});

Deno.test("the session cookie is for our site only, unless the page is embedded over https", () => {
  assert.match(sessionCookies("t", true)[0]!, /; HttpOnly; SameSite=Lax; .*; Secure$/);
  assert.match(sessionCookies("t", true, true)[0]!, /; HttpOnly; SameSite=None; Partitioned; .*; Secure$/);
  assert.match(sessionCookies("t", false, true)[0]!, /; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
});

Deno.test("session cookie: what is left of another session is cleared with the same flags, and nothing without need", () => {
  const cleared = (sent: string, set: readonly string[], isBlind = false) => {
    const answer = new Headers(set.map((cookie): [string, string] => ["set-cookie", cookie]));
    clearLeftovers(new Headers(sent === "" ? {} : { cookie: sent }), answer, isBlind);
    assert.deepEqual(answer.getSetCookie().slice(-set.length), set, "what is set comes last");
    return answer.getSetCookie().slice(0, -set.length);
  };
  const three = "lang=en; zvonok_session=z3.a; zvonok_session.1=b; zvonok_session.2=c";
  assert.deepEqual(cleared(three, sessionCookies("t", false)), [
    "zvonok_session.1=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    "zvonok_session.2=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
  ]);
  assert.deepEqual(cleared("zvonok_session=t", sessionCookies("u", true, true)), [
    "zvonok_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure",
  ]);
  assert.deepEqual(cleared("zvonok_session=t", sessionCookies("u", true)), [
    "zvonok_session=; Path=/; HttpOnly; SameSite=None; Partitioned; Max-Age=0; Secure",
  ]);
  assert.deepEqual(cleared("zvonok_session=t", sessionCookies("u", false)), []);
  assert.deepEqual(cleared("", sessionCookies("u", true)), []);
  assert.deepEqual(cleared("", sessionCookies("u", false), true).map((cookie) => cookie.split("=")[0]), [
    "zvonok_session.1",
    "zvonok_session.2",
    "zvonok_session.3",
    "zvonok_session.4",
  ]);
  assert.equal(cleared("", sessionCookies("u", true, true), true).length, 9, "both kinds, but for the one that is set");
  assert.deepEqual(cleared(three, ["lang=ru; Path=/"]), [], "an answer that sets no session");
});

for (const hasChips of [true, false]) {
  Deno.test(`session cookie: a browser ${hasChips ? "with" : "without"} CHIPS is signed in by whichever kind came last`, () => {
    /** The cookies that the browser keeps, by name, and with CHIPS by kind too. */
    const jar = new Map<string, string>();
    const visit = (token: string, embedded: boolean, isBlind: boolean) => {
      const sent = isBlind ? "" : [...jar.values()].map(pairOf).join("; ");
      const answer = new Headers(
        sessionCookies(token, true, embedded).map((cookie): [string, string] => ["set-cookie", cookie]),
      );
      clearLeftovers(new Headers(sent === "" ? {} : { cookie: sent }), answer, isBlind);
      for (const cookie of answer.getSetCookie()) {
        const place = `${cookie.split("=", 1)[0]} ${hasChips && cookie.includes("Partitioned")}`;
        if (cookie.includes("Max-Age=0")) jar.delete(place);
        else jar.set(place, cookie);
      }
      assert.equal(cookieTokenOf(browser([...jar.values()])), token, `${embedded} ${isBlind}`);
    };
    const tokens = [random(1_000), random(9_000), random(5_000), random(12_000), random(100)];
    for (const isBlind of [false, true]) {
      for (const embedded of [false, true, false, true, true, false, false]) {
        for (const token of tokens) visit(token, embedded, isBlind);
      }
    }
  });
}
