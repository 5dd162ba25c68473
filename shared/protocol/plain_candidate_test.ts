/** R17: a candidate's frame that is read in one pass is the same to the schema; and what goes on is the text that was checked. */

import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { candidate, relayed } from "../../tests/support/sdp.ts";
import { STACK_CANDIDATES } from "../../tests/support/stack_candidates.ts";
import { PlainCandidates } from "./plain_candidate.ts";
import { FrameReader, parseBySchema, textOf } from "./frames.ts";

/** One frame of a socket that has sent no other. */
const readPlainCandidate = (frame: string) => new PlainCandidates().read(frame);

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

Deno.test("[R17] every frame has the schema's verdict, whatever the socket sent before", () => {
  fc.assert(
    fc.property(fc.array(frames, { minLength: 1, maxLength: 4 }), (sent) => {
      const reader = new FrameReader();
      for (const frame of sent) assert.deepEqual(reader.read(frame), parseBySchema(frame));
    }),
    { numRuns: RUNS / 40, seed: 10 },
  );
});

Deno.test("[R17] a candidate is read in one pass whatever calls the socket had, and whatever came between", () => {
  const reader = new PlainCandidates();
  const [first, second] = ["call-0123456789abc", "call-0123456789abd"].map((callId) =>
    JSON.stringify({ type, chatId, callId, candidate: candidate(1) })
  );
  const other = JSON.stringify({ type, chatId, callId, candidate: firefox(relayed(2)) });
  for (
    const frame of [first!, second!, first!, other, "{}", first!.replace('"sdpMid"', '"sdpMid":"1","sdpMid"'), second!]
  ) {
    const message = reader.read(frame);
    const isPlain = frame.startsWith('{"type"') && frame.split('"sdpMid"').length === 2;
    assert.deepEqual(message && { ok: true, message }, isPlain ? parseBySchema(frame) : null);
  }
});

Deno.test("[R17] IPv6 addresses are the schema's", () => {
  const groups = fc.array(fc.constantFrom("0", "1", "ab", "2001", "ffff", "", "10000", "g", "1.2.3.4"), {
    maxLength: 10,
  });
  let plain = 0;
  fc.assert(
    fc.property(groups, (some) => {
      const line = candidate(1).candidate!.replace(/ \S+ (?=\d+ typ)/, ` ${some.join(":")} `);
      const frame = JSON.stringify({ type, chatId, callId, candidate: { ...candidate(1), candidate: line } });
      const message = readPlainCandidate(frame);
      const judged = parseBySchema(frame);
      if (message !== null) assert.deepEqual({ ok: true, message }, judged);
      if (message !== null) plain++;
      // Only those with an IPv4 address in them are left to the schema where they are good.
      else assert.ok(judged.ok === false || judged.message === null || some.includes("1.2.3.4"), line);
    }),
    { numRuns: RUNS / 4, seed: 11 },
  );
  assert.ok(plain > RUNS / 400, `${plain} were read in one pass`);
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
    assert.deepEqual(new FrameReader().read(frame), parseBySchema(frame));
  });
}
