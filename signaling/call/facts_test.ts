/** What whoever counts, reports or stores is told of whole calls: the facts, in order, and nothing twice. */

import assert from "node:assert/strict";
import type { OmitEach } from "../../shared/omit_each.ts";
import { advance } from "./advance.ts";
import type { Fact } from "./facts.ts";
import { type CallEvent, type ChatCalls, type InCallMessage, NO_CALLS } from "./state.ts";

const RULES = { ringTimeoutMs: 30_000, graceMs: 20_000 };
const call = { chatId: "chat", callId: "call-0123456789abcdef" };
const sdp = "v=0\r\nm=audio 9 RTP/AVP 0";
const ann = { user: "ann", device: "laptop", name: "ANN" };
const phone = { user: "bob", device: "phone", name: "BOB" };
const tablet = { user: "bob", device: "tablet", name: "BOB" };

type Untimed = OmitEach<CallEvent, "now"> & { at?: number };

const initiate = (busy = false, there = true): Untimed => ({
  type: "initiate",
  from: ann,
  name: ann.name,
  message: { type: "call:initiate", ...call, offer: { type: "offer", sdp } },
  callId: call.callId,
  callee: "bob",
  calleeName: "BOB",
  devices: there ? [phone, tablet].map(({ device }) => ({ device, connected: true })) : [],
  callerBusy: false,
  calleeBusy: busy,
  push: false,
});
type Body = OmitEach<InCallMessage, "chatId" | "callId">;
const say = (from: typeof ann, body: Body): Untimed => ({
  type: "message",
  from,
  message: { ...call, ...body } as InCallMessage,
});
const resume = (from: typeof ann, role: "caller" | "callee"): Untimed => ({
  type: "resume",
  from,
  message: { type: "call:resume", ...call, role },
  busy: false,
  isRecovering: true,
});
const answer = say(phone, { type: "call:answer", answer: { type: "answer", sdp } });
const rings = say(phone, { type: "call:ringing" });
const end = (from: typeof ann) => say(from, { type: "call:end" });
const later: Untimed = { type: "tick", at: 60_000 };
const drop = (from: typeof ann): Untimed => ({ type: "drop", from, graceMs: RULES.graceMs });
const back = (from: typeof ann, reloaded = false): Untimed => ({ type: "connect", from, reloaded });

const rows: [name: string, events: Untimed[], facts: string[]][] = [
  ["answered and hung up", [initiate(), rings, answer, end(ann), end(phone)], [
    "placed",
    "ringing bob.phone",
    "answered bob.phone",
    "ended hangup by ann.laptop",
  ]],
  ["two devices answer", [
    initiate(),
    answer,
    say(tablet, { type: "call:answer", answer: { type: "answer", sdp } }),
    later,
  ], ["placed", "answered bob.phone"]],
  ["nobody answers", [initiate(), later, later], ["placed", "missed timeout", "ended timeout"]],
  ["cancelled", [initiate(), end(ann), later], ["placed", "missed cancelled", "ended cancelled by ann.laptop"]],
  ["declined", [initiate(), say(tablet, { type: "call:reject" })], ["placed", "ended declined by bob.tablet"]],
  ["declined as busy", [initiate(), say(tablet, { type: "call:reject", reason: "busy" })], [
    "placed",
    "missed busy",
    "ended busy by bob.tablet",
  ]],
  ["nobody there", [initiate(false, false), initiate(false, false)], [
    "unreachable offline",
    "missed offline",
  ]],
  ["in another call", [initiate(true)], ["unreachable busy", "missed busy"]],
  ["no device can take it", [
    initiate(),
    say(phone, { type: "call:end", reason: "unsupported" }),
    say(tablet, { type: "call:end", reason: "incompatible" }),
  ], ["placed", "unable unsupported bob.phone", "unable incompatible bob.tablet", "ended incompatible by bob.tablet"]],
  ["a socket that comes back, a reload, and one that does not come", [
    initiate(),
    answer,
    drop(phone),
    back(phone),
    back(ann, true),
    drop(ann),
    later,
  ], ["placed", "answered bob.phone", "away callee", "back callee", "away caller", "ended connection-lost"]],
  ["a member leaves", [initiate(), answer, { type: "leave", user: "bob" }], [
    "placed",
    "answered bob.phone",
    "ended failed",
  ]],
  ["the server leaves while it rings", [initiate(), { type: "shutdown" }], ["placed", "ended shutdown"]],
  ["the server leaves a call", [initiate(), answer, { type: "shutdown" }], ["placed", "answered bob.phone"]],
  ["a call that outlived the server", [
    resume(phone, "callee"),
    resume(ann, "caller"),
    resume(ann, "caller"),
    end(phone),
  ], [
    "resumed callee",
    "rejoined caller",
    "ended hangup by bob.phone",
  ]],
  ["hung up instead of resumed", [resume(ann, "caller"), end(phone)], ["resumed caller", "ended hangup by bob.phone"]],
];

for (const [name, events, expected] of rows) {
  Deno.test(`facts: ${name}`, () => {
    let chat: ChatCalls = NO_CALLS;
    const told: string[] = [];
    for (const { at = 0, ...event } of events) {
      const advanced = advance(chat, { ...event, now: at } as CallEvent, RULES);
      chat = advanced.chat;
      told.push(...advanced.facts.map(word));
      for (const fact of advanced.facts) assert.deepEqual(fact.call, { ...call, media: "video" });
    }
    assert.deepEqual(told, expected);
  });
}

function word(fact: Fact): string {
  const of = ({ user, device }: { user: string; device: string }) => `${user}.${device}`;
  const details = [
    "reason" in fact ? fact.reason : "",
    "outcome" in fact ? fact.outcome : "",
    "by" in fact && fact.by !== null ? `by ${of(fact.by)}` : "",
    "side" in fact ? fact.side : "",
    "device" in fact ? of(fact.device) : fact.type === "answered" ? of(fact.callee) : "",
  ];
  return [fact.type, ...details].filter(Boolean).join(" ");
}
