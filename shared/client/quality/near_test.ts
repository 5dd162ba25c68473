/** The way to the server, by pings over a network that is told how late to be. */

import assert from "node:assert/strict";
import { Near } from "./near.ts";

/** Looks every other second; each ping takes as long as the network says then, and is not answered where that is `null`. */
function scene() {
  let now = 0;
  let answerAt: number | null = null;
  let tookMs: number | null = 30;
  let pings = 0;
  const signal = {
    pongAt: 0,
    sendNow: () => {
      pings++;
      answerAt = tookMs === null ? null : now + tookMs;
    },
  };
  const near = new Near(signal, () => now);
  const seconds = (count: number, isWanted: boolean, network: number | null = 30) => {
    tookMs = network;
    let verdict: boolean | null = null;
    for (let n = 0; n < count; n += 2) {
      verdict = near.look(isWanted);
      now += 2_000;
      if (answerAt !== null && answerAt <= now) signal.pongAt = answerAt;
    }
    return verdict;
  };
  return { seconds, pings: () => pings };
}

Deno.test("near: where all is well the server is pinged once, and nothing is known of now", () => {
  const { seconds, pings } = scene();
  assert.equal(seconds(60, false), null);
  assert.equal(pings(), 1);
});

for (
  const [name, tookMs, isBad] of [
    ["as quick as before", 30, false],
    ["somewhat later", 120, false],
    ["later by a lost packet", 260, true],
    ["behind a long queue", 1_900, true],
    ["not answered", null, true],
  ] as const
) {
  Deno.test(`near: ${name}: ${isBad ? "bad" : "well"}, for as long as that is wanted`, () => {
    const { seconds, pings } = scene();
    seconds(10, false);
    const before = pings();
    assert.equal(seconds(9, true, tookMs), isBad);
    assert.ok(pings() - before <= 6);
    assert.equal(seconds(20, true, 30), isBad, "nothing waits there any more");
    assert.equal(seconds(2, false), null);
    assert.equal(seconds(8, true), false);
  });
}

Deno.test("near: a server that is far away is no bad way there", () => {
  const { seconds } = scene();
  seconds(5, false, 400);
  assert.equal(seconds(9, true, 450), false);
});

Deno.test("near: one late answer is a busy page's, two in a while are the network's", () => {
  for (const [pause, isBad] of [[2, true], [20, false]] as const) {
    const { seconds } = scene();
    seconds(10, false);
    seconds(4, true);
    seconds(2, true, 300);
    assert.notEqual(seconds(pause, true), true);
    seconds(2, true, 300);
    assert.equal(seconds(2, true) === true, isBad, `${pause} s between them`);
  }
});
