/** What two sides are told of one call: by each other's reports, and on the seconds of calls that the benchmark recorded. */

import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { NOBODY } from "../snapshot.ts";
import { Appraisal } from "./appraisal.ts";
import { UNLOADED } from "./encoder_load.ts";
import { advance, type Ladder, START } from "./ladder.ts";
import recorded from "./recorded.json" with { type: "json" };
import type { Playout, Sample } from "./samples.ts";

const FLOW = { kbps: 0, width: null, height: null, fps: null, audioCodec: null, videoCodec: null };
const NOTHING = { ...FLOW, bytes: 0, packetsLost: 0, packets: 0, frames: 0 };
const GOOD: Playout = { pictures: 30, frozenS: 0, packets: 50, concealed: 0, bufferMs: 40 };
const UNTOLD: Playout = { pictures: null, frozenS: null, packets: null, concealed: null, bufferMs: null };

function sample(change: Partial<Sample>): Sample {
  return {
    lossSent: 0,
    lossReceived: 0,
    rttMs: 20,
    availableKbps: 3_000,
    sending: NOTHING,
    receiving: NOTHING,
    playout: GOOD,
    encodeMs: 8,
    cameraFps: 30,
    limitedBy: "none",
    path: "direct",
    transport: "udp",
    ...change,
  };
}

/** One side, second by second; its pings to the server take `pingMs`. */
function side(clock: FakeClock) {
  const line = { readyState: "open", bufferedAmount: 0, send: (_: string) => {}, onmessage: (_: MessageEvent) => {} };
  const network = { pingMs: 30 };
  const signal = {
    pongAt: 0,
    sendNow: () => void clock.after(network.pingMs, () => signal.pongAt = clock.now()),
  };
  const ports = { clock, signal, line: () => line as unknown as RTCDataChannel, remote: () => NOBODY };
  return { line, network, appraisal: new Appraisal(ports) };
}

function pair() {
  const clock = new FakeClock();
  const [one, other] = [side(clock), side(clock)];
  one.line.send = (data) => other.line.onmessage({ data } as MessageEvent);
  other.line.send = (data) => one.line.onmessage({ data } as MessageEvent);
  /** What both are told after so many more seconds. */
  const seconds = async (count: number, here: Partial<Sample>, there: Partial<Sample>) => {
    let told;
    for (let n = 0; n < count; n++) {
      told = [
        one.appraisal.after(sample(here), "high", UNLOADED),
        other.appraisal.after(sample(there), "high", UNLOADED),
      ] as const;
      await clock.pass(1_000);
    }
    return told!.map(({ sending, receiving, bottleneck }) => [sending, receiving, bottleneck]);
  };
  return { one, other, seconds };
}

const STUTTERS = { playout: { ...GOOD, frozenS: 0.3, concealed: 0.1 } };

Deno.test("appraisal: what one side sees and hears is what the other is told, and whose network it is", async () => {
  const { one, seconds } = pair();
  assert.deepEqual(await seconds(10, {}, {}), [[4, 4, null], [4, 4, null]]);
  one.network.pingMs = 900;
  assert.deepEqual(await seconds(20, {}, STUTTERS), [[2, 4, "my-uplink"], [4, 2, "their-network"]]);
  assert.deepEqual(await seconds(20, STUTTERS, {}), [[4, 2, "my-downlink"], [2, 4, "their-network"]]);
  one.network.pingMs = 30;
  assert.deepEqual(await seconds(30, {}, {}), [[4, 4, null], [4, 4, null]]);
});

Deno.test("appraisal: where both ways to the server are well, it is between the two", async () => {
  const { seconds } = pair();
  await seconds(10, {}, {});
  assert.deepEqual(await seconds(20, {}, STUTTERS), [[2, 4, "between"], [4, 2, "between"]]);
});

Deno.test("appraisal: a computer that is too slow is told to both, whatever its pings take", async () => {
  const clock = new FakeClock();
  const [one, other] = [side(clock), side(clock)];
  one.line.send = (data) => other.line.onmessage({ data } as MessageEvent);
  other.line.send = (data) => one.line.onmessage({ data } as MessageEvent);
  one.network.pingMs = 900;
  let told;
  for (let n = 0; n < 20; n++) {
    told = [
      one.appraisal.after(sample(STUTTERS), "high", { ...UNLOADED, size: 2, run: 1 }).bottleneck,
      other.appraisal.after(sample({}), "high", UNLOADED).bottleneck,
    ];
    await clock.pass(1_000);
  }
  assert.deepEqual(told, ["my-computer", "their-computer"]);
});

Deno.test("appraisal: of a version that tells nothing, the network's own figures stand in; old reports are forgotten", async () => {
  const { one, other, seconds } = pair();
  await seconds(10, {}, STUTTERS);
  other.line.send = () => {};
  assert.deepEqual((await seconds(5, { lossSent: 0.09 }, STUTTERS))[0]!.slice(0, 2), [2, 4]);
  assert.deepEqual((await seconds(10, { lossSent: 0.01 }, {}))[0]!.slice(0, 2), [4, 4]);
  assert.deepEqual((await seconds(10, { lossSent: 0.09 }, {}))[0]!.slice(0, 2), [2, 4]);
  const unheard = { lossSent: null, sending: { ...NOTHING, kbps: 30 } };
  assert.deepEqual((await seconds(10, unheard, {}))[0]!.slice(0, 2), [2, 4], "no word comes back");
  assert.deepEqual((await seconds(10, { ...unheard, sending: NOTHING }, {}))[0]!.slice(0, 2), [4, 4], "to nothing");
  one.line.bufferedAmount = 10_000;
  one.line.send = () => assert.fail("reports that would wait are left out");
  await seconds(4, {}, {});
});

for (
  const [network, badS, told] of [
    ["100", 40, "my-uplink"],
    ["50", 40, "my-uplink"],
    ["gap", 3, null],
  ] as const
) {
  Deno.test(`appraisal, as recorded on "${network}": ${told ?? "nothing"} is told, and bars follow, without reports`, async () => {
    const clock = new FakeClock();
    const { appraisal, network: near } = side(clock);
    const all: ReturnType<Appraisal["after"]>[] = [];
    let ladder: Ladder = { ...START, step: "high", patience: 5 };
    const second = async (change: Partial<Sample>) => {
      const one = sample({ ...change, playout: UNTOLD });
      ladder = advance(ladder, one);
      all.push(appraisal.after(one, ladder.step, UNLOADED));
      // What is pinged waits in the same queue.
      near.pingMs = one.rttMs ?? near.pingMs;
      await clock.pass(1_000);
    };
    for (let n = 0; n < 5; n++) await second({});
    all.length = 0;
    for (const [lossSent, rttMs, availableKbps, kbps] of recorded[network]) {
      await second({ lossSent, rttMs, availableKbps, sending: { ...NOTHING, kbps: kbps! } });
    }
    const bad = all.slice(0, badS);
    const causes = [...new Set(bad.map(({ bottleneck }) => bottleneck))];
    assert.deepEqual(causes, told === null ? [null] : [null, told]);
    if (told === null) return;
    assert.ok(bad.slice(8).every(({ sending }) => sending <= 2), bad.map(({ sending }) => sending).join());
  });
}
