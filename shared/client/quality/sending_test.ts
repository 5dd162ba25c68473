/** What senders are told for where a call stands. */

import assert from "node:assert/strict";
import { UNLOADED } from "./encoder_load.ts";
import { START } from "./ladder.ts";
import { cameraOf, voiceOf } from "./sending.ts";

const codec = (mimeType: string) => ({ mimeType, clockRate: 90_000 });
const [VP8, VP9, H264, RTX] = ["video/VP8", "video/VP9", "video/H264", "video/rtx"].map(codec) as [
  RTCRtpCodec,
  RTCRtpCodec,
  RTCRtpCodec,
  RTCRtpCodec,
];

Deno.test("sending: after a step down pictures go in another codec that was negotiated, VP9 where it can be", () => {
  const cases = [
    [[VP8, RTX, VP9], VP9],
    [[VP9, VP8], VP8],
    [[H264, VP8, VP9], VP9],
    [[VP8, RTX, H264], undefined],
    [[], undefined],
  ] as const;
  for (const [codecs, wanted] of cases) {
    assert.equal(cameraOf({ ...START, isOther: true }, UNLOADED, 720, codecs).codec, wanted);
    assert.equal(cameraOf(START, UNLOADED, 720, codecs).codec, undefined);
  }
});

Deno.test("sending: a step is so many lines, whatever the camera has, and never more than that", () => {
  const cases = [
    ["high", 720, 1],
    ["high", 1080, 1.5],
    ["medium", 720, 2],
    ["low", 720, 4],
    ["low", 120, 1],
  ] as const;
  for (const [step, lines, by] of cases) {
    assert.equal(cameraOf({ ...START, step }, UNLOADED, lines, []).scaleResolutionDownBy, by, `${step} of ${lines}`);
  }
});

Deno.test("sending: of what the network and this computer afford, the less", () => {
  const cases = [["high", 2, 2, 24], ["low", 2, 4, 24], ["medium", 4, 4, 15]] as const;
  for (const [step, size, by, fps] of cases) {
    const { scaleResolutionDownBy, maxFramerate } = cameraOf({ ...START, step }, { ...UNLOADED, size }, 720, []);
    assert.deepEqual([scaleResolutionDownBy, maxFramerate], [by, fps], `${step}, ${size}`);
  }
});

Deno.test("sending: the least picture is small, seldom and takes little; where nothing waits more is tried now and then", () => {
  const least = { ...START, step: "low", isLeast: true } as const;
  const { scaleResolutionDownBy, maxFramerate, maxBitrate } = cameraOf(least, UNLOADED, 720, []);
  assert.deepEqual([scaleResolutionDownBy, maxFramerate, maxBitrate], [6, 10, 40_000]);
  const limits = Array.from(
    { length: 12 },
    (_, quiet) => cameraOf({ ...least, quiet }, UNLOADED, 720, []).maxBitrate! / 1000,
  );
  assert.deepEqual(limits, [40, 40, 40, 800, 800, 800, 40, 40, 40, 800, 800, 800]);
});

Deno.test("sending: no picture where there is no room for one, and of a voice that is sent twice each copy is smaller", () => {
  for (const step of ["paused", "audio"] as const) {
    assert.equal(cameraOf({ ...START, step }, UNLOADED, 720, []).active, false);
  }
  assert.equal(voiceOf("high", codec("audio/opus")).maxBitrate, 40_000);
  assert.equal(voiceOf("high", codec("audio/red")).maxBitrate, 30_000);
  assert.equal(voiceOf("audio", undefined).maxBitrate, 16_000);
});
