/**
 * The call function, explored: from a chat nobody has called in, every event the protocol has, in every state that they lead
 * to, breadth first, so that what breaks a rule is found by a shortest trace. States that differ only in names (of users,
 * devices and calls) or in when it all began are one state.
 */

import assert from "node:assert/strict";
import {
  type Advance,
  CALL_IDS,
  ENDPOINTS,
  GIVEN,
  RULES,
  settle,
  START,
  type Step,
  step,
  type World,
} from "../tests/support/call_world.ts";
import { advance } from "./call.ts";
import { type CallEvent, type ChatCalls, type Delivery, MEMORY_MS, type RingingCall } from "./call_state.ts";

const [A, B] = CALL_IDS;
const SIDES = ["caller", "callee"] as const;

const CLOCK: readonly Step[] = [{ do: "deadline" }, { do: "wait", ms: MEMORY_MS }, { do: "restart" }];
const socketsOf = (from: number): Step[] =>
  (["drop", "connect", "reload"] as const).map((what) => ({ do: what, from }));

/** Everything the protocol has, with every kind of call id: the right one, another one, one the server gave, none. */
const EVERYTHING: readonly Step[] = [
  ...CLOCK,
  { do: "late" },
  ...ENDPOINTS.flatMap((_, from): Step[] => [
    ...socketsOf(from),
    ...[null, A, B].map((callId) => ({ do: "initiate" as const, from, callId })),
    ...SIDES.map((busy) => ({ do: "initiate" as const, from, callId: A, busy })),
    ...(["answer", "reject", "candidate", "end", "negotiate", "media"] as const).flatMap((what) =>
      [null, A, B, GIVEN].map((callId) => ({ do: what, from, callId }))
    ),
    ...SIDES.flatMap((role) => [A, B, GIVEN].map((callId) => ({ do: "resume" as const, from, callId, role }))),
    { do: "resume", from, callId: A, role: "caller", busy: true },
    { do: "resume", from, callId: A, role: "callee", tooLate: true },
  ]),
];

/** The course of calls, each user with a call id of their own: fewer events, longer histories. */
const COURSE: readonly Step[] = [
  ...CLOCK,
  ...ENDPOINTS.flatMap((_, from): Step[] => [
    ...socketsOf(from),
    { do: "initiate", from, callId: from < 2 ? A : B },
    ...(["answer", "candidate", "end"] as const).map((what) => ({ do: what, from, callId: null })),
    { do: "resume", from, callId: A, role: from < 2 ? "caller" : "callee" },
  ]),
];

// --- States ----------------------------------------------------------------------------------------------------------

/**
 * What a state is for the exploration: times relative to now, ids and devices named by their part in it, held lists by the
 * kinds of their first messages. Two states with one key are the same but for names and for the tails of long lists.
 */
