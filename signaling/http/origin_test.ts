import assert from "node:assert/strict";
import { mayAct, mayConnect, type Proof, whyRefused } from "./origin.ts";
import { asWord } from "../ops/notices.ts";

const OWN = "https://example.org";
const HOST = "https://host.example";
const KNOWN = [OWN, HOST];

const PROOFS: Proof[] = ["token", "cookie", "nothing"];
const ORIGINS = [
  null,
  "null",
  OWN,
  "https://EXAMPLE.org:443",
  HOST,
  "https://evil.example",
  "http://example.org",
  "x",
  "https://example.org.evil.example",
];
const SITES = [null, "same-origin", "none", "same-site", "cross-site", "x"];

/** What may act, by everything it can come with: every row not said here is refused. */
const MAY_ACT: [proofs: Proof[], origins: (string | null)[], sites: (string | null)[]][] = [
  [["token"], ORIGINS, SITES],
  [["cookie", "nothing"], [OWN, "https://EXAMPLE.org:443", HOST], SITES],
  [["cookie", "nothing"], [null, "null"], ["same-origin", "none"]],
  [["nothing"], [null], [null]],
];

const MAY_CONNECT: typeof MAY_ACT = [
  [["token"], ORIGINS, SITES],
  [["cookie", "nothing"], [OWN, "https://EXAMPLE.org:443", HOST], SITES],
  [["nothing"], [null], SITES],
];

for (const [name, may, rows] of [["act", mayAct, MAY_ACT], ["open a socket", mayConnect, MAY_CONNECT]] as const) {
  Deno.test(`origins: who may ${name}, by proof, Origin and Sec-Fetch-Site`, () => {
    for (const proof of PROOFS) {
      for (const origin of ORIGINS) {
        for (const site of SITES) {
          const expected = rows.some(([proofs, origins, sites]) =>
            proofs.includes(proof) && origins.includes(origin) && sites.includes(site)
          );
          assert.equal(
            may({ origin, site }, proof, () => KNOWN),
            expected,
            `${proof}, Origin ${origin}, Sec-Fetch-Site ${site}`,
          );
        }
      }
    }
  });
}

Deno.test("origins: what is logged names both, or what is missing, and nothing of it can break out", () => {
  const why = (origin: string | null, site: string | null = null) => whyRefused({ origin, site }, OWN, asWord);
  assert.match(
    why("https://a.example\u202e\n"),
    /its page is from https:\/\/a\.example\?\? and this server is https:\/\/example\.org as .*PUBLIC_URL.*TRUST_PROXY.*ALLOWED_ORIGINS/,
  );
  assert.match(why("null"), /keeps its origin back, and Sec-Fetch-Site is not there\./);
  assert.match(why(null, "cross-site"), /keeps its origin back, and Sec-Fetch-Site is cross-site\./);
});
