import assert from "node:assert/strict";
import { ANSWERS, OFFERS, sdp } from "../../../tests/support/sdp.ts";
import { STACK_DESCRIPTIONS } from "../../../tests/support/stack_descriptions.ts";
import { bundledAnswer } from "./bundle.ts";
import { bundlePolicyFor } from "./media_sections.ts";

const OFFERED = sdp("v=0", "a=group:BUNDLE a v", "m=audio 9 x", "a=mid:a", "m=video 9 x", "a=mid:v");

Deno.test("bundle: an offer with a group is taken with one transport, one without with a transport for each section", () => {
  for (const [name, offer] of Object.entries(OFFERS)) {
    const expected = name === "SESSION_LEVEL_OFFER" ? "balanced" : "max-bundle";
    assert.equal(bundlePolicyFor(offer), expected, name);
  }
});

const answers: [what: string, answer: string, applied: string | "as it is"][] = [
  ["a group", sdp("v=0", "a=group:BUNDLE a", "m=audio 9 x", "a=mid:a", "m=video 0 x"), "as it is"],
  [
    "one section in use",
    sdp("v=0", "m=audio 9 x", "a=mid:a", "m=video 0 x"),
    sdp("v=0", "a=group:BUNDLE a", "m=audio 9 x", "a=mid:a", "m=video 0 x"),
  ],
  [
    "one section in use, the second",
    sdp("v=0", "m=audio 0 x", "m=video 9 x", "a=mid:v"),
    sdp("v=0", "a=group:BUNDLE v", "m=audio 0 x", "m=video 9 x", "a=mid:v"),
  ],
  [
    "one section in use, without mid",
    sdp("v=0", "m=audio 9 x", "m=video 0 x"),
    sdp("v=0", "a=group:BUNDLE a", "m=audio 9 x", "a=mid:a", "m=video 0 x"),
  ],
  [
    "one section of media in use, and data",
    sdp("v=0", "m=audio 9 x", "a=mid:a", "m=video 0 x", "m=application 9 y"),
    sdp("v=0", "a=group:BUNDLE a", "m=audio 9 x", "a=mid:a", "m=video 0 x", "m=application 0 y"),
  ],
  ["two sections in use", sdp("v=0", "m=audio 9 x", "m=video 9 x"), "as it is"],
  ["none in use", sdp("v=0", "m=audio 0 x", "m=video 0 x"), "as it is"],
  ["a section more than was offered", sdp("v=0", "m=audio 0 x", "m=video 0 x", "m=audio 9 x"), "as it is"],
];
for (const [what, answer, applied] of answers) {
  Deno.test(`bundle: an answer with ${what}`, () => {
    const expected = applied === "as it is" ? answer : applied;
    assert.equal(bundledAnswer(answer, OFFERED), expected);
    assert.equal(bundledAnswer(expected, OFFERED), expected, "idempotent");
  });
}

Deno.test("bundle: answers of browsers stay as they are, FreeSWITCH's gets its group", () => {
  for (const answer of Object.values(ANSWERS)) assert.equal(bundledAnswer(answer, OFFERED), answer);
  const { sdp } = STACK_DESCRIPTIONS["FreeSWITCH: an answer without mid"]!;
  const applied = bundledAnswer(sdp, OFFERED);
  assert.match(applied, /^a=group:BUNDLE a\r\nm=audio /m);
  assert.ok(applied.endsWith("a=mid:a\r\n"));
});
