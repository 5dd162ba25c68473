import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { Wires } from "../../tests/support/wire.ts";
import { explain, Tokens } from "./auth.ts";
import { nameFrom } from "./claims.ts";
import { asWord, Notices } from "../ops/notices.ts";

const HOST = "the host's secret, long enough";
const SESSION = "our own secret, long enough";
const key = (secret: string) => new TextEncoder().encode(secret);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const GOOD = { sub: "ann", name: "Ann", chats: ["chat"], exp: inSeconds(3600) };
const tokens = new Tokens({ session: [SESSION], host: [HOST] });

function sign(claims: Record<string, unknown>, secret = HOST): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(key(secret));
}

async function outcome(claims: Record<string, unknown>, secret = HOST) {
  const checked = await tokens.check(await sign(claims, secret));
  if ("problem" in checked) return [checked.problem, checked.claim].filter(Boolean).join(" ");
  const { userId, name, chats } = checked.session;
  return { userId, name, chats, badChats: checked.badChats };
}

const ANN = { userId: "ann", name: "Ann", chats: ["chat"], badChats: 0 };
const BIDI = Array.from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069");

const table: [what: string, claims: Record<string, unknown>, expected: unknown][] = [
  ["as it should be", {}, ANN],
  ["nbf 25 s ahead", { nbf: inSeconds(25) }, ANN],
  ["nbf 60 s ahead", { nbf: inSeconds(60) }, "TOKEN_NOT_YET_VALID nbf"],
  ["nbf of text", { nbf: "soon" }, "TOKEN_CLAIMS nbf"],
  ["exp 25 s ago", { exp: inSeconds(-25) }, ANN],
  ["exp 60 s ago", { exp: inSeconds(-60) }, "TOKEN_EXPIRED exp"],
  ["no exp", { exp: undefined }, "TOKEN_CLAIMS exp"],
  ["exp of text", { exp: "2030-01-01" }, "TOKEN_CLAIMS exp"],
  ["iat 25 s ahead", { iat: inSeconds(25) }, ANN],
  ["iat an hour ahead", { iat: inSeconds(3600) }, ANN],
  ["iat of text", { iat: "now" }, "TOKEN_CLAIMS iat"],
  ["sub a number", { sub: 42 }, { ...ANN, userId: "42" }],
  ["sub a number that JSON does not carry unharmed", { sub: 2 ** 60 }, "TOKEN_CLAIMS sub"],
  ["sub a fraction", { sub: 1.5 }, "TOKEN_CLAIMS sub"],
  ["no sub", { sub: undefined }, "TOKEN_CLAIMS sub"],
  ["sub empty", { sub: "" }, "TOKEN_CLAIMS sub"],
  ["sub of several lines", { sub: "a\nb" }, "TOKEN_CLAIMS sub"],
  ["sub of 129 characters", { sub: "a".repeat(129) }, "TOKEN_CLAIMS sub"],
  ["a name of 80 characters", { name: "n".repeat(80) }, { ...ANN, name: "n".repeat(64) }],
  ["a name in override and isolates", { name: `${BIDI.join("")}An${BIDI.join("n")}` }, {
    ...ANN,
    name: `An${"n".repeat(8)}`,
  }],
  ["a name of two lines", { name: "Ann\r\n\tBee\0" }, { ...ANN, name: "Ann Bee" }],
  ["a name that is a number", { name: 7 }, { ...ANN, name: "7" }],
  ["a name with nothing to see", { name: "\u202e \n" }, { ...ANN, name: "ann" }],
  ["no name", { name: undefined }, { ...ANN, name: "ann" }],
  ["a name that is no text", { name: { first: "Ann" } }, { ...ANN, name: "ann" }],
  ["neither a name nor an id with something to see", { sub: " ", name: " " }, { ...ANN, userId: " ", name: "?" }],
  ["one chat with a colon", { chats: ["a", "b:c", "d"] }, { ...ANN, chats: ["a", "d"], badChats: 1 }],
  ["chats that are numbers", { chats: [1, 2, 1.5] }, { ...ANN, chats: ["1", "2"], badChats: 1 }],
  ["chats of all kinds", { chats: [null, {}, ["a"], true, "", "x".repeat(129), "a"] }, {
    ...ANN,
    chats: ["a"],
    badChats: 6,
  }],
  ["only bad chats", { chats: ["a:b"] }, { ...ANN, chats: [], badChats: 1 }],
  ["no chats", { chats: undefined }, "TOKEN_CLAIMS chats"],
  ["chats of text", { chats: "chat" }, "TOKEN_CLAIMS chats"],
  ["65 chats and bad ones among them", { chats: ["a:b", ...Array.from({ length: 65 }, (_, n) => `c${n}`), "d:e"] }, {
    ...ANN,
    chats: Array.from({ length: 64 }, (_, n) => `c${n + 1}`),
    badChats: 2,
  }],
];

