import assert from "node:assert/strict";
import { Entries } from "./entries.ts";

const entriesAt = (now: () => number) => new Entries({ now, newId: () => crypto.randomUUID() });

Deno.test("entries: a key opens once, within two minutes", () => {
  let now = 0;
  const entries = entriesAt(() => now);
  const [first, second] = [entries.keep("a"), entries.keep("b")];
  assert.notEqual(first, second);
  assert.equal(entries.take(first), "a");
  assert.equal(entries.take(first), null);
  now = 120_000;
  assert.equal(entries.take(second), null);
  assert.equal(entries.take("unknown"), null);
});

Deno.test("entries: no more than ten thousand are kept, the newest", () => {
  const entries = entriesAt(() => 0);
  const keys = Array.from({ length: 10_001 }, (_, n) => entries.keep(String(n)));
  assert.equal(entries.take(keys[0]!), null);
  assert.equal(entries.take(keys[1]!), "1");
  assert.equal(entries.take(keys.at(-1)!), "10000");
});

Deno.test("entries: tokens of 16 MiB in all are kept, the newest, however long each is", () => {
  let now = 0;
  const entries = entriesAt(() => now);
  const long = "x".repeat(16 * 1024);
  const keys = Array.from({ length: 1_025 }, () => entries.keep(long));
  assert.equal(entries.take(keys[0]!), null);
  for (const key of keys.slice(1)) assert.equal(entries.take(key), long);
  // An entry that was taken, or is out of date, takes no room.
  const again = Array.from({ length: 1_024 }, () => entries.keep(long));
  assert.equal(entries.take(again[0]!), long);
  now = 120_000;
  const later = Array.from({ length: 1_024 }, () => entries.keep(long));
  assert.equal(entries.take(later[0]!), long);
});
