/** R17 for what other stacks send: what is understood is normalised, what is not is left out alone, and what is dangerous is refused. */

import assert from "node:assert/strict";
import { mutated } from "../../tests/support/mutated.ts";
import { fc } from "../../tests/support/packages.ts";
import { ANSWERS, OFFERS, sdp, TRICKLE_OFFER } from "../../tests/support/sdp.ts";
import { STACK_CANDIDATES } from "../../tests/support/stack_candidates.ts";
import { STACK_DESCRIPTIONS } from "../../tests/support/stack_descriptions.ts";
import { type Candidate, candidateProblem, MID, UFRAG } from "./candidate.ts";
import { FrameReader } from "./frames.ts";
import { withholdAddresses } from "./sdp.ts";

fc.configureGlobal({ seed: 14, numRuns: 500 });

const chatId = "chat";
const parse = (message: object) => new FrameReader().read(JSON.stringify(message));
const trickle = (candidate: unknown) => ({ type: "call:ice-candidate", chatId, candidate });
const described = ({ type, sdp }: { type: "offer" | "answer"; sdp: string }) =>
  type === "offer"
    ? { type: "call:initiate", chatId, offer: { type, sdp } }
    : { type: "call:answer", chatId, answer: { type, sdp } };

/** The description of a parsed message. */
function sdpIn(message: object): string {
  const { offer, answer, description } = message as Record<string, { sdp: string } | undefined>;
  return (offer ?? answer ?? description)!.sdp;
}

const lines = (text: string) => text.split(/\r\n|\r|\n/);
const isCandidate = (line: string) => /^a=candidate(?![\w-])/i.test(line);

for (const [name, [sent, verdict]] of Object.entries(STACK_CANDIDATES)) {
  Deno.test(`[R17] candidate of another stack: ${name}`, () => {
    const parsed = parse(trickle(sent));
    if (verdict === "refused") {
      assert.equal(parsed.ok, false);
      assert.match(parsed.refusal.message, /^candidate\./);
    } else if (verdict === "left out") {
      assert.ok(parsed.ok);
      assert.equal(parsed.message, null);
      assert.equal(parsed.dropped?.length, 1);
    } else {
      const forwarded = trickle(verdict === "as it is" ? sent : verdict);
      assert.deepEqual(parsed, { ok: true, message: forwarded });
      assert.equal(JSON.stringify(parsed.message), JSON.stringify(forwarded), "byte for byte");
    }
  });
}

for (const [name, description] of Object.entries(STACK_DESCRIPTIONS)) {
  const { sdp: text, dropped = 0 } = description;
  const usable = (line: string) => !isCandidate(line) || candidateProblem(line.slice(2)) === null;

  Deno.test(`[R17] description of another stack: ${name}`, () => {
    for (const end of ["\r\n", "\n"]) {
      const sent = text.replaceAll("\r\n", end);
      const parsed = parse(described({ ...description, sdp: sent }));
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.equal(sdpIn(parsed.message!), sent.split(end).filter(usable).join(end));
      assert.equal(parsed.dropped?.length ?? 0, dropped);
      assert.doesNotMatch(JSON.stringify(parsed.dropped ?? []), /192\.0\.2|example|fe80/);
    }
  });

  Deno.test(`[R6] no address survives in a description of another stack: ${name}`, () => {
    const parsed = parse(described(description));
    assert.ok(parsed.ok);
    const { sdp: shown, candidates } = withholdAddresses(sdpIn(parsed.message!));
    assert.doesNotMatch(shown, /192\.0\.2\.|198\.51\.100\.|2001:db8|fe80|candidate|example/i);
    for (const candidate of candidates) {
      assert.deepEqual(parse(trickle(candidate)), { ok: true, message: trickle(candidate) });
    }
  });
}

Deno.test("[R17] a candidate that cannot be used is dropped, but its message is refused where more is wrong with it", () => {
  const unusable = { candidate: "hello", sdpMid: "0" };
  assert.equal(parse(trickle(unusable)).ok, true);
  for (const message of [{ ...trickle(unusable), chatId: "no chat" }, { ...trickle(unusable), from: "ann" }]) {
    assert.equal(parse(message).ok, false);
  }
  assert.equal(parse(trickle({ ...unusable, address: "x" })).ok, false);
});

