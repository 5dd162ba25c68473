import assert from "node:assert/strict";
import type { OmitEach } from "../../omit_each.ts";
import type { ClientMessage } from "../../protocol/client_messages.ts";
import { CLOSE } from "../../protocol/constants.ts";
import { type Connection, connection, type ConnectionEvent, deadlineOf, isVoid, SENDING } from "./connection.ts";

type Status = Connection["status"];

const AT = 1_000;
const socket = { pingMs: 25_000, deadline: 900, isAlive: true };

/** One connection of each status. */
const STATES: readonly Connection[] = [
  { status: "opening", attempt: 2 },
  { status: "greeting", attempt: 2, deadline: 900 },
  { ...socket, status: "syncing", calls: ["a-call"] },
  { ...socket, status: "ready" },
  { ...socket, status: "probing" },
  { status: "asking", attempt: 2 },
  { status: "waiting", attempt: 2, deadline: 900 },
  { status: "closed" },
  { status: "replaced" },
  { status: "unauthorized" },
];

const EVENTS = {
  "check": { type: "check" },
  "close": { type: "close" },
  "socket": { type: "socket" },
  "lost": { type: "lost", code: 1006, random: 0 },
  "lost, replaced": { type: "lost", code: CLOSE.replaced, random: 0 },
  "lost, expired": { type: "lost", code: CLOSE.expired, random: 0 },
  "online": { type: "online" },
  "seen": { type: "seen" },
  "valid": { type: "authorized", isValid: true, random: 0 },
  "invalid": { type: "authorized", isValid: false, random: 0 },
  "welcome": { type: "welcome", pingMs: 20_000, calls: [] },
  "welcome in a call": { type: "welcome", pingMs: 20_000, calls: ["a-call"] },
  "pong": { type: "pong" },
  "message": { type: "message" },
  "message of another call": { type: "message", callId: "other-call" },
  "message of the call": { type: "message", callId: "a-call" },
  "timer": { type: "timer" },
} satisfies Record<string, UntimedEvent>;
type UntimedEvent = OmitEach<ConnectionEvent, "at">;

const apply = (state: Connection, event: UntimedEvent, at = AT) =>
  connection(state, { ...event, at } as ConnectionEvent);

/** What comes of an event: the status, in how many ms its timer is due, and what is done. What is not in the table changes nothing. */
const TABLE: Record<Status, Partial<Record<keyof typeof EVENTS, string>>> = {
  opening: {
    "close": "closed: close-socket",
    "socket": "greeting 10000:",
  },
  greeting: {
    "close": "closed: close-socket",
    "lost": "asking: close-socket ask-session",
    "lost, replaced": "replaced: close-socket",
    "lost, expired": "asking: close-socket ask-session",
    "online": "opening: close-socket open-socket",
    "seen": "opening: close-socket open-socket",
    "welcome": "ready 20000: flush",
    "welcome in a call": "syncing 20000:",
    "timer": "asking: close-socket ask-session",
  },
  syncing: {
    "close": "closed: close-socket",
    "lost": "waiting 200: close-socket",
    "lost, replaced": "replaced: close-socket",
    "lost, expired": "asking: close-socket ask-session",
    "message of the call": "ready -100: flush",
    "online": "opening: close-socket open-socket",
    "pong": "ready -100: flush",
    "timer": "syncing 25000: ping",
  },
  ready: {
    "check": "probing 500: ping",
    "close": "closed: close-socket",
    "lost": "waiting 200: close-socket",
    "lost, replaced": "replaced: close-socket",
    "lost, expired": "asking: close-socket ask-session",
    "online": "opening: close-socket open-socket",
    "seen": "probing 500: ping",
    "timer": "ready 25000: ping",
  },
  probing: {
    "close": "closed: close-socket",
    "lost": "waiting 200: close-socket",
    "lost, replaced": "replaced: close-socket",
    "lost, expired": "asking: close-socket ask-session",
    "online": "opening: close-socket open-socket",
    "pong": "ready -100: flush",
    "timer": "probing 25000: ping",
  },
  asking: {
    "close": "closed: close-socket",
    "online": "opening: close-socket open-socket",
    "seen": "opening: close-socket open-socket",
    "valid": "waiting 1000: close-socket",
    "invalid": "unauthorized:",
  },
  waiting: {
    "close": "closed: close-socket",
    "online": "opening: close-socket open-socket",
    "seen": "opening: close-socket open-socket",
    "timer": "opening: close-socket open-socket",
  },
  closed: {},
  replaced: { "close": "closed: close-socket" },
  unauthorized: { "close": "closed: close-socket" },
};

