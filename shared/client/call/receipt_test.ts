import assert from "node:assert/strict";
import { clientMessages } from "../../protocol/client_messages.ts";
import { mediaFigures, withRoundTrip } from "../quality/media_figures.ts";
import type { Sample } from "../quality/samples.ts";
import { CallMetrics } from "./receipt.ts";

const FLOW = { kbps: 0, width: null, height: null, fps: null, frames: 0 };
const NONE = { ...FLOW, audioCodec: null, videoCodec: null, bytes: 0, packets: 0, packetsLost: 0 };
const SAMPLE: Sample = {
  lossSent: 0,
  lossReceived: 0,
  rttMs: 20,
  availableKbps: null,
  sending: { ...FLOW, audioCodec: "opus", videoCodec: "VP8", bytes: 1_000, packets: 100, packetsLost: 5 },
  receiving: { ...FLOW, audioCodec: "opus", videoCodec: "VP9", bytes: 2_000, packets: 90, packetsLost: 10 },
  playout: { pictures: 30, frozenS: 0, packets: 50, concealed: 0, bufferMs: 40 },
  encodeMs: null,
  cameraFps: null,
  limitedBy: null,
  path: "relayed",
  transport: "tcp",
};
const PERCEIVED = { frozen: 0.05, concealed: 0, score: 4.38 };

/** What the receipt says of media after these seconds. */
function figures(...samples: readonly Sample[]) {
  return mediaFigures(samples.reduce(withRoundTrip, { sum: 0, count: 0 }), samples.at(-1)!, PERCEIVED);
}

function isReceipt(receipt: unknown): boolean {
  return clientMessages["call:receipt"].safeParse({
    type: "call:receipt",
    chatId: "chat",
    callId: "a-call-of-this-chat",
    receipt,
  }).success;
}

Deno.test("receipt: the distances between the moments, each noted once, and what the samples said last", () => {
  let now = 0;
  const metrics = new CallMetrics(() => now);
  for (
    const [milestone, at] of [["placed", 10], ["ringing", 60.4], ["answered", 1_000], ["connected", 1_100]] as const
  ) {
    now = at;
    metrics.reached(milestone);
  }
  now = 1_150;
  metrics.reached("frame");
  now = 5_000;
  metrics.reached("connected"); // after a reconnect
  metrics.media = figures({ ...SAMPLE, rttMs: 40 }, { ...SAMPLE, rttMs: null }, SAMPLE);
  metrics.reconnects++;
  now = 6_000;
  assert.deepEqual(metrics.receipt(now), {
    ringMs: 50,
    answerMs: 940,
    iceMs: 100,
    frameMs: 150,
    durationMs: 5_000,
    path: "relayed",
    transport: "tcp",
    audioCodec: "opus",
    videoCodec: "VP8",
    reconnects: 1,
    rttMs: 30,
    lossSent: 0.05,
    lossReceived: 0.1,
    bytesSent: 1_000,
    bytesReceived: 2_000,
    perceived: PERCEIVED,
  });
  assert.ok(isReceipt(metrics.receipt(now)));
});

Deno.test("receipt: of a call that came to nothing, and of odd counts, it is still one that the server takes", () => {
  assert.ok(isReceipt(new CallMetrics(() => 5).receipt(null)));
  const metrics = new CallMetrics(() => 5);
  metrics.media = figures({ ...SAMPLE, sending: NONE, receiving: { ...NONE, packets: 10, packetsLost: -3 } });
  assert.equal(metrics.receipt(null).lossReceived, 0);
  assert.equal(metrics.receipt(null).lossSent, null);
  assert.ok(isReceipt(metrics.receipt(null)));
});

Deno.test("receipt: what was perceived is two shares and a score, each of which may be unknown", () => {
  const whole = { ...new CallMetrics(() => 5).receipt(null), perceived: PERCEIVED };
  const cases = [
    [{ frozen: null, concealed: null, score: null }, true],
    [{ ...PERCEIVED, frozen: 1.01 }, false],
    [{ ...PERCEIVED, score: 0.5 }, false],
    [{ frozen: 0, concealed: 0 }, false],
    [{ ...PERCEIVED, more: 1 }, false],
  ] as const;
  for (const [perceived, isGood] of cases) assert.equal(isReceipt({ ...whole, perceived }), isGood);
});

Deno.test("receipt: it lasts from the answer to when the two last had each other, and no time where they never had", () => {
  let now = 1_000;
  const metrics = new CallMetrics(() => now);
  metrics.reached("answered");
  now = 30_000;
  assert.equal(metrics.receipt(8_000).durationMs, 7_000);
  assert.equal(metrics.receipt(null).durationMs, 0);
});