function keyOf(world: World): string {
  const { chat: { call, memory }, now, owed } = world;
  const looks = looksOf(world);
  // Users and their devices in an order of their own looks, not of their names: ties cost states, never a mix-up.
  const users = ["ann", "bob"].map((user, n) => {
    const own = [looks[2 * n]!, looks[2 * n + 1]!].sort();
    const known = memory.map((entry) => entry.user === user ? entry.was : "").join();
    return { user, look: `${own.join("/")} ${known}` };
  }).sort((a, b) => a.look < b.look ? 1 : -1);
  const names = new Map<string | null, number>(users.map(({ user }, n) => [user, n]));

  const ids = new Map<string, string>();
  const last = `given-${world.ids}`;
  const id = (callId: string | null | undefined) => {
    if (callId === null || callId === undefined) return "-";
    // No step can name an id the server gave before the last one.
    if (callId === last) return "given";
    if (callId.startsWith("given-")) return "old";
    let name = ids.get(callId);
    if (name === undefined) ids.set(callId, name = `id${ids.size}`);
    return name;
  };
  const parts: unknown[] = [world.ids > 0, users.map(({ look }) => look)];
  if (call !== null) {
    parts.push(call.state, id(call.callId), id(call.glare?.callId), names.get(call.caller.user));
    for (const side of ["caller", "callee"] as const) {
      const party = side === "caller" ? call.caller : call.state === "connected" ? call.callee : null;
      parts.push(owed[side].slice(0, 3).map(kind));
      if (party === null) continue;
      parts.push(party.awayUntil === null ? "" : party.awayUntil - now, party.held.slice(0, 3).map(kind));
    }
    if (call.state === "ringing") {
      const { candidates, sending, announced, expiresAt, caller: { reloaded } } = call;
      parts.push(
        Math.min(2, candidates.length),
        sending === null,
        announced,
        expiresAt - now,
        reloaded,
        world.reloaded,
      );
    }
    parts.push(
      call.state === "connected" ? [call.unheard, world.unheard].map((items) => items.slice(0, 3).map(kind)) : 0,
    );
    parts.push(world.lapse - now, world.winner === null);
  }
  const seen = new Set<string>();
  for (const { was, callId, user, at } of memory) {
    if (was !== "over" && id(callId) === "old") continue;
    seen.add(`${was} ${id(callId)} ${was === "withdrawn" ? names.get(user) : ""} ${now - at}`);
  }
  parts.push([...seen]);
  parts.push(Object.entries(world.over).map(([callId, at]) => `${id(callId)} ${now - at}`).sort());
  parts.push(
    Object.entries(world.withdrawn).map(([key, at]) => {
      const [user, callId] = key.split(" ");
      return `${names.get(user!)} ${id(callId)} ${now - at}`;
    }).sort(),
  );
  return JSON.stringify(parts);
}

/** Each device's part in the call, socket and bell. Two devices of one user that look the same are interchangeable. */
function looksOf({ chat: { call }, now, devices }: World): string[] {
  return ENDPOINTS.map(({ user, device }, n) => {
    const { away, rings } = devices[n]!;
    const callee = call === null
      ? null
      : call.state === "ringing"
      ? { user: call.calleeUser, device: null }
      : call.callee;
    const parts = [call?.caller, callee].map((side) => side?.user !== user ? 0 : side.device !== device ? 1 : 2);
    const glares = call?.glare?.device === device && callee?.user === user;
    const isListed = call?.state === "ringing" && call.calleeUser === user && call.devices.includes(device);
    const absence = away === null ? "" : Math.min(now - away, RULES.graceMs);
    return [...parts, glares, isListed, absence, rings !== null].join();
  });
}

function kind(held: string | { readonly type: string }): string {
  return typeof held === "string" ? held.slice(0, 5) : held.type;
}

// --- Exploring -------------------------------------------------------------------------------------------------------

interface Node {
  readonly world: World;
  readonly by: Step | null;
  readonly parent: Node | null;
}

interface Explored {
  states: number;
  transitions: number;
  /** Every state this many steps away has been left by every step. */
  depth: number;
  /** Nothing new is left. */
  isWhole: boolean;
  connected: number;
  /** The rules broken first, and how. */
  broken: { violations: readonly string[]; trace: Step[] } | null;
}

function explore(steps: readonly Step[], most: number, apply: Advance = advance): Explored {
  const known = new Set([keyOf(START)]);
  let frontier: Node[] = [{ world: START, by: null, parent: null }];
  const found: Explored = { states: 1, transitions: 0, depth: 0, isWhole: false, connected: 0, broken: null };
  const isBroken = (node: Node) => {
    const settled = settle(node.world, apply);
    if (settled.violations.length === 0) return false;
    found.broken = { violations: settled.violations, trace: traceTo(node) };
    return true;
  };
  while (frontier.length > 0) {
    const next: Node[] = [];
    for (const node of frontier) {
      if (found.transitions > most) return found;
      const looks = looksOf(node.world);
      for (const by of steps) {
        if ("from" in by && by.from % 2 === 1 && looks[by.from] === looks[by.from - 1]) continue;
        const world = step(node.world, by, apply);
        if (world === node.world) continue;
        found.transitions++;
        const key = keyOf(world);
        const isNew = !known.has(key);
        if (!isNew && world.violations.length === 0) continue;
        const reached = { world, by, parent: node };
        if (isBroken(reached)) return found;
        known.add(key);
        found.states++;
        if (world.chat.call?.state === "connected") found.connected++;
        next.push(reached);
      }
    }
    found.depth++;
    frontier = next;
  }
  return { ...found, isWhole: true };
}

