/** The ladder, on samples recorded in a real call whose network was made bad and good again, and on what must hold for any. */

import assert from "node:assert/strict";
import { fc } from "../../../tests/support/packages.ts";
import recorded from "../../../tests/testdata/samples.json" with { type: "json" };
import type { Step } from "../../protocol/server_messages.ts";
import { advance, type Ladder, START, STEPS } from "./ladder.ts";
import type { Sample } from "./samples.ts";

const FLOW = { kbps: 0, width: null, height: null, fps: null, audioCodec: null, videoCodec: null };
const NOTHING = { ...FLOW, bytes: 0, packetsLost: 0, packets: 0, frames: 0 };

function sample(change: Partial<Sample> = {}): Sample {
  return {
    playout: { pictures: 30, frozenS: 0, packets: 50, concealed: 0, bufferMs: 40 },
    lossSent: 0,
    lossReceived: 0,
    rttMs: 20,
    availableKbps: 3_000,
    encodeMs: 8,
    cameraFps: 30,
    limitedBy: "none",
    path: "direct",
    transport: "udp",
    sending: NOTHING,
    receiving: NOTHING,
    ...change,
  };
}

/** A stretch of the recording: loss, round trip in ms, room in kbit/s, encoding in ms, limit; a second each. */
function stretch(name: keyof typeof recorded): Sample[] {
  return recorded[name].map(([lossSent, rttMs, availableKbps, encodeMs, limitedBy]) =>
    sample({ lossSent, rttMs, availableKbps, encodeMs, limitedBy } as Partial<Sample>)
  );
}

/** The steps a call takes, second by second. */
function walk(samples: Sample[], ladder: Ladder = START, ceiling?: Step): Ladder[] {
  const ladders: Ladder[] = [];
  for (const one of samples) ladders.push(ladder = advance(ladder, one, ceiling));
  return ladders;
}

const last = (ladders: Ladder[]) => ladders.at(-1)!;
const at = (step: Step) => STEPS.indexOf(step);
const changes = (ladders: Ladder[]) => ladders.filter(({ step }, n) => n > 0 && step !== ladders[n - 1]!.step).length;
const steady = (change: Partial<Sample>, seconds: number) => Array.from({ length: seconds }, () => sample(change));

const HIGH: Ladder = { ...START, step: "high", patience: 5 };

Deno.test("ladder: a fair network has the full picture within seconds", () => {
  assert.equal(last(walk(stretch("fair"))).step, "high");
  assert.equal(walk(steady({}, 3)).findIndex(({ step }) => step === "high"), 1);
});

Deno.test("ladder: 20 % loss, as recorded: a small picture, never none; and all of it again with the network", () => {
  const bad = walk(stretch("loss20"), HIGH);
  assert.equal(last(bad).step, "medium");
  assert.ok(bad.every(({ step }) => at(step) <= at("medium")));
  assert.equal(last(walk([...stretch("afterLoss"), ...steady({}, 20)], last(bad))).step, "high");
});

Deno.test("ladder: 250 kbit/s, as recorded: a smaller picture, that stays; and all of it again with the network", () => {
  const bad = walk(stretch("narrow"), HIGH);
  assert.equal(last(bad).step, "medium");
  assert.ok(changes(bad) <= 2);
  assert.equal(last(walk([...stretch("afterNarrow"), ...steady({}, 20)], last(bad))).step, "high");
});

Deno.test("ladder: a network that becomes narrow has the small picture within a second, and keeps it in the loss that comes of it", () => {
  // As recorded where 2.5 Mbit/s met a line of 250 kbit/s: loss, round trip in ms, room and what was sent in kbit/s.
  const fall = [
    [0.92, 1_076, 188, 911],
    [0.45, 1_064, 192, 1_143],
    [0, 1_073, 195, 953],
    [0.95, 1_038, 199, 857],
    [0.03, 813, 203, 1_124],
    [0, 813, 205, 1_299],
  ].map(([lossSent, rttMs, availableKbps, kbps]) =>
    sample({ lossSent, rttMs, availableKbps, sending: { ...NOTHING, kbps: kbps! } } as Partial<Sample>)
  );
  assert.deepEqual(walk(fall, HIGH).map(({ step }) => step), fall.map(() => "low"));
});

