import assert from "node:assert/strict";
import { orderedCodecs, preferredCodecs } from "./codecs.ts";

const able = ["video/VP8", "video/rtx", "video/VP9", "video/VP9", "video/H264", "video/AV1", "video/red"]
  .map((mimeType, at) => ({ mimeType, clockRate: 90_000, sdpFmtpLine: `profile=${at}` }));
const names = (codecs: { mimeType: string }[]) => codecs.map(({ mimeType }) => mimeType.replace("video/", ""));

Deno.test("codecs: the wanted ones come first, in order, with all their profiles; none is left out", () => {
  const ordered = orderedCodecs(able, ["AV1", "VP9"]);
  assert.deepEqual(names(ordered), ["AV1", "VP9", "VP9", "VP8", "rtx", "H264", "red"]);
  assert.deepEqual(new Set(ordered), new Set(able));
});

Deno.test("codecs: what this browser has not cannot be missed", () => {
  assert.deepEqual(orderedCodecs(able, ["H265"]), able);
  assert.deepEqual(orderedCodecs([], ["VP8"]), []);
});

Deno.test("codecs: the user's choice, then what the device encodes with ease, then the configured order", () => {
  assert.deepEqual(preferredCodecs(null, ["VP8", "VP9", "H264"], ["H264"]), ["H264", "VP8", "VP9"]);
  assert.deepEqual(preferredCodecs("VP9", ["VP8", "VP9", "H264"], ["H264"]), ["VP9", "H264", "VP8"]);
  assert.deepEqual(preferredCodecs("AV1", [], []), ["AV1"]);
  assert.deepEqual(preferredCodecs(null, [], ["H264"]), []);
});
