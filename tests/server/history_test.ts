/** The check of a history of calls takes what can have been so, and nothing else: else what it says of the product says nothing. */

import assert from "node:assert/strict";
import { History, named } from "../support/history/history.ts";
import { linearize } from "../support/history/linearizable.ts";
import { answer } from "../support/wire.ts";

/** What devices say (`>`) and are told (`<`) in one chat, a millisecond apart: by whom, what, of which call; `…` is the store's loss. */
function historyOf(script: string): History {
  const history = new History();
  let at = 0;
  for (const line of script.split(";").map((line) => line.trim())) {
    at++;
    const [by = "", way, type, callId, more] = line.split(" ");

    const about = { type: `call:${type}`, chatId: "chat", ...(callId === undefined ? {} : { callId }) };
    const text = (body: object) => JSON.stringify({ ...about, ...body });
    if (by === "…") history.lost(at, at);
    else if (way === ">") history.sent(by, text(type === "answer" ? { answer: named(answer, by) } : {}), at);
    else if (type === "answer") history.heard(by, JSON.parse(text({ answer: named(answer, more!) })), at);
    else history.heard(by, JSON.parse(text(more === undefined ? {} : { reason: more })), at);
  }
  return history;
}

const RINGS = "ann > initiate one; bob < offer one; eva < offer one";
const ANSWERED = `${RINGS}; bob > answer one; ann < answer one bob`;

const GOOD: Record<string, string> = {
  "one answers and hangs up": `${ANSWERED}; bob > end one; ann < end one hangup`,
  "two answer, the second one first": `${RINGS}; bob > answer one; eva > answer one; ann < answer one eva;
    bob < end one answered-elsewhere`,
  "an answer that nobody heard of comes before the end":
    `${RINGS}; bob > answer one; ann > end one; bob < end one hangup`,
  "hang-ups that cross": `${ANSWERED}; bob > end one; ann > end one; bob < end one hangup`,
  "declined on one device": `${RINGS}; bob > reject one; eva < end one rejected-elsewhere; ann < rejected one declined`,
  "another call after it": `${ANSWERED}; bob > end one; ann < end one hangup; bob > initiate two; ann < offer two`,
  "another call after one whose end nobody heard": `${RINGS}; ann > initiate two; bob < offer two`,
  "a call that lives on after all was lost": `${ANSWERED}; … ; bob > end one; ann < end one hangup`,
  "what rang is gone with all": `${RINGS}; … ; ann > initiate two; bob < offer two`,
  "over, and taken up by one who had not heard of it": `${ANSWERED}; bob > end one; ann < end one hangup;
    bob > resume one; bob < end one connection-lost`,
  "an end is told late": `${ANSWERED}; bob > end one; ann > initiate two; bob < offer two; ann < end one hangup`,
};

const BAD: Record<string, string> = {
  "two winners": `${ANSWERED}; eva > answer one; ann < answer one eva`,
  "a winner who is told that another one answered": `${ANSWERED}; bob < end one answered-elsewhere`,
  "a winner who answered after somebody was told of another": `${RINGS}; eva > answer one;
    eva < end one answered-elsewhere; bob > answer one; ann < answer one bob`,
  "an answer after the end": `${RINGS}; ann > end one; bob < end one cancelled; bob > answer one; ann < answer one bob`,
  "cancelled, and answered before": `${ANSWERED}; ann > end one; bob < end one cancelled`,
  "two ends": `${ANSWERED}; bob > end one; ann < end one hangup; ann < end one connection-lost`,
  "an end that nobody said": `${ANSWERED}; ann < end one hangup`,
  "hung up before it was answered": `${RINGS}; bob > end one; ann < end one hangup`,
  "two calls at once": `${ANSWERED}; ann > initiate two; bob < offer two; bob > end one; ann < end one hangup`,
  "two calls that ring at once": `ann > initiate one; bob > initiate two; bob < offer one; ann < offer two;
    bob > answer one; ann < answer one bob; ann > answer two; bob < answer two ann`,
  "a call that nobody placed": "bob < offer one",
  "an answer that nobody gave": `${RINGS}; ann < answer one bob`,
  "an answer after all was lost": `${RINGS}; … ; bob > answer one; ann < answer one bob`,
};

Deno.test.each(Object.entries(GOOD))("history: %s: it can have been so", (_, script) => {
  assert.deepEqual(historyOf(script).faults(), []);
});

Deno.test.each(Object.entries(BAD))("history: %s: it cannot have been so", (_, script) => {
  assert.notDeepEqual(historyOf(script).faults(), []);
});

Deno.test("linearize: what was over before another one began comes before it, whatever was seen of both", () => {
  type Does = { readonly write?: number; readonly read?: number };
  const register = {
    start: 0,
    apply: (value: number, { write, read = value }: Does) => write ?? (read === value ? value : null),
    keyOf: String,
  };
  const written = { does: { write: 1 }, from: 1, until: 2 };
  const orderOf = (from: number, until: number, read: number) =>
    "order" in linearize<number, Does>([written, { does: { read }, from, until }], register);
  assert.deepEqual([orderOf(1, 3, 0), orderOf(1, 3, 1), orderOf(3, 4, 1)], [true, true, true]);
  assert.deepEqual([orderOf(3, 4, 0), orderOf(0, 0.5, 1), orderOf(1, 3, 2)], [false, false, false]);
});
