/** What a client measured in some call. */

import type { Receipt } from "../../shared/protocol/receipt.ts";

export const receipt: Receipt = {
  ringMs: 120,
  answerMs: 4_000,
  iceMs: 90,
  frameMs: 110,
  durationMs: 61_000,
  path: "relayed",
  transport: "tls",
  audioCodec: "opus",
  videoCodec: "VP8",
  reconnects: 1,
  rttMs: 42,
  lossSent: 0.01,
  lossReceived: 0,
  bytesSent: 9_000_000_000,
  bytesReceived: 0,
  perceived: { frozen: 0.02, concealed: 0.004, score: 4.2 },
};
