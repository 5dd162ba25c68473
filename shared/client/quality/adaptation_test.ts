/** What senders are told, apart from how a real browser takes it (tests/network/adaptive_test.ts, tests/network/nat_test.ts). */

import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { Section } from "../call/media_sections.ts";
import { Adaptation } from "./adaptation.ts";

Deno.test("adaptation: after a gap the next picture of each sender is a whole one, once; who refuses is told again", async () => {
  const asked: Section[] = [];
  const refusing = new Set<Section>(["screen"]);
  const senders = Object.fromEntries((["audio", "video", "screen"] as const).map((section) => [section, {
    track: { id: section, getSettings: () => ({}) },
    getParameters: () => ({ encodings: [{}] }),
    setParameters: (_: unknown, options?: { encodingOptions: { keyFrame: boolean }[] }) => {
      if (refusing.delete(section)) return Promise.reject(new DOMException("", "InvalidStateError"));
      if (options?.encodingOptions.some(({ keyFrame }) => keyFrame)) asked.push(section);
      return Promise.resolve();
    },
  }]));
  const adaptation = new Adaptation({
    clock: new FakeClock(),
    stats: () => Promise.resolve(new Map() as unknown as RTCStatsReport),
    sender: (section) => senders[section] as unknown as RTCRtpSender,
    ceiling: () => "high",
    onChange: () => {},
  });
  adaptation.refresh();
  await adaptation.apply();
  assert.deepEqual(asked, ["video"]);
  await adaptation.apply();
  assert.deepEqual(asked, ["video", "screen"]);
  await adaptation.apply();
  assert.equal(asked.length, 2);
  adaptation.close();
});
