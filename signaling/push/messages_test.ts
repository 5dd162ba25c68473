/** Facts of calls × subscriptions → messages: the table of rule R21. */

import assert from "node:assert/strict";
import type { Fact } from "../call/facts.ts";
import { messagesOf, newsOf, type RungCall } from "./messages.ts";
import type { Subscription } from "./subscriptions.ts";

const NOW = 1_700_000_000_000;
const CALL = "call-0123456789abcdef";
const call = { chatId: "chat", callId: CALL, media: "video" } as const;
const ann = { user: "ann", device: "laptop", name: "Ann" };
const bob = { user: "bob", device: "phone", name: "Bob" };
const rung: RungCall = { call, caller: ann, callee: "bob", until: NOW + 30_000 };
const browser = (n: number, locale: "en" | "ru" = "en"): Subscription => ({
  endpoint: `https://push.example/${n}`,
  p256dh: `key-${n}`,
  auth: `secret-${n}`,
  locale,
  at: NOW,
});

const placed: Fact = { type: "placed", call, caller: ann, callee: "bob", calleeName: "Bob" };
const missed = (reason: (Fact & { type: "missed" })["reason"]): Fact => {
  return { type: "missed", call, caller: ann, callee: "bob", reason };
};
const ended = (outcome: (Fact & { type: "ended" })["outcome"]): Fact => ({ type: "ended", call, outcome, by: null });

/** What happens, whether the call rings by then, and what a browser is told: state, title, seconds, urgency. */
const TABLE: readonly [what: string, fact: Fact, rings: boolean, told: readonly unknown[] | null][] = [
  ["it rings", placed, true, ["ringing", "Ann called", 30, "high"]],
  ["nobody answered", missed("timeout"), true, ["missed", "Missed video call from Ann", 86_400, "normal"]],
  ["cancelled", missed("cancelled"), true, ["missed", "Missed video call from Ann", 86_400, "normal"]],
  ["a device says that its user is busy", missed("busy"), true, [
    "missed",
    "Missed video call from Ann",
    86_400,
    "normal",
  ]],
  ["nobody was reached", missed("offline"), true, null],
  ["in another call: it never rang", missed("busy"), false, null],
  ["nobody there: it never rang", missed("offline"), false, null],
  ["answered by a device", { type: "answered", call, callee: bob }, true, ["over", "Ann called", 60, "high"]],
  ["declined by a device", ended("declined"), true, ["over", "Ann called", 60, "high"]],
  ["it could not be", ended("incompatible"), true, ["over", "Ann called", 60, "high"]],
  ["the server leaves", ended("shutdown"), true, ["over", "Ann called", 60, "high"]],
  ["hung up, after it was answered", ended("hangup"), false, null],
  ["a device rings", { type: "ringing", call, device: bob }, true, null],
  ["a device cannot", { type: "unable", call, device: bob, reason: "unsupported" }, true, null],
  ["the caller's socket is gone", { type: "away", call, side: "caller" }, true, null],
  ["it outlived the server", { type: "resumed", call, side: "caller", party: ann }, false, null],
];

for (const [what, fact, rings, told] of TABLE) {
  Deno.test(`push: [R21] ${what}: ${told === null ? "nothing" : told[0]}`, () => {
    const news = newsOf(fact, rings ? rung : undefined);
    const messages = news === null ? [] : messagesOf(news, [browser(1)], NOW);
    const said = messages.map(({ data, ttl, urgency }) => [data.state, data.title, ttl, urgency]);
    assert.deepEqual(said, told === null ? [] : [told]);
  });
}

Deno.test("push: [R21] each browser is told once, in its language, for the time left, and by one topic for a call", () => {
  const ringing = newsOf(placed, rung)!;
  const messages = messagesOf(ringing, [browser(1), browser(2, "ru")], NOW + 10_500);
  const topic = messages[0]!.topic;
  assert.deepEqual(
    messages,
    [1, 2].map((n) => ({
      endpoint: `https://push.example/${n}`,
      keys: { p256dh: `key-${n}`, auth: `secret-${n}` },
      ttl: 20,
      urgency: "high",
      topic,
      data: { state: "ringing", chatId: "chat", callId: CALL, title: n === 1 ? "Ann called" : "Входящий: Ann" },
    })),
  );
  assert.match(topic, /^[A-Za-z0-9_-]{32}$/, "RFC 8030, section 5.4");
  assert.equal(messagesOf(newsOf(missed("cancelled"), rung)!, [browser(1)], NOW)[0]!.topic, topic);
  const another = { ...rung, call: { ...call, callId: `${CALL}-2` } };
  assert.notEqual(messagesOf(newsOf(placed, another)!, [browser(1)], NOW)[0]!.topic, topic);
});

Deno.test("push: [R21] nobody is told that a call rings whose time is over", () => {
  assert.deepEqual(messagesOf(newsOf(placed, rung)!, [browser(1)], rung.until), []);
  assert.deepEqual(messagesOf(newsOf(placed, rung)!, [browser(1)], rung.until - 1)[0]!.ttl, 1);
});
