import assert from "node:assert/strict";
import { Held } from "./delay_line.ts";

function chance(seed = 42): () => number {
  return () => (seed = (seed * 48_271) % 0x7fffffff) / 0x7fffffff;
}

Deno.test("delay line: everything is as late as it should be, and in order", () => {
  const held = new Held({ delayMs: 150, jitterMs: 0, bursts: null });
  assert.deepEqual([0, 10, 20].map((now) => held.out(now)), [150, 160, 170]);
  const jittery = new Held({ delayMs: 20, jitterMs: 100, bursts: null }, chance());
  const out = Array.from({ length: 5_000 }, (_, n) => jittery.out(n * 10)! - n * 10);
  assert.ok(Math.min(...out) >= 20 && Math.max(...out) <= 120);
  assert.ok(Math.min(...out) < 30 && Math.max(...out) > 110, "the whole range is used");
  assert.ok(out.every((late, n) => n === 0 || late + 10 >= out[n - 1]!), "in order");
});

Deno.test("delay line: bursts lose the share of time they should, as long as they should", () => {
  for (const share of [0.05, 0.2]) {
    const held = new Held({ delayMs: 0, jitterMs: 0, bursts: { share, meanMs: 100 } }, chance());
    const lost = Array.from({ length: 400_000 }, (_, n) => held.out(n * 5) === null);
    const rate = lost.filter(Boolean).length / lost.length;
    assert.ok(Math.abs(rate - share) < 0.15 * share, `${rate}`);
    const bursts = lost.filter((is, n) => is && !lost[n - 1]).length;
    const mean = lost.filter(Boolean).length * 5 / bursts;
    assert.ok(mean > 85 && mean < 120, `${mean}`);
  }
});
