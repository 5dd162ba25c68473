import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { mutated } from "../../tests/support/mutated.ts";
import {
  ANSWERS,
  CHROMIUM_OFFER,
  FIREFOX_OFFER,
  OFFERS,
  sdp,
  SESSION_LEVEL_OFFER,
  TRICKLE_OFFER,
  WERIFT_OFFER,
} from "../../tests/support/sdp.ts";
import { descriptionProblem, withUsableCandidates } from "./sdp.ts";

fc.configureGlobal({ seed: 17, numRuns: 300 });

for (const [name, text] of Object.entries({ ...OFFERS, ...ANSWERS })) {
  Deno.test(`[R17] description accepted: ${name}`, () => assert.equal(descriptionProblem(text), null));
  Deno.test(`[R17] description accepted with LF line ends: ${name}`, () => {
    assert.equal(descriptionProblem(text.replaceAll("\r\n", "\n")), null);
  });
}

/** Without the lines that start so. */
const without = (text: string, start: string) =>
  sdp(...text.split("\r\n").filter((line) => line !== "" && !line.startsWith(start)));
const without2nd = (text: string, start: string) => {
  const at = text.indexOf(start, text.indexOf(start) + 1);
  return text.slice(0, at) + text.slice(text.indexOf("\r\n", at) + 2);
};
const ungrouped = without(TRICKLE_OFFER, "a=group:");

const badDescriptions: Record<string, string> = {
  "empty": "",
  "not SDP": "hello",
  "no v=": without(CHROMIUM_OFFER, "v="),
  "v=1": CHROMIUM_OFFER.replace("v=0", "v=1"),
  "v=01": CHROMIUM_OFFER.replace("v=0", "v=01"),
  "only v=": "v=0\r\n",
  "a blank before v=": " " + CHROMIUM_OFFER,
  "no m=": CHROMIUM_OFFER.slice(0, CHROMIUM_OFFER.indexOf("m=")),
  "no a=ice-ufrag": without(CHROMIUM_OFFER, "a=ice-ufrag"),
  "no a=ice-pwd": without(CHROMIUM_OFFER, "a=ice-pwd"),
  "no a=fingerprint": without(CHROMIUM_OFFER, "a=fingerprint"),
  "no a=fingerprint for the session (Firefox)": without(FIREFOX_OFFER, "a=fingerprint"),
  "no a=ice-ufrag in an unbundled section": without2nd(ungrouped, "a=ice-ufrag"),
  "no a=ice-pwd in an unbundled section": without2nd(ungrouped, "a=ice-pwd"),
  "no a=fingerprint in an unbundled section": without2nd(ungrouped, "a=fingerprint"),
  "no a=rtcp-mux": without(CHROMIUM_OFFER, "a=rtcp-mux"),
  "no a=rtcp-mux, and no bundle": without(SESSION_LEVEL_OFFER, "a=rtcp-mux"),
  "no a=rtcp-mux in an unbundled section": without2nd(ungrouped, "a=rtcp-mux"),
  "something like a=rtcp-mux": CHROMIUM_OFFER.replaceAll("a=rtcp-mux\r\n", "a=rtcp-muxed\r\n"),
  "the attribute without a value": TRICKLE_OFFER.replaceAll(/a=ice-ufrag:.*\r\n/g, "a=ice-ufrag\r\n"),
  "NUL": TRICKLE_OFFER.replace("s=-", "s=\0"),
  "tab": TRICKLE_OFFER.replace("s=-", "s=\t"),
  "escape": TRICKLE_OFFER.replace("s=-", "s=\x1b[2J"),
  "DEL": TRICKLE_OFFER.replace("s=-", "s=\x7f"),
  "C1": TRICKLE_OFFER.replace("s=-", "s=\x85"),
  "over 48 KiB": TRICKLE_OFFER + sdp(`a=x:${"y".repeat(48 * 1024 - TRICKLE_OFFER.length - 5)}`),
  "over 48 KiB in two-byte letters": TRICKLE_OFFER + sdp(`a=x:${"ж".repeat(24 * 1024)}`),
  "a line that is not SDP": TRICKLE_OFFER + "hello\r\n",
  "a line that starts with a blank": TRICKLE_OFFER + " a=candidate:1 1 udp 1 192.0.2.2 1 typ host\r\n",
};

