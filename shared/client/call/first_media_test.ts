import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { awaitFirstMedia } from "./first_media.ts";

interface Came {
  readonly frames?: number;
  readonly packets?: number;
}

/** A call that lasts ten minutes, and what came of the other side at a time in ms; `null`: not known. */
async function lookedAt(
  came: (at: number) => Came | null,
): Promise<{ firstAt: number[]; looks: number; timers: number }> {
  const clock = new FakeClock();
  const firstAt: number[] = [];
  let looks = 0;
  awaitFirstMedia(clock, () => {
    looks++;
    const now = came(clock.time);
    if (now === null) return Promise.reject(new Error("No connection now"));
    const report = { type: "inbound-rtp", framesDecoded: now.frames, packetsReceived: now.packets };
    return Promise.resolve(new Map([["in", report]]) as unknown as RTCStatsReport);
  }, () => firstAt.push(clock.time));
  await clock.pass(0);
  await clock.pass(600_000);
  return { firstAt, looks, timers: clock.timers };
}

const COURSES: [what: string, came: (at: number) => Came | null, first: { from: number; to: number } | null][] = [
  ["a picture at once", () => ({ frames: 1, packets: 9 }), { from: 0, to: 0 }],
  ["a picture after a second", (at) => ({ frames: at < 1_000 ? 0 : 1, packets: 9 }), { from: 1_000, to: 1_050 }],
  ["a voice only", () => ({ packets: 9 }), { from: 3_000, to: 3_100 }],
  ["nothing at all", () => ({}), null],
  ["nothing that is known", () => null, null],
  ["a camera that is turned on minutes later", (at) => at < 500_000 ? {} : { frames: 1, packets: 9 }, null],
];

for (const [what, came, expected] of COURSES) {
  Deno.test(`first media: ${what}: ${expected ? `at ${expected.from} ms` : "none, and it is looked for no more"}`, async () => {
    const { firstAt, looks, timers } = await lookedAt(came);
    assert.equal(firstAt.length, expected === null ? 0 : 1);
    if (expected !== null) assert.ok(firstAt[0]! >= expected.from && firstAt[0]! <= expected.to, `at ${firstAt[0]} ms`);
    assert.ok(looks <= 62, `${looks} looks`);
    assert.equal(timers, 0);
  });
}

Deno.test("first media: who stops waiting is told nothing, and leaves no timer", async () => {
  const clock = new FakeClock();
  const stop = awaitFirstMedia(
    clock,
    () => Promise.resolve(new Map() as unknown as RTCStatsReport),
    () => assert.fail(),
  );
  await clock.pass(0);
  await clock.pass(200);
  stop();
  assert.equal(clock.timers, 0);
  await clock.pass(10_000);
});
