import assert from "node:assert/strict";
import { Entries } from "./entries.ts";

Deno.test("entries: a key opens once, within two minutes", () => {
  let now = 0;
  const entries = new Entries(() => now);
  const [first, second] = [entries.keep("a"), entries.keep("b")];
  assert.notEqual(first, second);
  assert.equal(entries.take(first), "a");
  assert.equal(entries.take(first), null);
  now = 120_000;
  assert.equal(entries.take(second), null);
  assert.equal(entries.take("unknown"), null);
});

Deno.test("entries: no more than ten thousand are kept, the newest", () => {
  const entries = new Entries(() => 0);
  const keys = Array.from({ length: 10_001 }, (_, n) => entries.keep(String(n)));
  assert.equal(entries.take(keys[0]!), null);
  assert.equal(entries.take(keys[1]!), "1");
  assert.equal(entries.take(keys.at(-1)!), "10000");
});
