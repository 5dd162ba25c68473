import assert from "node:assert/strict";
import { keepBest, rankOf, worthOf } from "./best_candidates.ts";
import type { Candidate } from "./candidate.ts";

const of = (type: string, priority: number, more = ""): Candidate => ({
  candidate: `candidate:1 1 udp ${priority} 192.0.2.1 5000 typ ${type}${more}`,
});

for (
  const [what, candidate, rank] of [
    ["a host", of("host", 2_122_063_615), 0],
    ["a host behind an mDNS name", { candidate: "candidate:1 1 UDP 1 a-b-c.local 9 typ host tcptype active" }, 0],
    ["a server reflexive one", of("srflx", 1_685_855_999, " raddr 192.0.2.7 rport 5000"), 1],
    ["a peer reflexive one", of("prflx", 1_845_494_271), 1],
    ["a relayed one", of("relay", 41_819_903, " raddr 203.0.113.1 rport 3478"), 2],
    ["a relayed one in capitals", { candidate: "CANDIDATE:1 1 UDP 1 192.0.2.1 9 TYP RELAY" }, 2],
    ["the end of candidates", null, 2],
    ["the end of candidates, in words", { candidate: "" }, 2],
    ["what is no candidate", { candidate: "candidate:nonsense" }, 0],
  ] as const
) {
  Deno.test(`best candidates: [R18] ${what} has the rank ${rank}`, () => assert.equal(rankOf(candidate), rank));
}

Deno.test("best candidates: [R18] the end is worth most, then relayed, reflexive and host ones by their priority", () => {
  const falling = [
    null,
    of("relay", 9),
    of("relay", 1),
    of("srflx", 5),
    of("prflx", 4),
    of("host", 2 ** 31 - 1),
    of("host", 1),
  ];
  const worths = falling.map(worthOf);
  assert.deepEqual(worths, worths.toSorted((a, b) => b - a));
  assert.equal(new Set(worths).size, worths.length);
});

Deno.test("best candidates: [R18] over the limit the newest of those worth least goes, and the order stays", () => {
  const keep = (...items: number[]) => keepBest(items, 3, (item) => Math.floor(item));
  assert.deepEqual(keep(2, 1), [2, 1]);
  assert.deepEqual(keep(2, 1, 3), [2, 1, 3]);
  assert.deepEqual(keep(2, 1, 3, 2), [2, 3, 2]);
  assert.deepEqual(keep(1.1, 1.2, 3, 1.3), [1.1, 1.2, 3], "the new one, where it is no better");
});

Deno.test("best candidates: [R18] of any crowd the best are kept, one at a time", () => {
  const crowd = Array.from(
    { length: 130 },
    (_, n) => n === 70 ? null : n % 40 === 39 ? of("relay", n) : of("host", n + 1),
  );
  let kept: readonly (Candidate | null)[] = [];
  for (const one of crowd) kept = keepBest([...kept, one], 8, worthOf);
  assert.equal(kept.length, 8);
  for (const one of crowd) if (rankOf(one) === 2) assert.ok(kept.includes(one));
  assert.deepEqual(kept, crowd.filter((one) => kept.includes(one)), "in the order they came in");
});