for (const [what, claims, expected] of table) {
  Deno.test(`host tokens: ${what}`, async () => assert.deepEqual(await outcome({ ...GOOD, ...claims }), expected));
}

Deno.test("host tokens: signed by somebody else, by nobody, or no token at all", async () => {
  assert.equal(await outcome(GOOD, "another secret, long enough"), "TOKEN_SIGNATURE");
  const [header, payload] = (await sign(GOOD)).split(".");
  const none = btoa('{"alg":"none"}').replaceAll("=", "");
  for (
    const [token, problem] of [
      ["", "TOKEN_MALFORMED"],
      ["x.y.z", "TOKEN_MALFORMED"],
      [`${none}.${payload}.`, "TOKEN_ALGORITHM"],
      [`${header}.${payload}.`, "TOKEN_SIGNATURE"],
      [`${header}.${payload}`, "TOKEN_MALFORMED"],
      [`${header}.${payload}.AAAA`, "TOKEN_SIGNATURE"],
    ] as const
  ) {
    const checked = await tokens.check(token);
    assert.deepEqual(checked, { problem, claim: null }, token);
  }
});

Deno.test("host tokens: an issuer and an audience that differ are named", async () => {
  const strict = new Tokens({ session: [SESSION], host: [HOST], issuer: "host", audience: "zvonok" });
  for (const [claims, claim] of [[{ aud: "zvonok" }, "iss"], [{ iss: "host", aud: "other" }, "aud"]] as const) {
    assert.deepEqual(await strict.check(await sign({ ...GOOD, ...claims })), { problem: "TOKEN_CLAIMS", claim });
  }
});

Deno.test("host tokens: keys that cannot be had are told from a wrong signature", async () => {
  const far = new Tokens({ session: [SESSION], jwksUrl: "http://127.0.0.1:9/jwks.json" });
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const token = await new SignJWT(GOOD).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  assert.deepEqual(await far.check(token), { problem: "TOKEN_KEYS", claim: null });
});

Deno.test("host tokens: what is taken in the leeway after exp ends with the leeway, and ours have none", async () => {
  const at = async (exp: number) => {
    const checked = await tokens.check(await sign({ ...GOOD, exp }));
    assert.ok("session" in checked);
    return checked.session.expiresAt;
  };
  const [later, before] = [inSeconds(60), inSeconds(-20)];
  assert.equal(await at(later), later * 1000, "nobody who came in time stays longer");
  assert.equal(await at(before), (before + 30) * 1000, "and who came late is not thrown out at once");
  assert.equal(await outcome({ ...GOOD, exp: inSeconds(-1) }, SESSION), "TOKEN_EXPIRED exp");
});

