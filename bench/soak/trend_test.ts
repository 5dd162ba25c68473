import assert from "node:assert/strict";
import { isFlat, type Sample, trendOf } from "./trend.ts";

const MB = 1_000_000;
const minutes = (bytes: (minute: number) => number): Sample[] =>
  Array.from({ length: 16 }, (_, minute) => [minute * 60_000, bytes(minute)]);

const cases: [string, Sample[], boolean, number][] = [
  ["it stays", minutes(() => 100 * MB), true, 0],
  ["it goes up and down", minutes((n) => (n % 2 ? 101 : 99) * MB), true, 0],
  ["it rises while the server gets warm", minutes((n) => Math.min(100, 70 + 10 * n) * MB), true, 0],
  ["it rises a little", minutes((n) => (100 + 0.2 * n) * MB), true, 0.2 * MB],
  ["it rises by a leak", minutes((n) => (100 + 0.5 * n) * MB), false, 0.5 * MB],
  ["it falls", minutes((n) => (100 - n) * MB), true, -1 * MB],
];

for (const [what, samples, flat, perMinute] of cases) {
  Deno.test(`soak: memory, where ${what}`, () => {
    const trend = trendOf(samples);
    assert.equal(isFlat(trend, 0.03), flat);
    assert.ok(Math.abs(trend.perMinute - perMinute) < 0.06 * MB, `${trend.perMinute}`);
  });
}