function traceTo(node: Node): Step[] {
  return node.parent === null ? [] : [...traceTo(node.parent), node.by!];
}

function report(name: string, found: Explored): void {
  const { states, transitions, depth, isWhole, connected, broken } = found;
  console.log(
    `${name}: ${states} states, ${transitions} transitions, depth ${isWhole ? "all" : depth}, ${connected} connected`,
  );
  assert.deepEqual(broken?.violations ?? [], [], broken?.trace.map((by) => JSON.stringify(by)).join("\n"));
}

Deno.test("call: every event in every state, as deep as time allows, breaks no rule", () => {
  const found = explore(EVERYTHING, 1_250_000);
  report("everything", found);
  assert.ok(found.depth >= 4 && found.connected > 10_000);
});

Deno.test("call: the course of calls, explored deeper, breaks no rule", () => {
  const found = explore(COURSE, 1_250_000);
  report("course", found);
  assert.ok(found.depth >= 8 && found.connected > 10_000);
});

/** R18: more of one thing than the call function may keep, which no short history gets to. */
const FLOODS: Record<string, { before: Step[]; flood: (n: number) => Step }> = {
  "candidates while it rings": {
    before: [{ do: "initiate", from: 0, callId: A }],
    flood: () => ({ do: "candidate", from: 0, callId: A }),
  },
  "messages to somebody in grace": {
    before: [{ do: "resume", from: 0, callId: A, role: "caller" }],
    flood: () => ({ do: "media", from: 0, callId: A }),
  },
  "hang-ups of unknown calls": {
    before: [],
    flood: (n) => ({ do: "end", from: 0, callId: `call-${n}-aaaaaaaaaaaaaa` }),
  },
};

function flood({ before, flood }: typeof FLOODS[string], apply: Advance = advance): readonly string[] {
  let world = START;
  for (const by of [...before, ...Array.from({ length: 300 }, (_, n) => flood(n))]) world = step(world, by, apply);
  return world.violations;
}

/** Whatever there was stays: nothing is cut off. */
const hoard: Advance = (chat, event, rules) => {
  const real = advance(chat, event, rules);
  const kept = { ...real.chat, memory: [...chat.memory, ...real.chat.memory.slice(-1)] };
  const [was, is] = [chat.call, real.chat.call];
  if (event.type !== "message" || was === null || is === null) return { ...real, chat: kept };
  if (was.state === "ringing" && is.state === "ringing") {
    return { ...real, chat: { ...kept, call: { ...is, candidates: [...was.candidates, null] } } };
  }
  const { held } = (is as typeof is & { state: "connected" }).callee;
  const callee = { ...is.caller, user: null, device: null, held: [...held, ...held.slice(-1)] };
  return { ...real, chat: { ...kept, call: { ...is, callee } as typeof is } };
};

for (const [name, what] of Object.entries(FLOODS)) {
  Deno.test(`call: [R18] a flood of ${name} leaves a state of bounded size`, () => {
    assert.deepEqual(flood(what), []);
    assert.ok(flood(what, hoard).some((rule) => /grows/.test(rule)), "the check sees a state that grows");
  });
}

// --- Mutants ---------------------------------------------------------------------------------------------------------

type Mutant = (real: ReturnType<Advance>, chat: ChatCalls, event: CallEvent) => ReturnType<Advance>;

const without = (real: ReturnType<Advance>, isLost: (delivery: Delivery) => boolean) => ({
  ...real,
  deliveries: real.deliveries.filter((delivery) => !isLost(delivery)),
});
const ended = (reason: string) => ({ message }: Delivery) => "reason" in message && message.reason === reason;
const typed = (type: string) => ({ message }: Delivery) => message.type === type;
/** Another event in place of this one, or with something of it changed. */
const instead = (chat: ChatCalls, event: CallEvent) => advance(chat, event, RULES);
const isSaying = (event: CallEvent, type: string) => event.type === "message" && event.message.type === type;
const fail = ({ from, message }: CallEvent & { type: "initiate" | "message" }, code: "BUSY" | "NO_CALL"): Delivery => ({
  to: from,
  message: { type: "call:error", code, message: "", chatId: message.chatId },
});
const edited = (real: ReturnType<Advance>, change: Partial<RingingCall>) => ({
  ...real,
  chat: { ...real.chat, call: { ...real.chat.call, ...change } as RingingCall },
});