for (const state of STATES) {
  Deno.test(`connection: what happens while it is ${state.status}`, () => {
    const found = Object.entries(EVENTS).flatMap(([name, event]) => {
      const { connection: next, effects } = apply(state, event);
      if (next.status === state.status && effects.length === 0) {
        assert.deepEqual({ ...next, isAlive: true }, { ...state, isAlive: true });
        return [];
      }
      const due = deadlineOf(next);
      return [[name, `${[next.status, ...due === null ? [] : [due - AT]].join(" ")}: ${effects.join(" ")}`.trim()]];
    });
    assert.deepEqual(Object.fromEntries(found), TABLE[state.status]);
  });
}

Deno.test("connection: whatever comes over a socket proves that it lives; one that stays silent is replaced at its deadline", () => {
  for (const state of STATES) {
    if (!("isAlive" in state)) continue;
    const silent = apply(state, EVENTS.timer).connection;
    assert.ok("isAlive" in silent && !silent.isAlive);
    assert.deepEqual(apply(silent, EVENTS.timer), {
      connection: { status: "opening", attempt: 0 },
      effects: ["close-socket", "open-socket"],
    });
    for (const event of [EVENTS.message, EVENTS.pong]) {
      const { connection: heard } = apply(silent, event);
      assert.ok("isAlive" in heard && heard.isAlive, `${state.status}: ${event.type}`);
    }
  }
});

Deno.test("connection: each try waits longer, by up to half shorter at random, up to 15 s; a welcome begins anew", () => {
  let state: Connection = { ...socket, status: "ready" };
  const waits: number[] = [];
  for (let n = 0; n < 9; n++) {
    state = apply(state, n === 0 ? EVENTS.lost : EVENTS.valid).connection;
    waits.push(deadlineOf(state)! - AT);
    for (const event of [EVENTS.timer, EVENTS.socket, EVENTS.lost]) state = apply(state, event).connection;
  }
  assert.deepEqual(waits, [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  const soonest = apply({ ...socket, status: "ready" }, { type: "lost", code: 1006, random: 0.999 }).connection;
  assert.ok(Math.abs(deadlineOf(soonest)! - AT - 100) < 1);
  for (const event of [EVENTS.valid, EVENTS.timer, EVENTS.socket, EVENTS.welcome, EVENTS.lost]) {
    state = apply(state, event).connection;
  }
  assert.equal(deadlineOf(state)! - AT, 200);
});

Deno.test("connection: a message is sent, held, queued or dropped by the status", () => {
  const by = Object.groupBy(Object.entries(SENDING), ([, sending]) => sending);
  assert.deepEqual(
    Object.fromEntries(Object.entries(by).map(([sending, entries]) => [sending, entries!.map(([status]) => status)])),
    {
      queue: ["opening", "greeting", "asking", "waiting"],
      hold: ["syncing", "probing"],
      send: ["ready"],
      drop: ["closed", "replaced", "unauthorized"],
    },
  );
});

/** What waits about a call, and whether it is void once that is over, and where its other page was reloaded. */
const WAITING: Record<string, { over: boolean; reloaded: boolean }> = {
  "call:initiate": { over: true, reloaded: false },
  "call:ringing": { over: true, reloaded: false },
  "call:answer": { over: true, reloaded: false },
  "call:ice-candidate": { over: true, reloaded: true },
  "call:negotiate": { over: true, reloaded: true },
  "call:media": { over: true, reloaded: true },
  "call:end": { over: true, reloaded: false },
};

Deno.test("connection: what waits about a call is void once that is over, and what follows a description once the other page is another", () => {
  const waits = (type: string, callId?: string) => ({ type, callId }) as unknown as ClientMessage;
  for (const is of ["over", "reloaded"] as const) {
    const found = Object.keys(WAITING).filter((type) => isVoid(waits(type, "a-call"), "a-call", is));
    assert.deepEqual(found, Object.keys(WAITING).filter((type) => WAITING[type]![is]));
    assert.ok(!isVoid(waits("call:negotiate", "other-call"), "a-call", is));
    assert.ok(!isVoid({ type: "ping" }, "a-call", is));
  }
});