Deno.test("ladder: too narrow for any picture: it pauses; for a good voice: audio only; each is left again", () => {
  const paused = last(walk(steady({ availableKbps: 40, rttMs: 2_000 }, 10), HIGH));
  assert.equal(paused.step, "paused");
  const audio = last(walk(steady({ availableKbps: 20 }, 10), HIGH));
  assert.equal(audio.step, "audio");
  // What the browser knows while nothing is sent is about the voice only.
  assert.equal(last(walk([...steady({ availableKbps: 45 }, 30), ...steady({}, 60)], audio)).step, "high");
});

Deno.test("ladder: half of everything lost: no picture is worth it", () => {
  assert.equal(last(walk(steady({ lossSent: 0.5 }, 12), HIGH)).step, "audio");
});

Deno.test("ladder: a computer that is too slow is none of its business", () => {
  assert.equal(last(walk(steady({ encodeMs: 90, limitedBy: "cpu" }, 30), HIGH)).step, "high");
});

Deno.test("ladder: one bad second changes nothing", () => {
  for (const bad of [{ lossSent: 0.15 }, { rttMs: 3_000 }, { availableKbps: 100 }]) {
    assert.equal(changes([HIGH, ...walk([sample(bad), ...steady({}, 5)], HIGH)]), 0, JSON.stringify(bad));
  }
});

Deno.test("ladder: no higher than the ceiling, at once and ever", () => {
  const ladders = walk(steady({}, 60), HIGH, "medium");
  assert.ok(ladders.every(({ step }) => step === "medium"));
  assert.equal(last(walk(steady({}, 60), last(ladders))).step, "high");
});

Deno.test("ladder: a step up that fails is tried again less and less often", () => {
  // The network takes the middle step; what the browser says of its room is wrong.
  let ladder = START;
  let tries = 0;
  for (let second = 0; second < 600; second++) {
    const next = advance(ladder, ladder.step === "high" ? sample({ lossSent: 0.3 }) : sample());
    if (next.step === "high" && ladder.step !== "high") tries++;
    ladder = next;
  }
  assert.ok(tries >= 3 && tries <= 16, `${tries} tries in ten minutes`);
});

const anySample = fc.record({
  lossSent: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  rttMs: fc.option(fc.nat(5_000)),
  availableKbps: fc.option(fc.nat(8_000)),
  encodeMs: fc.option(fc.nat(200)),
  limitedBy: fc.constantFrom("none", "cpu", "bandwidth", "other", null),
}).map((change) => sample(change as Partial<Sample>));

Deno.test("ladder: wherever it is, a clean network brings it to the top within two and a half minutes, and there it stays", () => {
  fc.assert(fc.property(fc.array(anySample, { maxLength: 80 }), (samples) => {
    const ladders = walk(steady({}, 300), walk(samples).at(-1) ?? START);
    assert.ok(ladders.slice(260).every(({ step }) => step === "high"));
  }));
});

Deno.test("ladder: any steady network settles: few changes in the last five of ten minutes", () => {
  fc.assert(fc.property(anySample, (one) => {
    const ladders = walk(Array.from({ length: 600 }, () => one), START);
    assert.ok(changes(ladders.slice(300)) <= 10, `${changes(ladders.slice(300))} changes`);
  }));
});

Deno.test("ladder: of two networks that are alike but for their loss, the worse one never has the better picture", () => {
  const loss = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(anySample, loss, loss, (one, a, b) => {
    const step = (lossSent: number) =>
      at(last(walk(Array.from({ length: 30 }, () => ({ ...one, lossSent })), HIGH)).step);
    assert.ok(step(Math.min(a, b)) <= step(Math.max(a, b)));
  }));
});
