/**
 * Processes of different releases share a log only where they make the same of it, which `STATE_VERSION` says. So whoever changes what an
 * engine keeps, or what the arbiter does to it, has to raise that: this test plays a fixed scene and knows what was kept after each batch.
 */

import assert from "node:assert/strict";
import { receipt } from "../../../tests/support/receipt.ts";
import type { Fact } from "../../call/facts.ts";
import type { Endpoint } from "../../call/parties.ts";
import type { ChatMessage, DeviceFact, Membership } from "../engine.ts";
import { STATE_VERSION } from "./follower.ts";
import { itemOf } from "./items.ts";
import { type Batch, type Item, Replica, type SharedEvent, type Snapshot } from "./replica.ts";

/** What the scene comes to in the version of the state that it was noted for. */
const KNOWN = { version: 4, fingerprint: "906621839b7425e0" };

const RULES = { ringTimeoutMs: 10_000, graceMs: 5_000, chatCapacity: 2, push: false };
const START = 1_700_000_000_000;
const SDP = "v=0\r\nm=audio 9 RTP/AVP 0\r\na=candidate:1 1 udp 9 192.0.2.1 9 typ host";
const offer = { type: "offer" as const, sdp: SDP };
const answer = { type: "answer" as const, sdp: SDP };

/** Kinds of facts that the scene has to bring about: all but those that are of one process's sockets. */
const FACTS = {
  placed: true,
  unreachable: true,
  ringing: true,
  unable: true,
  answered: true,
  resumed: true,
  rejoined: true,
  away: true,
  back: true,
  ended: true,
  missed: true,
  connected: true,
  watched: true,
  left: true,
  limited: true,
  measured: true,
  seen: true,
  gone: true,
  crowded: true,
} satisfies Record<Exclude<(Fact | DeviceFact)["type"], "moved" | "lost">, true>;

const [ann, phone, tablet, carl] = [["ann", "laptop"], ["bob", "phone"], ["bob", "tablet"], ["carl", "laptop"]].map(
  ([user, device]) => ({ user, device }),
) as [Endpoint, Endpoint, Endpoint, Endpoint];
const [dora, frank, gina] = ["dora", "frank", "gina"].map((user) => ({ user, device: "laptop" })) as [
  Endpoint,
  Endpoint,
  Endpoint,
];

const member = (userId: string, chats: string[], more: Partial<Membership> = {}): Membership => {
  return { userId, name: userId.toUpperCase(), chats, isGuest: true, issuedAt: START - 1_000, ...more };
};
const connect = (from: Endpoint, chats: string[], more: { page?: string } & Partial<Membership> = {}): SharedEvent => {
  const { page = "first", ...rest } = more;
  return { type: "connect", from, membership: member(from.user, chats, rest), page };
};
const say = (from: Endpoint, chatId: string, body: object): SharedEvent => {
  return { type: "message", from, message: { chatId, ...body } as ChatMessage, frame: 1 };
};
const candidate = (n: number) => ({ candidate: `candidate:${n} 1 udp 9 192.0.2.${n} 9 typ host`, sdpMid: "0" });
const drop = (from: Endpoint): SharedEvent => ({ type: "drop", from, graceMs: 5_000 });
const initiate = (from: Endpoint, chatId: string, callId: string) =>
  say(from, chatId, { type: "call:initiate", callId, offer });

