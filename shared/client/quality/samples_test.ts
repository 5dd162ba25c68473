/** Samples of a connection's statistics: what is new in them, apart from how a real browser gives them. */

import assert from "node:assert/strict";
import { lookAt, sampleOf } from "./samples.ts";

/** A look at a connection with one voice, whose report of the other side was made at `reportedAt`, in ms. */
function look(at: number, reportedAt: number, measured: number) {
  const reports = [
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", currentRoundTripTime: 0.02, availableOutgoingBitrate: 190_000 },
    { id: "O", type: "outbound-rtp", kind: "audio", bytesSent: at, packetsSent: at / 20 },
    {
      id: "R",
      type: "remote-inbound-rtp",
      kind: "audio",
      timestamp: reportedAt,
      roundTripTime: 1.2,
      roundTripTimeMeasurements: measured,
      fractionLost: 0.5,
    },
  ];
  return lookAt(new Map(reports.map((one) => [one.id, one])) as unknown as RTCStatsReport, at);
}

Deno.test("samples: a new report of the other side says the round trip and the loss", () => {
  const { rttMs, lossSent, availableKbps } = sampleOf(look(1_000, 900, 1), look(2_000, 1_900, 2));
  assert.deepEqual([rttMs, lossSent, availableKbps], [1_200, 0.5, 190]);
});

Deno.test("samples: where no report came for a second, the round trip is the candidate pair's, not that of long ago", () => {
  const { rttMs, lossSent } = sampleOf(look(1_000, 900, 1), look(2_000, 900, 1));
  assert.deepEqual([rttMs, lossSent], [20, null]);
});

/** A look at a screen, encoded 5 times a second in 40 ms each, and a camera, 30 times in 10 ms; `first` of them comes first. */
function bothLook(at: number, first: "camera" | "screen") {
  const of = (name: string, fps: number, encodeS: number) => [
    {
      id: name,
      type: "outbound-rtp",
      kind: "video",
      mediaSourceId: `${name} source`,
      framesEncoded: fps * at / 1_000,
      totalEncodeTime: fps * at / 1_000 * encodeS,
      qualityLimitationReason: name === "screen" ? "cpu" : "none",
      frameHeight: name === "screen" ? 1_080 : 720,
    },
    {
      id: `${name} source`,
      type: "media-source",
      kind: "video",
      trackIdentifier: `${name} track`,
      frames: 30 * at / 1_000,
    },
  ];
  const [camera, screen] = [of("camera", 30, 0.01), of("screen", 5, 0.04)];
  const reports = first === "camera" ? [...camera, ...screen] : [...screen, ...camera];
  return lookAt(new Map(reports.map((one) => [one.id, one])) as unknown as RTCStatsReport, at);
}

for (const first of ["camera", "screen"] as const) {
  Deno.test(`samples: what is said of the camera is not of the screen that is sent beside it, the ${first} being first`, () => {
    const { encodeMs, limitedBy, cameraFps, sending } = sampleOf(
      bothLook(1_000, first),
      bothLook(2_000, first),
      "camera track",
    );
    assert.deepEqual([Math.round(encodeMs!), limitedBy, cameraFps], [10, "none", 30]);
    assert.deepEqual([sending.fps, sending.height], [30, 720]);
  });
}

/** A look at what comes: a voice, and a screen and a camera, in that order. */
function inboundLook(at: number) {
  const stream = { type: "inbound-rtp", packetsReceived: at / 20 };
  const reports = [
    {
      ...stream,
      id: "voice",
      kind: "audio",
      totalSamplesReceived: 48 * at,
      concealedSamples: 12 * at,
      silentConcealedSamples: 6 * at,
      jitterBufferDelay: 0.06 * 48 * at,
      jitterBufferEmittedCount: 48 * at,
    },
    { ...stream, id: "screen", kind: "video", trackIdentifier: "screen track", framesDecoded: 5 * at / 1_000 },
    {
      ...stream,
      id: "camera",
      kind: "video",
      trackIdentifier: "camera track",
      framesDecoded: 30 * at / 1_000,
      totalFreezesDuration: 0.25 * at / 1_000,
    },
  ];
  return lookAt(new Map(reports.map((one) => [one.id, one])) as unknown as RTCStatsReport, at);
}

Deno.test("samples: what was played of the other side is the camera's, and without the silence that a browser makes", () => {
  const { playout } = sampleOf(inboundLook(1_000), inboundLook(2_000), null, "camera track");
  assert.deepEqual({ ...playout, bufferMs: Math.round(playout.bufferMs!) }, {
    pictures: 30,
    frozenS: 0.25,
    packets: 50,
    concealed: 0.125,
    bufferMs: 60,
  });
  const none = { pictures: null, frozenS: null, packets: null, concealed: null, bufferMs: null };
  assert.deepEqual(sampleOf(look(1_000, 900, 1), look(2_000, 1_900, 2), null, "camera track").playout, none);
});

Deno.test("samples: of a screen alone nothing is said of a camera", () => {
  const { encodeMs, limitedBy, cameraFps } = sampleOf(bothLook(1_000, "screen"), bothLook(2_000, "screen"), null);
  assert.deepEqual([encodeMs, limitedBy, cameraFps], [null, null, null]);
});