for (const [name, text] of Object.entries(badDescriptions)) {
  Deno.test(`[R17] description refused: ${name}`, () => {
    const problem = descriptionProblem(text);
    assert.ok(problem, "it was accepted");
    assert.ok(!problem.includes("hello"), problem);
  });
}

Deno.test("[R17] description accepted: a=rtcp-mux from the bundle, from a=rtcp-mux-only, and none where there is no RTP", () => {
  assert.equal(descriptionProblem(without2nd(TRICKLE_OFFER, "a=rtcp-mux")), null);
  assert.equal(descriptionProblem(ungrouped.replaceAll("a=rtcp-mux\r\n", "a=rtcp-mux-only\r\n")), null);
  assert.equal(descriptionProblem(without(WERIFT_OFFER, "a=group:")), null);
  assert.equal(descriptionProblem(ungrouped.replaceAll("a=mid:", "a=x-mid:")), null, "nor BUNDLE and mid");
});

Deno.test("[R17] description refused: ICE credentials and a fingerprint that are there but empty", () => {
  for (const attribute of ["ice-ufrag", "ice-pwd", "fingerprint"]) {
    const text = TRICKLE_OFFER.replaceAll(new RegExp(`a=${attribute}:.*`, "g"), `a=${attribute}:`);
    assert.ok(descriptionProblem(text), attribute);
  }
});

Deno.test("[R17] description accepted: 48 KiB", () => {
  const text = TRICKLE_OFFER + sdp(`a=x:${"y".repeat(48 * 1024 - TRICKLE_OFFER.length - 6)}`);
  assert.equal(text.length, 48 * 1024);
  assert.equal(descriptionProblem(text), null);
});

Deno.test("[R17] a mutated description is judged, never thrown at", () => {
  fc.assert(fc.property(mutated(Object.values(OFFERS)), (text) => {
    const problem = descriptionProblem(text);
    assert.ok(problem === null || problem.length > 0);
  }));
});

Deno.test("[R17] a hostile description is judged quickly, and read quickly", () => {
  const hostile = [
    "m=a 9 x\r\n".repeat(5000),
    "a=group:BUNDLE 0 1 2 3\r\n".repeat(1800) + "m=a 9 x\r\na=mid:9\r\n".repeat(100),
    `a=group:BUNDLE ${"0 ".repeat(15_000)}\r\n` + "m=a 9 x\r\na=mid:9\r\n".repeat(700),
    "\r\n".repeat(24_000),
    "a=candidate:1 1 udp 1 1.1.1.1 1 typ host x y\r\n".repeat(1000),
    "a=candidate\r".repeat(4_000),
    "a=candidate:1 1 udp 1 1.1.1.1 1 typ host" + " x".repeat(20_000),
    `a=candidate:${"1".repeat(30_000)}`,
    "a=candidate:" + " ".repeat(40_000) + "x",
    "a=x" + "a=candidate".repeat(4_000),
  ];
  for (const body of hostile) {
    const text = ("v=0\r\na=ice-ufrag:abcd\r\n" + body + "m=b 9 x\r\na=mid:b\r\na=ice-pwd:x\r\n").slice(0, 48 * 1024);
    const start = performance.now();
    descriptionProblem(text);
    withUsableCandidates(text);
    const took = performance.now() - start;
    assert.ok(took < 500, `${took} ms for ${JSON.stringify(body.slice(0, 40))}`);
  }
});

Deno.test("[R17] a description made to be slow is judged quickly", () => {
  const hostile = (lines: number, sections: number) =>
    ["v=0", ...Array(lines).fill("a="), ...Array(sections).fill("m=a 9\r\na=mid:1"), "a=ice-ufrag:abcd", ""].join(
      "\r\n",
    );
  for (const [lines, sections] of [[4_500, 1_500], [11_000, 31], [100, 2_500]] as const) {
    const sdp = hostile(lines, sections);
    assert.ok(sdp.length < 48 * 1024, `${sdp.length}`);
    const start = performance.now();
    assert.notEqual(descriptionProblem(sdp), null);
    const took = performance.now() - start;
    assert.ok(took < 250, `${took} ms for ${lines} lines and ${sections} sections`);
  }
});
