/** What is seen and heard, second by second, and what it is worth. */

import assert from "node:assert/strict";
import { NOTHING_PERCEIVED, perceive, type Perception, ratingOf, type Sends } from "./perception.ts";
import type { Playout, Sample } from "./samples.ts";

const GOOD: Playout = { pictures: 30, frozenS: 0, packets: 50, concealed: 0, bufferMs: 40 };
const GONE: Playout = { pictures: 0, frozenS: 0, packets: 0, concealed: 0, bufferMs: null };
const BOTH: Sends = { voice: true, pictures: true };

function walk(seconds: readonly Partial<Playout & { rttMs: number }>[], sends = BOTH, from = NOTHING_PERCEIVED) {
  return seconds.reduce(
    (perception: Perception, { rttMs = 20, ...playout }) =>
      perceive(perception, { rttMs, playout: { ...GOOD, ...playout } } as Sample, sends),
    from,
  );
}
const steady = (playout: Partial<Playout & { rttMs: number }>, seconds: number) =>
  Array.from({ length: seconds }, () => playout);
const near = (value: number | null, wanted: number) =>
  assert.ok(value !== null && Math.abs(value - wanted) < 0.005, `${value}, not ${wanted}`);

Deno.test("perception: a picture that stands still is frozen while it does, and its time is counted once", () => {
  const frozen = walk([...steady({}, 6), ...steady({ pictures: 0 }, 3)]);
  assert.ok(frozen.lately.frozen! > 0.6);
  near(frozen.overall.frozen, 3 / 9);
  // The browser counts the 3.2 s once they are over.
  const moves = walk([{ pictures: 20, frozenS: 3.2 }], BOTH, frozen);
  near(moves.overall.frozen, 3.2 / 10);
  near(walk(steady({}, 20), BOTH, moves).lately.frozen, 0);
});

Deno.test("perception: short freezes count with the time that the browser says, and never for more than all of it", () => {
  near(walk([...steady({}, 5), ...steady({ frozenS: 0.25 }, 5)]).overall.frozen, 0.125);
  near(walk([{}, { frozenS: 9 }]).overall.frozen, 0.5);
});

Deno.test("perception: before the first picture nothing stands still, nor where none is sent", () => {
  assert.equal(walk(steady({ pictures: 0 }, 5)).lately.frozen, null);
  const off = walk(steady({ pictures: 0 }, 5), { voice: true, pictures: false }, walk(steady({}, 5)));
  assert.equal(off.lately.frozen, null);
  near(off.overall.frozen, 0);
  assert.equal(walk([{ pictures: 0 }], BOTH, off).lately.frozen, null, "the camera is being turned on again");
});

Deno.test("perception: a voice that does not come at all is missing, though the browser calls that silence", () => {
  near(walk(steady(GONE, 5)).lately.concealed, 1);
  assert.equal(ratingOf(walk(steady(GONE, 5)).lately), 1);
  const { frozen, concealed, score } = walk(steady(GONE, 5), { voice: false, pictures: false }).lately;
  assert.deepEqual([frozen, concealed, score], [null, null, null]);
});

Deno.test("perception: a browser that does not tell is no call that is bad", () => {
  const untold = { pictures: null, frozenS: null, packets: null, concealed: null, bufferMs: null };
  assert.equal(ratingOf(walk(steady(untold, 5)).lately), null);
  assert.equal(ratingOf(walk(steady({ ...untold, packets: 50, pictures: 30 }, 5)).lately), 4);
});

for (
  const [name, playout, rating] of [
    ["a good network", {}, 4],
    ["300 ms of round trip", { rttMs: 300 }, 4],
    ["600 ms of round trip", { rttMs: 600 }, 2],
    ["3 s of round trip", { rttMs: 3_000 }, 1],
    ["a hundredth of the voice missing", { concealed: 0.01 }, 4],
    ["a twentieth of it", { concealed: 0.05 }, 3],
    ["a tenth of it", { concealed: 0.1 }, 2],
    ["a quarter of it", { concealed: 0.25 }, 1],
    ["a picture that stood still for a fiftieth of the time", { frozenS: 0.02 }, 4],
    ["for a tenth", { frozenS: 0.1 }, 3],
    ["for a fifth", { frozenS: 0.2 }, 2],
    ["for half", { frozenS: 0.5 }, 1],
  ] as const
) {
  Deno.test(`perception: ${name} is rated ${rating}`, () => {
    assert.equal(ratingOf(walk(steady(playout, 20)).lately), rating);
  });
}
