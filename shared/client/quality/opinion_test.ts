import assert from "node:assert/strict";
import { opinionScore } from "./opinion.ts";

Deno.test("opinion: the E-model's known points", () => {
  const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 0.01, `${value}, not ${wanted}`);
  // R of 93.2, G.107 annex B; then Idd of 400 ms (x = 2) and 10 % of loss (95 · 10 / 35.1) by hand.
  near(opinionScore(50, 0), 4.41);
  near(opinionScore(400, 0), 3.56);
  near(opinionScore(50, 0.1), 3.41);
  near(opinionScore(60_000, 1), 1);
});

Deno.test("opinion: later and more concealed is never better", () => {
  let last = Infinity;
  for (const delay of [0, 100, 150, 300, 600, 1_200]) {
    assert.ok(opinionScore(delay, 0.02) <= last);
    last = opinionScore(delay, 0.02);
  }
  assert.ok(opinionScore(100, 0.05) > opinionScore(100, 0.2));
});
