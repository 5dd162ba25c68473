/** What senders are told, apart from how a real browser takes it (tests/network/adaptive_test.ts, tests/network/nat_test.ts). */

import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import type { Section } from "../call/media_sections.ts";
import { NOBODY } from "../snapshot.ts";
import { Adaptation } from "./adaptation.ts";

/** Says nothing, and neither does the server. */
const OTHER_SIDE = { signal: { pongAt: 0, sendNow: () => {} }, line: () => undefined, remote: () => NOBODY };

const transceiver = (sender: unknown) =>
  ({ sender, receiver: { track: { id: "theirs" } } }) as unknown as RTCRtpTransceiver;

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
    ...OTHER_SIDE,
    transceiver: (section) => transceiver(senders[section]),
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

Deno.test("adaptation: over another path the picture is as large as before where it was whole, and half of that otherwise", async () => {
  for (const [kbps, before, after] of [[3_000, 1, 1], [400, 2, 2], [100, 4, 2]] as const) {
    const clock = new FakeClock();
    let scale = 0;
    const sender = {
      track: { id: "camera", getSettings: () => ({ width: 1280, height: 720 }) },
      getParameters: () => ({ encodings: [{}] }),
      setParameters: ({ encodings: [encoding] }: { encodings: RTCRtpEncodingParameters[] }) => {
        scale = encoding!.scaleResolutionDownBy!;
        return Promise.resolve();
      },
    };
    const pair = { id: "P", type: "candidate-pair", currentRoundTripTime: 0.02, availableOutgoingBitrate: kbps * 1000 };
    const reports = [{ id: "T", type: "transport", selectedCandidatePairId: "P" }, pair];
    const adaptation = new Adaptation({
      clock,
      stats: () => Promise.resolve(new Map(reports.map((one) => [one.id, one])) as unknown as RTCStatsReport),
      ...OTHER_SIDE,
      transceiver: (section) => section === "video" ? transceiver(sender) : undefined,
      ceiling: () => "high",
      onChange: () => {},
    });
    await clock.pass(0);
    await clock.pass(10_000);
    assert.equal(scale, before, `before, ${kbps} kbit/s`);
    adaptation.reset();
    await clock.pass(1_500);
    assert.equal(scale, after, `after, ${kbps} kbit/s`);
    adaptation.close();
  }
});
