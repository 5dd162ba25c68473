import assert from "node:assert/strict";
import { NewestTokens, type TokenAge } from "./newest.ts";

const DAY_MS = 24 * 3600 * 1000;

for (
  const [what, tokens] of [
    ["newer and newer", [[1_000, "newest"], [2_000, "newest"], [3_000, "newest"]]],
    ["the other way round", [[3_000, "newest"], [2_000, "older"], [1_000, "older"], [3_000, "newest"]]],
    ["of the same second: the later seen", [[1_000, "newest"], [1_000, "newest"]]],
    ["without iat: the later seen", [[0, "newest"], [0, "newest"]]],
    ["with and without iat", [[0, "newest"], [1_000, "newest"], [0, "undated"], [1_000, "newest"], [999, "older"]]],
  ] as [string, [number, TokenAge][]][]
) {
  Deno.test(`newest token: ${what}`, () => {
    const newest = new NewestTokens(() => 0);
    for (const [issuedAt, age] of tokens) assert.equal(newest.see("ann", issuedAt), age, String(issuedAt));
    assert.equal(newest.see("bob", 1), "newest", "another user's are others");
  });
}

Deno.test("newest token: [R18] a user is remembered for thirty days, and as long as they come", () => {
  let now = 0;
  const newest = new NewestTokens(() => now);
  newest.see("ann", 5_000);
  newest.see("bob", 5_000);
  now = 29 * DAY_MS;
  assert.equal(newest.see("ann", 4_000), "older");
  now = 31 * DAY_MS;
  assert.equal(newest.see("ann", 4_000), "older");
  assert.equal(newest.size, 1);
  assert.equal(newest.see("bob", 4_000), "newest");
});

Deno.test("newest token: [R18] a hundred thousand users are remembered, whose tokens were seen last", () => {
  const newest = new NewestTokens(() => 0);
  for (let n = 0; n < 100_100; n++) {
    newest.see(`user ${n}`, 5_000);
    if (n % 1_000 === 0) newest.see("ann", 5_000);
  }
  assert.equal(newest.size, 100_000);
  assert.equal(newest.see("ann", 4_000), "older");
  assert.equal(newest.see("user 0", 4_000), "newest");
});
