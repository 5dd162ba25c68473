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