Deno.test("names: shortened by whole characters, never through one", () => {
  const family = "👨‍👩‍👧‍👦";
  assert.equal(nameFrom(family.repeat(20), "id"), family.repeat(9), "7 code points each: nine are 63");
  assert.equal(nameFrom("é".normalize("NFD").repeat(40), "id"), "é".normalize("NFD").repeat(32));
  assert.equal(nameFrom("😀".repeat(65), "id"), "😀".repeat(64));
  assert.equal(nameFrom(`${"a".repeat(63)} b`, "id"), "a".repeat(63), "and no blank at the end");
  assert.equal([...nameFrom(`a${"\u0301".repeat(100)}`, "id")].length, 64, "one character of a hundred code points");
  assert.equal(nameFrom("\ud83d Ann", "id"), "Ann", "half a surrogate pair");
});

Deno.test("host tokens: the reason is in the answer and in the log, and nothing of the token is", async () => {
  const lines: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => lines.push(line);
  try {
    await using wires = new Wires({ JWT_SECRET: HOST });
    const handshake = (token: string) => wires.handshake({ authorization: `Bearer ${token}` });
    const marked = { sub: "marker", name: "marker", chats: ["mar:ker"], iss: "marker" };
    const { status, body } = await handshake(await sign({ ...GOOD, ...marked, exp: inSeconds(-60) }));
    assert.equal(status, 401);
    assert.deepEqual(JSON.parse(body), {
      code: "ACCESS_DENIED",
      message: `No valid session: ${explain({ problem: "TOKEN_EXPIRED", claim: "exp" })}`,
    });
    const taken = await handshake(await sign({ ...GOOD, ...marked }));
    assert.equal(taken.status, 101);
    assert.deepEqual(lines, [
      "A token was refused: TOKEN_EXPIRED (exp): it has expired",
      "A token's chats: ids left out: 1, expected 1 to 128 of A-Z a-z 0-9 . _ ~ -",
    ]);
    assert.ok(!(lines.join() + body).includes("marker"));
  } finally {
    console.warn = warn;
  }
});

Deno.test("host tokens: cookies that expired are not said in the log, and bad bearers leave the lines of /enter alone", async () => {
  const lines: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => lines.push(line);
  try {
    await using wires = new Wires({ JWT_SECRET: HOST });
    const expired = await sign({ ...GOOD, exp: inSeconds(-60) });
    const origin = `http://127.0.0.1:${wires.port}`;
    for (let n = 0; n < 10; n++) {
      assert.equal((await wires.handshake({ cookie: `zvonok_session=${expired}`, origin })).status, 401);
    }
    assert.deepEqual(lines, []);
    for (let n = 0; n < 10; n++) await wires.handshake({ authorization: `Bearer ${expired}` });
    assert.equal(lines.length, 5);
    assert.match(String(await wires.signaling.enter(expired, false)), /^TOKEN_EXPIRED/);
    assert.deepEqual(lines.slice(5), ["A token was refused: TOKEN_EXPIRED (exp): it has expired"]);
  } finally {
    console.warn = warn;
  }
});

Deno.test("notices: five at once, then one a minute with a count of the rest; each kind for itself", () => {
  let now = 0;
  const lines: unknown[] = [];
  const notices = new Notices(() => now, (event, fields) => lines.push([event, fields]));
  for (let n = 0; n < 100; n++) notices.say("a", "chat-ids-refused", { count: 1 });
  notices.say("b", "cookies-large", { bytes: 2 });
  now = 60_000;
  notices.say("a", "chat-ids-refused", { count: 3 });
  assert.deepEqual(lines, [
    ...Array(5).fill(["chat-ids-refused", { count: 1 }]),
    ["cookies-large", { bytes: 2 }],
    ["chat-ids-refused", { count: 3, suppressed: 95 }],
  ]);
});

Deno.test("notices: what came from outside is one short word", () => {
  assert.equal(asWord('a"\r\n\x1b[31m \u202eb'), "a????[31m??b");
  assert.equal(asWord("x".repeat(1000)).length, 201);
  assert.equal(asWord(""), "(empty)");
});
