import assert from "node:assert/strict";
import { type Level, voiceDelays } from "./voice.ts";

/** Something like speech: syllables of chance length and loudness, the same each time. */
function speech(seconds: number): Level[] {
  let seed = 12_345;
  const random = () => (seed = (seed * 48_271) % 0x7fffffff) / 0x7fffffff;
  const levels: Level[] = [];
  while (levels.length < seconds * 100) {
    const rms = random() < 0.3 ? 0.0005 : 0.02 + 0.3 * random();
    for (let n = 3 + Math.floor(random() * 20); n > 0; n--) levels.push({ at: levels.length * 10, rms });
  }
  return levels;
}
const later = (levels: Level[], ms: number) => levels.map(({ at, rms }) => ({ at: at + ms, rms }));

Deno.test("voice: a delay is found, whatever the loudness", () => {
  const said = speech(20);
  for (const ms of [0, 70, 430, 2_500]) {
    const heard = later(said, ms).map(({ at, rms }) => ({ at, rms: rms / 3 }));
    const delays = voiceDelays(said, heard, 1_000, 12_000);
    assert.ok(delays.length >= 8);
    assert.ok(delays.every((delay) => delay === ms), `${ms}: ${delays}`);
  }
});

Deno.test("voice: a tenth of it lost, and what is heard in bursts, is still found", () => {
  const said = speech(20);
  const heard = later(said, 200).filter((_, at) => at % 50 >= 5).map(({ at, rms }) => ({
    at: Math.ceil(at / 30) * 30,
    rms,
  }));
  const delays = voiceDelays(said, heard, 1_000, 12_000);
  assert.ok(delays.length >= 8);
  assert.ok(delays.every((delay) => Math.abs(delay - 215) <= 20), `${delays}`);
});

Deno.test("voice: a delay that grows is followed, and silence is no voice", () => {
  const said = speech(20);
  const heard = said.map(({ at, rms }) => ({ at: at + (at < 8_000 ? 100 : 600), rms }));
  const delays = voiceDelays(said, heard, 1_000, 15_000);
  assert.deepEqual([delays[0], delays.at(-1)], [100, 600]);
  assert.deepEqual(voiceDelays(said, said.map(({ at }) => ({ at, rms: 0 })), 1_000, 12_000), []);
});
