import assert from "node:assert/strict";
import { Peer } from "./peer.ts";
import type { Media, Rtc } from "../platform/platform.ts";

function peerWith(stats: readonly Record<string, unknown>[]): Peer {
  const connection = { getStats: () => Promise.resolve(new Map(stats.map((report, n) => [n, report]))) };
  const rtc = { createPeerConnection: () => connection } as unknown as Rtc;
  const options = { ice: {}, codecs: { offered: [], insisted: [] }, bundlePolicy: "max-bundle" } as const;
  const ignore = () => {};
  return new Peer({ rtc, media: {} as Media }, options, {
    onCandidate: ignore,
    onState: ignore,
    onDropped: ignore,
    onChannel: ignore,
    onRemote: ignore,
  });
}

Deno.test("peer: packets are counted over all that comes in, and a report that does not count them is none", async () => {
  const stats = [
    { type: "inbound-rtp", packetsReceived: 5 },
    { type: "inbound-rtp" },
    { type: "outbound-rtp", packetsSent: 7 },
    { type: "inbound-rtp", packetsReceived: 2 },
  ];
  assert.equal(await peerWith(stats).received(), 7);
});
