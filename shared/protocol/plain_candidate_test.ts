/** R17: a candidate's frame that is read in one pass is the same to the schema; and what goes on is the text that was checked. */

import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { candidate, relayed } from "../../tests/support/sdp.ts";
import { STACK_CANDIDATES } from "../../tests/support/stack_candidates.ts";
import { readPlainCandidate } from "./plain_candidate.ts";
import { parseBySchema, parseClientMessage, textOf } from "./frames.ts";

const chatId = "chat";
const callId = "call-0123456789abc";
const type = "call:ice-candidate";

/** How often the two are compared: a few seconds of it. */
const RUNS = Number(Deno.env.get("ZVONOK_PLAIN_RUNS") ?? 200_000);

const firefox = ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidateInit) => ({
  candidate,
  sdpMLineIndex,
  sdpMid,
  usernameFragment,
});
const byBrowsers = [candidate(1), relayed(2), firefox(candidate(3)), firefox(relayed(4))].flatMap((one) => [
  JSON.stringify({ type, chatId, callId, candidate: one }),
  JSON.stringify({ chatId, callId, type, candidate: one }),
]);
const byOthers = Object.values(STACK_CANDIDATES).map(([candidate]) =>
  JSON.stringify({ type, chatId, callId, candidate })
);

/** What makes a frame another one, or none, in a way that a hasty reader would miss. */
const PIECES = [
  ...[
    '"',
    "\\",
    "\\u0022",
    "\\n",
    "{",
    "}",
    ",",
    ":",
    " ",
    "\t",
    "\n",
    "\r",
    "\u2028",
    "é",
    "\u{1F600}",
    "\ud800",
    "\x7f",
  ],
  ...[
    "0",
    "-",
    "1",
    "65536",
    "00",
    "1e1",
    ".5",
    "null",
    "true",
    "[]",
    "",
    "a=",
    "%",
    "typ",
    "raddr",
    "end-of-candidates",
  ],
  ...['"sdpMid":"1",', ',"sdpMid":"1"', ',"candidate":null', '"candidate":"",', ',"chatId":"other"', ',"__proto__":{}'],
  ...['"type":"ping",', ',"extra":1', ',"sdpMLineIndex":1', ',"usernameFragment":""', "x".repeat(1100), "host.example"],
] as const;

const frames = fc.tuple(
  fc.constantFrom(...byBrowsers, ...byBrowsers, ...byOthers),
  fc.array(fc.tuple(fc.nat(400), fc.constantFrom(0, 0, 0, 1, 2, 7), fc.constantFrom(...PIECES)), { maxLength: 2 }),
).map(([frame, edits]) =>
  edits.reduce(
    (text, [at, cut, piece]) => text.slice(0, at % text.length) + piece + text.slice(at % text.length + cut),
    frame,
  )
);

Deno.test("[R17] browsers' candidates are read in one pass, and go on as they came", () => {
  for (const frame of byBrowsers) {
    const message = readPlainCandidate(frame);
    assert.ok(message !== null, frame);
    assert.deepEqual({ ok: true, message }, parseBySchema(frame));
    const { candidate } = JSON.parse(frame);
    // Byte for byte but for the order of what surrounds it.
    assert.equal(textOf(message), JSON.stringify({ type, chatId, callId, candidate }));
    // The server says in whose call it is, whatever the client wrote.
    assert.equal(
      textOf({ ...message, callId: "another-call-0123" }),
      JSON.stringify({ type, chatId, callId: "another-call-0123", candidate }),
    );
  }
});

Deno.test("[R17] what is read in one pass is the same to the schema, and is sent on as it was read", () => {
  let plain = 0;
  fc.assert(
    fc.property(frames, (frame) => {
      const message = readPlainCandidate(frame);
      if (message === null) return;
      plain++;
      assert.deepEqual({ ok: true, message }, parseBySchema(frame));
      assert.deepEqual(JSON.parse(textOf(message)), JSON.parse(frame));
      assert.equal(textOf(message).length, frame.length);
    }),
    { numRuns: RUNS, seed: 9 },
  );
  assert.ok(plain > RUNS / 10, `${plain} of ${RUNS} were read in one pass`);
});

Deno.test("[R17] every frame has the schema's verdict", () => {
  fc.assert(
    fc.property(frames, (frame) => assert.deepEqual(parseClientMessage(frame), parseBySchema(frame))),
    { numRuns: RUNS / 20, seed: 10 },
  );
});

for (
  const [name, frame] of Object.entries({
    "a key twice": byBrowsers[0]!.replace('"sdpMid"', '"sdpMid":"1","sdpMid"'),
    "a candidate twice": byBrowsers[0]!.replace(/\}$/, ',"candidate":null}'),
    "an escape": byBrowsers[0]!.replace("udp", "\\u0075dp"),
    "a blank": byBrowsers[0]!.replace(",", ", "),
    "no section": JSON.stringify({ type, chatId, callId, candidate: { candidate: candidate(1).candidate } }),
    "no call": JSON.stringify({ type, chatId, candidate: candidate(1) }),
    "an index too large": byBrowsers[0]!.replace('"sdpMLineIndex":0', '"sdpMLineIndex":65536'),
  })
) {
  Deno.test(`[R17] the schema judges a candidate's frame with ${name}`, () => {
    assert.equal(readPlainCandidate(frame), null);
    assert.deepEqual(parseClientMessage(frame), parseBySchema(frame));
  });
}