Deno.test("[R17] a blank behind a candidate line goes, and nothing else", () => {
  const line = "a=candidate:1 1 udp 1 192.0.2.2 1 typ host";
  for (const end of ["\r\n", "\n", "\r", ""]) {
    const parsed = parse(described({ type: "offer", sdp: `${TRICKLE_OFFER}${line} ${end}` }));
    assert.ok(parsed.ok);
    assert.equal(sdpIn(parsed.message!), TRICKLE_OFFER + line + end);
    assert.equal(parsed.dropped, undefined);
  }
});

/** What may be forwarded: every candidate in it is one of the protocol. */
function assertUsable(message: object): void {
  if ("candidate" in message) {
    const candidate = message.candidate as Candidate | null;
    if (candidate === null) return;
    assert.ok(candidate.candidate === "" || candidateProblem(candidate.candidate) === null, candidate.candidate);
    const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
    assert.ok(sdpMid === undefined || sdpMid === null || MID.test(sdpMid));
    assert.ok(usernameFragment === undefined || usernameFragment === null || UFRAG.test(usernameFragment));
    assert.ok(candidate.candidate === "" || typeof (sdpMid ?? sdpMLineIndex) !== "undefined");
  } else {
    for (const line of lines(sdpIn(message)).filter(isCandidate)) {
      assert.equal(candidateProblem(line.slice(2)), null, line);
    }
  }
}

/** Asserts that nothing unusable gets through, and that what got through is taken as it is. */
function assertRead(message: object): void {
  const parsed = parse(message);
  if (!parsed.ok || parsed.message === null) return;
  assertUsable(parsed.message);
  assert.deepEqual(parse(parsed.message), { ok: true, message: parsed.message }, "idempotent");
}

const wild = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", " ", "a=", "0", "audio", "abcd", "\r\n"));
const goodLines = Object.values(STACK_CANDIDATES).flatMap(([sent]) => sent?.candidate || []);

Deno.test("[R17] property: no unusable candidate gets through in a message, and reading is idempotent", () => {
  const candidates = fc.record({
    candidate: fc.oneof(mutated(goodLines), fc.constantFrom(...goodLines), wild),
    sdpMid: fc.oneof(wild, fc.constant(null)),
    sdpMLineIndex: fc.oneof(fc.integer({ min: -3, max: 70_000 }), fc.constantFrom(null, 0)),
    usernameFragment: fc.oneof(wild, fc.constant(null)),
  }, { requiredKeys: ["candidate"] });
  fc.assert(fc.property(candidates, (candidate) => assertRead(trickle(candidate))));
});

Deno.test("[R17] property: no unusable candidate gets through in a description, and reading is idempotent", () => {
  const texts = [
    ...Object.values({ ...OFFERS, ...ANSWERS }),
    ...Object.values(STACK_DESCRIPTIONS).map(({ sdp }) => sdp),
  ];
  const more = fc.array(fc.oneof(mutated(goodLines), fc.constantFrom(...goodLines)).map((line) => `a=${line}`), {
    maxLength: 5,
  });
  const end = fc.constantFrom("\r\n", "\n", "\r");
  fc.assert(fc.property(fc.oneof(mutated(texts), fc.constantFrom(...texts)), more, end, (text, more, end) => {
    const sent = text.replaceAll("\r\n", end) + more.map((line) => line + end).join("");
    for (const type of ["offer", "answer"] as const) assertRead(described({ type, sdp: sent }));
    assertRead({ type: "call:negotiate", chatId, description: { type: "offer", sdp: sent } });
  }));
});

Deno.test("[R17] property: what was right already comes through byte for byte", () => {
  const usable = goodLines.filter((line) => candidateProblem(line) === null).map((line) => `a=${line}`);
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(OFFERS)), fc.array(fc.constantFrom(...usable)), (text, more) => {
      const message = described({ type: "offer", sdp: text + sdp(...more) });
      const parsed = parse(message);
      assert.equal(JSON.stringify(parsed), JSON.stringify({ ok: true, message }));
    }),
  );
});