const MUTANTS: Record<string, Mutant> = {
  "[R5] a second answer wins": (real, chat, event) => {
    const { call } = chat;
    if (call?.state !== "connected" || event.type !== "message" || event.message.type !== "call:answer") return real;
    if (event.from.user !== call.callee.user) return real;
    return { chat: { ...chat, call: { ...call, callee: { ...call.callee, ...event.from } } }, deliveries: [] };
  },
  "[R5] a late second answer is an error": (real, chat, event) =>
    chat.call?.state === "connected" && isSaying(event, "call:answer") &&
      real.deliveries.some(ended("answered-elsewhere"))
      ? { chat, deliveries: [fail(event as CallEvent & { type: "message" }, "NO_CALL")] }
      : real,
  "[R5] the other devices are not told that it was answered": (real) => without(real, ended("answered-elsewhere")),
  "[R6] candidates leak before the answer": (real, { call }, event) => {
    if (call?.state !== "ringing" || event.type !== "message" || event.message.type !== "call:ice-candidate") {
      return real;
    }
    const message = { ...event.message, callId: call.callId };
    return { ...real, deliveries: call.devices.map((device) => ({ to: { user: call.calleeUser, device }, message })) };
  },
  "[R6] a device that has not answered sends candidates": (real, { call }, event) => {
    if (call?.state !== "ringing" || event.type !== "message" || event.message.type !== "call:ice-candidate") {
      return real;
    }
    if (event.from.user !== call.calleeUser) return real;
    return { ...real, deliveries: [{ to: call.caller, message: { ...event.message, callId: call.callId } }] };
  },
  "[R6] held candidates come in reverse": (real, _, event) => {
    if (!isSaying(event, "call:answer")) return real;
    const candidates = real.deliveries.filter(typed("call:ice-candidate"));
    const next = (one: Delivery) => typed("call:ice-candidate")(one) ? candidates.pop()! : one;
    return { ...real, deliveries: real.deliveries.map(next) };
  },
  "[R6] held candidates are lost": (real, _, event) =>
    isSaying(event, "call:answer") ? without(real, typed("call:ice-candidate")) : real,
  "[R4] a reconnect restarts the timer": (real, { call }, event) =>
    call?.state === "ringing" && event.type === "connect"
      ? edited(real, { expiresAt: event.now + RULES.ringTimeoutMs })
      : real,
  "[R4] a tick is missed": (real, chat, event) => event.type === "tick" ? { chat, deliveries: [] } : real,
  "[R4] a call that nobody answered is not a missed one": (real) =>
    without(real, (delivery) => typed("call:missed")(delivery) && ended("timeout")(delivery)),
  "[R4] the caller is not told of the time-out": (real, { call }) =>
    without(
      real,
      (delivery) =>
        delivery.to.device !== undefined && delivery.to.user === call?.caller.user && ended("timeout")(delivery),
    ),
  "[R3] a device within its grace makes nobody ring": (real, chat, event) =>
    event.type === "initiate" && event.devices.some(({ connected }) => !connected)
      ? instead(chat, { ...event, devices: [] })
      : real,
  "[R3] only one device rings": (real, _, event) => {
    const last = real.deliveries.findLast(typed("call:offer"));
    return event.type === "initiate" ? without(real, (one) => typed("call:offer")(one) && one !== last) : real;
  },
  "[R7] a cancel is not remembered": (real, chat, event) =>
    isSaying(event, "call:end") && chat.call === null ? { ...real, chat } : real,
  "[R7] a cancel is not told": (real) => without(real, (one) => typed("call:end")(one) && ended("cancelled")(one)),
  "[R8] a reject forgets the caller": (real) => without(real, typed("call:rejected")),
  "[R8] the other devices ring on after a reject": (real) => without(real, ended("rejected-elsewhere")),
  "[R8] a device that did not answer hangs up": (real, { call }, event) =>
    call?.state === "connected" && isSaying(event, "call:end") && event.type === "message" &&
      event.from.user === call.callee.user
      ? { chat: { ...real.chat, call: null }, deliveries: [] }
      : real,
  "[R8] the caller's other device cancels": (real, chat, event) =>
    chat.call?.state === "ringing" && isSaying(event, "call:end") && event.type === "message" &&
      event.from.user === chat.call.caller.user
      ? instead(chat, { ...event, from: { ...event.from, device: chat.call.caller.device } })
      : real,
  "[R9] a busy callee is rung": (real, chat, event) =>
    event.type === "initiate" && event.calleeBusy ? instead(chat, { ...event, calleeBusy: false }) : real,
  "[R10] glare makes no call": (real, chat, event) =>
    real.deliveries.some(({ message }) => message.type === "call:offer" && message.glare)
      ? { chat: { ...chat, call: null }, deliveries: [fail(event as CallEvent & { type: "initiate" }, "BUSY")] }
      : real,
  "[R10] glare makes a second call": (real, chat, event) =>
    real.deliveries.some(({ message }) => message.type === "call:offer" && message.glare)
      ? instead({ ...chat, call: null }, event)
      : real,
  "[R10] glare is refused": (real, chat, event) =>
    chat.call?.state === "ringing" && event.type === "initiate" && event.from.user === chat.call.calleeUser
      ? { chat, deliveries: [fail(event, "BUSY")] }
      : real,
  "[R11] two hang-ups that cross are an error": (real) => ({ ...real, chat: { ...real.chat, memory: [] } }),
  "[R11] a repeated initiate is refused": (real, chat, event) =>
    event.type === "initiate" && chat.call !== null && real.deliveries.length === 0
      ? { chat, deliveries: [fail(event, "BUSY")] }
      : real,
  "[R12] a drop ends the call at once": (real, { call }, event) =>
    event.type === "drop" && call !== null && real.chat.call !== call
      ? { ...real, chat: { ...real.chat, call: null } }
      : real,
  "[R12] the grace never ends": (real, _, event) =>
    event.type === "drop" && real.chat.call !== null
      ? edited(real, { caller: { ...real.chat.call.caller, awayUntil: null } as RingingCall["caller"] })
      : real,
  "[R12] what was held is lost": (real, _, event) =>
    event.type === "connect"
      ? without(real, ({ message }) => ["call:answer", "call:ice-candidate"].includes(message.type))
      : real,
  "[R12] a device that is back does not ring again": (real, _, event) =>
    event.type === "connect" ? without(real, typed("call:offer")) : real,
  "[R13] a reload passes for a reconnect": (real, chat, event) =>
    event.type === "connect" ? instead(chat, { ...event, reloaded: false }) : real,
  "[R14] resume accepts a side that is taken": (real, chat, event) => {
    const { call } = chat;
    if (event.type !== "resume" || call?.state !== "connected" || event.message.callId !== call.callId) return real;
    const { role } = event.message;
    return { ...real, chat: { ...chat, call: { ...call, [role]: { ...call[role], ...event.from } } } };
  },
  "[R14] a server that lost nothing revives a call": (real, chat, event) =>
    event.type === "resume" ? instead(chat, { ...event, isRecovering: true }) : real,
  "a message is told to a device outside the call": (real, { call }) => ({
    ...real,
    deliveries: real.deliveries.map((one) =>
      call?.state === "connected" && one.message.type === "call:media" && one.to.device
        ? { ...one, to: { ...one.to, device: one.to.device === "1" ? "2" : "1" } }
        : one
    ),
  }),
};

Deno.test("call: the invariants catch every mutant of the call function", () => {
  const survivors: string[] = [];
  for (const [name, mutate] of Object.entries(MUTANTS)) {
    const apply: Advance = (chat, event, rules) => mutate(advance(chat, event, rules), chat, event);
    const { broken, transitions } = explore(EVERYTHING, 150_000, apply);
    if (broken === null) survivors.push(name);
    else console.log(`${name}: "${broken.violations[0]}" after ${broken.trace.length} steps (${transitions} tried)`);
  }
  assert.deepEqual(survivors, []);
  console.log(`${Object.keys(MUTANTS).length} mutants caught`);
});
