import assert from "node:assert/strict";
import { Peer } from "./peer.ts";
import type { Media, Rtc } from "../platform/platform.ts";

function peerWith(stats: readonly Record<string, unknown>[]): Peer {
  return peerOver({ getStats: () => Promise.resolve(new Map(stats.map((report, n) => [n, report]))) });
}

function peerOver(connection: object): Peer {
  const rtc = { createPeerConnection: () => connection } as unknown as Rtc;
  const options = { ice: {}, codecs: { offered: [], insisted: [] }, bundlePolicy: "max-bundle" } as const;
  const ignore = () => {};
  return new Peer({ rtc, media: {} as Media }, options, {
    onCandidate: ignore,
    onState: ignore,
    isPolite: false,
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

Deno.test("peer: a track that is stopped while it is being put in its place goes from there", async () => {
  const track = {} as MediaStreamTrack;
  const asked: (MediaStreamTrack | null)[] = [];
  const placed = Promise.withResolvers<void>();
  const sender = {
    track: null as MediaStreamTrack | null,
    async replaceTrack(track: MediaStreamTrack | null) {
      asked.push(track);
      await placed.promise;
      sender.track = track;
    },
  };
  const transceiver = { sender, receiver: { track: { kind: "video" } } };
  const peer = peerOver({ getTransceivers: () => [transceiver], remoteDescription: {} });
  const turns = [peer.sections.setTrack("video", track), peer.sections.setTrack("video", null)];
  placed.resolve();
  await Promise.all(turns);
  assert.deepEqual([asked.length, sender.track], [2, null]);
  await peer.sections.setTrack("video", track);
  await peer.sections.setTrack("video", track);
  assert.equal(asked.length, 3, "what is there is not replaced by itself");
});
