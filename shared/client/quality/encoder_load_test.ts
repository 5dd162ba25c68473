/** What a computer that is too slow encodes, second by second. */

import assert from "node:assert/strict";
import { type EncoderLoad, loadAfter, SIZES, UNLOADED } from "./encoder_load.ts";
import type { Sample } from "./samples.ts";

interface Seen extends Pick<Sample, "encodeMs" | "limitedBy" | "cameraFps"> {
  readonly fps: number;
}

/** A second of a computer with time to spare, or as much of one as it takes for a picture. */
function second({ encodeMs = 8, cameraFps = 30, limitedBy = "none", fps }: Partial<Seen>): Sample {
  const encoded = Math.min(cameraFps ?? 30, 1_000 / (encodeMs ?? 1));
  return { encodeMs, cameraFps, limitedBy, sending: { fps: fps ?? encoded } } as Sample;
}

function walk(seconds: readonly Partial<Seen>[], load = UNLOADED, lines = 720): EncoderLoad[] {
  const loads: EncoderLoad[] = [];
  for (const one of seconds) {
    loads.push(load = loadAfter(load, second(one), lines));
  }
  return loads;
}

const steady = (seen: Partial<Seen>, seconds: number) => Array.from({ length: seconds }, () => seen);
const sizes = (loads: EncoderLoad[]) => loads.map(({ size }) => size);
const LEAST = SIZES.length - 1;

for (
  const [name, seconds, size] of [
    ["a computer with time to spare", steady({}, 30), 0],
    ["two busy seconds", [...steady({ encodeMs: 60 }, 2), {}], 0],
    ["three of them", steady({ encodeMs: 40 }, 3), 1],
    ["little time to spare, but no picture left out", steady({ encodeMs: 33, fps: 30 }, 30), 0],
    ["a camera in the dark that gives fewer pictures", steady({ encodeMs: 33, cameraFps: 15 }, 30), 0],
    ["pictures left out for another reason", steady({ encodeMs: 12, fps: 10 }, 30), 0],
    ["a browser that does not tell what the camera gives", steady({ encodeMs: 40, cameraFps: null }, 3), 1],
    ["the browser says that the processor is the limit", steady({ limitedBy: "cpu" }, 3), 1],
    ["busy at every size", steady({ encodeMs: 90 }, 60), LEAST],
    ["a narrow network", steady({ limitedBy: "bandwidth" }, 30), 0],
    ["no picture was encoded", steady({ encodeMs: null }, 30), 0],
  ] as const
) {
  Deno.test(`encoder load: ${name}`, () => assert.equal(walk(seconds).at(-1)!.size, size));
}

/** A computer that takes so long for a picture of 720 lines, in ms, and for smaller ones as much less as they are smaller. */
function* computer(fullMs: (at: number) => number, seconds: number): Generator<EncoderLoad> {
  let load = UNLOADED;
  for (let at = 0; at < seconds; at++) {
    const encodeMs = fullMs(at) * (SIZES[load.size]!.lines / 720) ** 2;
    yield load = loadAfter(load, second({ encodeMs }), 720);
  }
}

Deno.test("encoder load: a slow computer finds its size, and stays there; a quick one is back after ten calm seconds each", () => {
  const slow = sizes([...computer(() => 45, 300)]);
  assert.deepEqual(new Set(slow.slice(3)), new Set([1]));
  const freed = sizes([...computer((at) => at < 60 ? 90 : 30, 200)]);
  assert.equal(freed[59], 2);
  assert.equal(freed[60 + 8], 2);
  assert.equal(freed[60 + 20], 0);
});

Deno.test("encoder load: more that fails again and again is tried less and less often", () => {
  // It is quick with small pictures and far too slow with large ones, so that what is expected is wrong.
  let load = UNLOADED;
  const ups: number[] = [];
  for (let at = 0; at < 600; at++) {
    const next = loadAfter(load, second({ encodeMs: load.size === 0 ? 60 : 4 }), 720);
    if (next.size < load.size) ups.push(at);
    load = next;
  }
  const waits = ups.slice(1).map((at, n) => at - ups[n]!);
  assert.ok(ups.length >= 3 && ups.length <= 7, `${ups}`);
  assert.ok(waits.every((wait, n) => n === 0 || wait >= waits[n - 1]!), `${waits}`);
});

Deno.test("encoder load: what a narrow network makes small says nothing of more", () => {
  const busy = walk(steady({ encodeMs: 60 }, 3)).at(-1)!;
  assert.equal(walk(steady({ encodeMs: 2 }, 100), busy, 180).at(-1)!.size, 1);
});
