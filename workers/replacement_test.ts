import assert from "node:assert/strict";
import { replacement } from "./replacement.ts";

Deno.test("workers: one that ended is replaced at once, one that always ends ever later, up to half a minute", () => {
  const waits: number[] = [];
  let early = 0;
  for (let n = 0; n < 9; n++) {
    const next = replacement(early, 100);
    waits.push(next.waitMs);
    early = next.early;
  }
  assert.deepEqual(waits, [0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

Deno.test("workers: who served for a minute is replaced at once, whatever was before", () => {
  assert.equal(replacement(7, 59_999).waitMs, 30_000);
  assert.deepEqual(replacement(7, 60_000), { early: 1, waitMs: 0 });
});
