import assert from "node:assert/strict";
import { type Need, type Needs, needsAfter, type NeedsEvent, verdictOn } from "./negotiation.ts";

const needs = (due: readonly Need[], offered: readonly Need[] = []): Needs => ({ due, offered });

const BOTH: readonly Need[] = ["restart", "codecs"];

/** Before, what happens, and after. */
const TABLE: readonly (readonly [Needs, NeedsEvent, Needs])[] = [
  [needs([]), { type: "need", need: "restart" }, needs(["restart"])],
  [needs(["restart"]), { type: "need", need: "restart" }, needs(["restart"])],
  [needs(["restart"]), { type: "need", need: "codecs" }, needs(BOTH)],
  [needs([], ["restart"]), { type: "need", need: "restart" }, needs(["restart"], ["restart"])],

  [needs([]), { type: "offered" }, needs([])],
  [needs(BOTH), { type: "offered" }, needs([], BOTH)],

  [needs([], BOTH), { type: "answered" }, needs([])],
  [needs(["codecs"], ["restart"]), { type: "answered" }, needs(["codecs"])],

  [needs([]), { type: "gave-way", isRestart: false }, needs([])],
  [needs([]), { type: "gave-way", isRestart: true }, needs([])],
  [needs(["restart"]), { type: "gave-way", isRestart: false }, needs(["restart"])],
  [needs(["codecs"]), { type: "gave-way", isRestart: true }, needs(["codecs"])],
  [needs([], ["restart"]), { type: "gave-way", isRestart: false }, needs(["restart"])],
  [needs([], ["restart"]), { type: "gave-way", isRestart: true }, needs([])],
  [needs([], ["codecs"]), { type: "gave-way", isRestart: false }, needs(["codecs"])],
  [needs([], ["channels"]), { type: "gave-way", isRestart: true }, needs(["channels"])],
  [needs([], BOTH), { type: "gave-way", isRestart: true }, needs(["codecs"])],
  [needs(["restart"], ["restart"]), { type: "gave-way", isRestart: false }, needs(["restart"])],
];

for (const [before, event, after] of TABLE) {
  const words = [JSON.stringify(before), JSON.stringify(event)].map((text) => text.replaceAll('"', ""));
  Deno.test(`negotiation: ${words.join(", then ")}`, () => assert.deepEqual(needsAfter(before, event), after));
}

Deno.test("negotiation: who gives way, and which answers count", () => {
  const states = [
    "stable",
    "have-local-offer",
    "have-remote-offer",
    "have-local-pranswer",
    "have-remote-pranswer",
    "closed",
  ] as const;
  const verdicts = (type: "offer" | "answer", isPolite: boolean) =>
    states.map((state) => verdictOn(type, state, isPolite)).join();
  assert.equal(verdicts("offer", true), "answer,answer,answer,answer,answer,answer");
  assert.equal(verdicts("offer", false), "answer,ignore,ignore,ignore,ignore,ignore");
  for (const isPolite of [true, false]) {
    assert.equal(verdicts("answer", isPolite), "ignore,apply,ignore,ignore,ignore,ignore");
  }
});
