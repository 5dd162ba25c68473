import assert from "node:assert/strict";
import { backAfter, changes, motionOf, type Shown } from "./motion.ts";

/** Frames at a steady rate; `number` counts on from the first. */
function frames(from: number, count: number, everyMs: number, lines = 720, first = 0): Shown[] {
  return Array.from({ length: count }, (_, n) => ({ at: from + n * everyMs, number: first + n, lines }));
}
const near = (value: number | null, wanted: number, by: number) =>
  assert.ok(value !== null && Math.abs(value - wanted) <= by, `${value}, not ${wanted}`);

Deno.test("motion: thirty a second, no freeze, and the delay from the camera to the screen", () => {
  const shown = frames(1_000, 300, 100 / 3);
  const captured = shown.map(({ at, number }) => ({ at: at - 80, number: number! }));
  const motion = motionOf(shown, captured, { from: 2_000, to: 10_000 });
  near(motion.fps, 30, 0.2);
  assert.equal(motion.frozen, 0);
  near(motion.delayMs, 80, 1e-6);
  near(motion.lines, 720, 1e-6);
});

Deno.test("motion: the same picture shown again and again is one that stands", () => {
  const still = frames(0, 120, 100 / 3).map((frame) => ({ ...frame, number: 5 }));
  assert.equal(changes(still).length, 1);
  assert.equal(motionOf(still, [], { from: 1_000, to: 3_000 }).frozen, 1);
  assert.equal(motionOf(still, [], { from: 1_000, to: 3_000 }).fps, 0);
});

Deno.test("motion: a gap counts whole, within the span and over its edges", () => {
  const shown = [...frames(0, 31, 100), ...frames(5_000, 30, 100, 360, 31)];
  near(motionOf(shown, [], { from: 1_000, to: 6_000 }).frozen, 2_000 / 5_000, 1e-9);
  near(motionOf(shown, [], { from: 4_000, to: 6_000 }).frozen, 1_000 / 2_000, 1e-9);
  near(motionOf(shown, [], { from: 2_000, to: 4_000 }).frozen, 1_000 / 2_000, 1e-9);
  near(motionOf(shown, [], { from: 4_000, to: 6_000 }).lines, 540, 1e-9);
});

Deno.test("motion: five a second is a picture that moves, three a second one that stands", () => {
  assert.equal(motionOf(frames(0, 100, 200), [], { from: 1_000, to: 6_000 }).frozen, 0);
  near(motionOf(frames(0, 100, 333), [], { from: 1_000, to: 6_000 }).frozen, 1, 0.01);
});

Deno.test("motion: nothing at all is frozen, without a delay", () => {
  const motion = motionOf([], [], { from: 0, to: 1_000 });
  assert.deepEqual(motion, { fps: 0, frozen: 1, delayMs: null, delay95Ms: null, lines: null });
});

Deno.test("motion: a number that came twice is the newer one of those before", () => {
  const captured = [{ at: 0, number: 7 }, { at: 12_000, number: 7 }, { at: 24_000, number: 7 }];
  near(motionOf([{ at: 12_500, number: 7, lines: 720 }], captured, { from: 12_000, to: 13_000 }).delayMs, 500, 1e-9);
});

Deno.test("motion: an unreadable frame is a frame, without a delay", () => {
  const shown = frames(0, 30, 100).map((frame) => ({ ...frame, number: null }));
  const motion = motionOf(shown, [{ at: 0, number: 1 }], { from: 1_000, to: 2_000 });
  near(motion.fps, 10, 1e-9);
  assert.equal(motion.delayMs, null);
});

Deno.test("back: the first pictures of some that are good enough, in frames and in lines", () => {
  const everyMs = 100 / 3;
  const shown = [
    ...frames(0, 20, 50, 180),
    ...frames(1_500, 120, everyMs, 360, 20),
    ...frames(5_500, 120, everyMs, 720, 140),
  ];
  near(backAfter(shown, { fps: 24, lines: 0 }, 500, 9_000), 1_000, 1e-9);
  near(backAfter(shown, { fps: 24, lines: 720 }, 500, 9_000), 5_000, 1e-9);
  assert.equal(backAfter(shown, { fps: 24, lines: 720 }, 500, 7_000), null);
  assert.equal(backAfter(shown, { fps: 40, lines: 0 }, 500, 9_000), null);
});

Deno.test("back: old frames that come in a burst, and a picture that stands again, are not back", () => {
  const goal = { fps: 25, lines: 0 };
  const shown = [...frames(100, 60, 10), ...frames(900, 30, 100 / 3, 720, 60), ...frames(4_000, 120, 100 / 3, 720, 90)];
  near(backAfter(shown, goal, 0, 9_000), 4_000, 1e-9);
});
