import assert from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { loadUntilThere, retryUntilDone } from "./retry.ts";

/** A module that comes with the load of that number, and when it was asked for. */
function lostUntil(clock: FakeClock, comes: number): { load: () => Promise<string>; askedAt: number[] } {
  const askedAt: number[] = [];
  const load = () => {
    askedAt.push(clock.time);
    return askedAt.length >= comes ? Promise.resolve("module") : Promise.reject(new TypeError("Failed to fetch"));
  };
  return { load, askedAt };
}

const COURSES: [comes: number, askedAt: number[]][] = [
  [1, [0]],
  [2, [0, 500]],
  [4, [0, 500, 1_500, 3_500]],
  [9, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 47_500, 63_500]],
];

for (const [comes, expected] of COURSES) {
  Deno.test(`retry: a module that comes with load ${comes} is asked for at ${expected} ms, and used once`, async () => {
    const clock = new FakeClock();
    const { load, askedAt } = lostUntil(clock, comes);
    const used: string[] = [];
    loadUntilThere(clock.after, load, (module) => used.push(module));
    await clock.pass(0);
    await clock.pass(600_000);
    assert.deepEqual(askedAt, expected);
    assert.deepEqual(used, ["module"]);
    assert.equal(clock.timers, 0);
  });
}

Deno.test("retry: a module that is not wanted any more is not asked for again, and leaves no timer", async () => {
  const clock = new FakeClock();
  const { load, askedAt } = lostUntil(clock, Infinity);
  const stop = loadUntilThere(clock.after, load, () => assert.fail());
  await clock.pass(0);
  await clock.pass(2_000);
  stop();
  assert.equal(clock.timers, 0);
  await clock.pass(600_000);
  assert.deepEqual(askedAt, [0, 500, 1_500]);
});

for (const [what, settle] of [["comes", "resolve"], ["fails", "reject"]] as const) {
  Deno.test(`retry: a module that ${what} when it is not wanted any more is not used, and not asked for again`, async () => {
    const clock = new FakeClock();
    const loading = Promise.withResolvers<string>();
    const stop = loadUntilThere(clock.after, () => loading.promise, () => assert.fail());
    await clock.pass(0);
    stop();
    loading[settle]("settled");
    await clock.pass(600_000);
    assert.equal(clock.timers, 0);
  });
}

Deno.test("retry: what is never done goes on at the longest pause", async () => {
  const clock = new FakeClock();
  const triedAt: number[] = [];
  const stop = retryUntilDone(clock.after, { first: 100, longest: 300 }, () => {
    triedAt.push(clock.time);
    return Promise.resolve(false);
  });
  await clock.pass(0);
  await clock.pass(1_200);
  assert.deepEqual(triedAt, [0, 100, 300, 600, 900, 1_200]);
  stop();
  assert.equal(clock.timers, 0);
});