/** The scene: when, by which process, what. */
const SCENE: readonly [ms: number, node: string, ...what: (SharedEvent | Item)[]][] = [
  [0, "a", { type: "enter" }, connect(ann, ["one"], { own: ["one"] })],
  [1, "b", { type: "enter" }, connect(phone, ["one", "two"])],
  [2, "c", { type: "enter" }, connect(tablet, ["one", "two"], { issuedAt: START })],
  [3, "a", connect(carl, ["two"], { isGuest: false }), { type: "token", membership: member("dora", ["three"]) }],
  [4, "a", { type: "join", chatId: "three", member: { userId: "eve", name: "Eve" } }],
  [5, "b", { type: "use", pass: "pass", expiresAt: START + 600_000 }, { type: "ask" }],
  [6, "a", say(ann, "one", { type: "chat:watch" }), say(ann, "one", { type: "call:end", callId: "withdrawn" })],
  // A call with two devices of the callee, one of which cannot take it.
  [
    10,
    "a",
    initiate(ann, "one", "first"),
    say(ann, "one", { type: "call:media", audio: true, video: true, screen: false }),
  ],
  [11, "a", say(ann, "one", { type: "call:ice-candidate", callId: "first", candidate: candidate(2) })],
  [12, "b", say(phone, "one", { type: "call:ringing", callId: "first" })],
  [13, "c", say(tablet, "one", { type: "call:end", callId: "first", reason: "unsupported" }), drop(tablet)],
  [14, "a", initiate(carl, "two", "to-one-who-is-busy")],
  [15, "b", say(phone, "one", { type: "call:answer", callId: "first", answer })],
  [16, "b", say(phone, "one", { type: "call:ice-candidate", callId: "first", candidate: candidate(3) })],
  [17, "a", { type: "restrict", from: ann, call: { chatId: "one", callId: "first" } }, drop(ann)],
  [18, "b", say(phone, "one", { type: "call:negotiate", callId: "first", description: offer })],
  [1_000, "b", connect(ann, ["one"], { page: "second" })],
  [1_001, "b", say(ann, "one", { type: "call:receipt", callId: "first", receipt }), drop(ann)],
  [1_002, "b", say(phone, "one", { type: "call:missed-seen", callId: "missed" })],
  [4_000, "a"],
  [4_001, "b"],
  [7_500, "b"],
  [7_501, "a"],
  // Both call each other; then one declines. A call to nobody, and too many of them.
  [8_000, "a", initiate(carl, "two", "of-carl"), initiate(phone, "two", "of-bob")],
  [8_001, "b", say(phone, "two", { type: "call:reject", callId: "of-carl" }), connect(dora, ["three"])],
  [8_002, "b", ...Array.from({ length: 22 }, (_, n) => initiate(dora, "three", `to-nobody-${n}`))],
  // A call that the server had lost, and that a token outlived.
  [9_000, "a", connect(frank, ["four"]), connect(gina, ["four"])],
  [9_001, "a", say(frank, "four", { type: "call:resume", callId: "lost", role: "caller" })],
  [9_002, "a", say(gina, "four", { type: "call:resume", callId: "lost", role: "callee" })],
  [9_003, "a", { type: "outlived", from: frank }],
  [9_004, "a", { type: "free", chatId: "one", userId: "bob", at: START + 9_000 }],
  [9_005, "a", ...Array.from({ length: 9 }, (_, n) => connect({ user: "hal", device: `device-${n}` }, ["five"]))],
  // One process leaves, one dies, and something rings all the while.
  [
    9_006,
    "a",
    connect({ user: "ida", device: "phone" }, ["five"]),
    initiate({ user: "ida", device: "phone" }, "five", "rings"),
  ],
  [9_007, "c", connect(tablet, ["two"]), initiate(tablet, "two", "rings-too")],
  [9_500, "b", { type: "leave" }],
  [12_000, "a"],
  [14_900, "a"],
  [16_000, "a"],
];

type Unsigned = Exclude<SharedEvent, { from: Endpoint }>;
const isEvent = (one: Unsigned | Item): one is Unsigned => ["token", "free", "unreached", "decline"].includes(one.type);

/** Plays the scene; gives what was kept after each batch, and which facts there were. */
function play(): { kept: unknown[]; facts: Set<string>; last: Snapshot } {
  const facts = new Set<string>();
  const ports = {
    onStep: ({ facts: all }: { facts: readonly (Fact | DeviceFact)[] }) => all.forEach(({ type }) => facts.add(type)),
    onMoved() {},
    onAnswered() {},
    onAsked() {},
  };
  let replica = new Replica(RULES, ports, START);
  const kept: unknown[] = [];
  const numbers = new Map<string, number>();
  for (const [ms, node, ...what] of SCENE) {
    const number = (numbers.get(node) ?? 0) + 1;
    numbers.set(node, number);
    const items = what.map((one, n) => "from" in one || isEvent(one) ? itemOf(one, `id-${ms}-${n}`) : one);
    const batch: Batch = { node, number, items };
    replica.apply(START + ms, JSON.parse(JSON.stringify(batch)));
    // As it goes to a process that comes: what that makes of it is the same.
    const snapshot = JSON.parse(JSON.stringify(replica.snapshot())) as Snapshot;
    replica = new Replica(RULES, ports, snapshot);
    assert.deepEqual(JSON.parse(JSON.stringify(replica.snapshot())), snapshot);
    kept.push([batch, snapshot]);
  }
  return { kept, facts, last: replica.snapshot() };
}

/** The same text for the same data, in whatever order its fields were written. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, one) =>
      one instanceof Object && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a < b ? -1 : 1))
        : one,
  );
}

Deno.test("redis engine: what the processes keep, and what they make of the log, changes with STATE_VERSION only", async () => {
  const { kept, facts } = play();
  assert.deepEqual(Object.keys(FACTS).filter((type) => !facts.has(type)), [], "the scene brings all of these about");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(kept)));
  const found = { version: STATE_VERSION, fingerprint: new Uint8Array(digest).toHex().slice(0, 16) };
  if (found.fingerprint === KNOWN.fingerprint && found.version === KNOWN.version) return;
  const what = found.version === KNOWN.version
    ? "raise STATE_VERSION (follower.ts): the state, or what becomes of it, is another one"
    : "STATE_VERSION was raised";
  throw new Error(`${what}. Then note here what is known: ${JSON.stringify(found)}`);
});
