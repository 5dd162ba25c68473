/**
 * The call function, explored: from a chat nobody has called in, every event the protocol has, in every state that they lead
 * to, breadth first, so that what breaks a rule is found by a shortest trace. States that differ only in names (of users,
 * devices and calls) or in when it all began are one state.
 */

import assert from "node:assert/strict";
import { hoard, MUTANTS } from "../../tests/support/models/call/mutants.ts";
import { explore, holds } from "../../tests/support/models/explore.ts";
import {
  type Advance,
  CALL_IDS,
  ENDPOINTS,
  GIVEN,
  type Model,
  RULES,
  settle,
  START,
  type Step,
  step,
} from "../../tests/support/models/call/steps.ts";
import { advance } from "./advance.ts";
import { MEMORY_MS } from "./state.ts";

const [A, B] = CALL_IDS;
const SIDES = ["caller", "callee"] as const;

const CLOCK: readonly Step[] = [{ do: "deadline" }, { do: "wait", ms: MEMORY_MS }, { do: "restart" }, {
  do: "shutdown",
}];
const socketsOf = (from: number): Step[] =>
  (["drop", "connect", "reload"] as const).map((what) => ({ do: what, from }));

/** R21: what comes by push, or of it. */
const PUSH: readonly Step[] = [A, B, GIVEN].flatMap((callId): Step[] => [
  { do: "unreached", callId },
  ...["ann", "bob"].map((user) => ({ do: "decline" as const, callId, user })),
]);

/** Everything the protocol has, with every kind of call id: the right one, another one, one the server gave, none. */
const EVERYTHING: readonly Step[] = [
  ...CLOCK,
  { do: "late" },
  ...PUSH,
  ...ENDPOINTS.flatMap((_, from): Step[] => [
    ...socketsOf(from),
    { do: "leave", from },
    ...[null, A, B].map((callId) => ({ do: "initiate" as const, from, callId })),
    ...SIDES.map((busy) => ({ do: "initiate" as const, from, callId: A, busy })),
    { do: "initiate", from, callId: A, push: true },
    ...(["answer", "reject", "candidate", "end", "negotiate", "media"] as const).flatMap((what) =>
      [null, A, B, GIVEN].map((callId) => ({ do: what, from, callId }))
    ),
    ...[A, B, GIVEN].map((callId) => ({ do: "rings" as const, from, callId })),
    ...[null, A].map((callId) => ({ do: "fail" as const, from, callId })),
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
    { do: "rings", from, callId: from < 2 ? B : A },
    ...(["answer", "candidate", "end", "fail"] as const).map((what) => ({ do: what, from, callId: null })),
    { do: "resume", from, callId: A, role: from < 2 ? "caller" : "callee" },
  ]),
];

// --- States ----------------------------------------------------------------------------------------------------------

/**
 * What a state is for the exploration: times relative to now, ids and devices named by their part in it, held lists by the
 * kinds of their first messages. Two states with one key are the same but for names and for the tails of long lists.
 */
function keyOf(model: Model): string {
  const { chat: { call, memory }, now, owed } = model;
  const looks = looksOf(model);
  // Users and their devices in an order of their own looks, not of their names: ties cost states, never a mix-up.
  const users = ["ann", "bob"].map((user, n) => {
    const own = [looks[2 * n]!, looks[2 * n + 1]!].sort();
    const known = memory.map((entry) => entry.user === user ? entry.was : "").join();
    return { user, look: `${own.join("/")} ${known}` };
  }).sort((a, b) => a.look < b.look ? 1 : -1);
  const names = new Map<string | null, number>(users.map(({ user }, n) => [user, n]));

  const ids = new Map<string, string>();
  const last = `given-${model.ids}`;
  const id = (callId: string | null | undefined) => {
    if (callId === null || callId === undefined) return "-";
    // No step can name an id the server gave before the last one.
    if (callId === last) return "given";
    if (callId.startsWith("given-")) return "old";
    let name = ids.get(callId);
    if (name === undefined) ids.set(callId, name = `id${ids.size}`);
    return name;
  };
  const parts: unknown[] = [model.ids > 0, users.map(({ look }) => look)];
  if (call !== null) {
    parts.push(call.state, id(call.callId), id(call.glare?.callId), names.get(call.caller.user));
    for (const side of ["caller", "callee"] as const) {
      const party = side === "caller" ? call.caller : call.state === "connected" ? call.callee : null;
      parts.push(owed[side].slice(0, 3).map(kind));
      if (party === null) continue;
      parts.push(party.awayUntil === null ? "" : party.awayUntil - now, party.held.slice(0, 3).map(kind));
    }
    if (call.state === "ringing") {
      const { candidates, sending, acknowledged, failure, expiresAt, caller: { reloaded } } = call;
      parts.push(
        Math.min(2, candidates.length),
        sending === null,
        acknowledged,
        failure,
        model.unable,
        expiresAt - now,
        reloaded,
        model.reloaded,
        model.rings,
      );
    }
    parts.push(
      call.state === "connected" ? [call.unheard, model.unacknowledged].map((items) => items.slice(0, 3).map(kind)) : 0,
    );
    parts.push(model.lapse - now, model.winner === null);
  }
  const seen = new Set<string>();
  for (const { was, callId, user, at } of memory) {
    if (was !== "over" && id(callId) === "old") continue;
    seen.add(`${was} ${id(callId)} ${was === "withdrawn" ? names.get(user) : ""} ${now - at}`);
  }
  parts.push([...seen]);
  parts.push(Object.entries(model.over).map(([callId, at]) => `${id(callId)} ${now - at}`).sort());
  parts.push(
    Object.entries(model.withdrawn).map(([key, at]) => {
      const [user, callId] = key.split(" ");
      return `${names.get(user!)} ${id(callId)} ${now - at}`;
    }).sort(),
  );
  return JSON.stringify(parts);
}

/** Each device's part in the call, socket and bell. Two devices of one user that look the same are interchangeable. */
function looksOf({ chat: { call }, now, devices }: Model): string[] {
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

/** What comes of these steps in every order; and in how many states two are connected. */
function exploreBy(steps: readonly Step[], most: number, apply: Advance = advance) {
  let connected = 0;
  const explored = explore<Model, Step>({
    start: START,
    stepsIn: (model) => {
      const looks = looksOf(model);
      return steps.filter((by) => !("from" in by && by.from % 2 === 1 && looks[by.from] === looks[by.from - 1]));
    },
    step: (model, by) => step(model, by, apply),
    keyOf,
    violations: (model, isNew) => isNew || model.violations.length > 0 ? settle(model, apply).violations : [],
    onNew: ({ chat }) => {
      if (chat.call?.state === "connected") connected++;
    },
  }, most);
  return { ...explored, connected };
}

function report(name: string, found: ReturnType<typeof exploreBy>): void {
  const { states, transitions, depth, isWhole, connected, broken } = found;
  console.log(
    `${name}: ${states} states, ${transitions} transitions, depth ${isWhole ? "all" : depth}, ${connected} connected`,
  );
  holds(broken);
}

Deno.test("call: every event in every state, as deep as time allows, breaks no rule", () => {
  const found = exploreBy(EVERYTHING, 1_250_000);
  report("everything", found);
  assert.ok(found.depth >= 4 && found.connected > 10_000);
});

Deno.test("call: the course of calls, explored deeper, breaks no rule", () => {
  const found = exploreBy(COURSE, 1_250_000);
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
  let model = START;
  for (const by of [...before, ...Array.from({ length: 300 }, (_, n) => flood(n))]) model = step(model, by, apply);
  return model.violations;
}

for (const [name, what] of Object.entries(FLOODS)) {
  Deno.test(`call: [R18] a flood of ${name} leaves a state of bounded size`, () => {
    assert.deepEqual(flood(what), []);
    assert.ok(flood(what, hoard).some((rule) => /grows/.test(rule)), "the check sees a state that grows");
  });
}

Deno.test("call: the invariants catch every mutant of the call function", () => {
  const survivors: string[] = [];
  for (const [name, mutate] of Object.entries(MUTANTS)) {
    const apply: Advance = (chat, event, rules) => mutate(advance(chat, event, rules), chat, event);
    const looks = [EVERYTHING, COURSE].values().map((steps) => exploreBy(steps, 150_000, apply));
    const found = looks.find(({ broken }) => broken !== null);
    if (found === undefined) {
      survivors.push(name);
      continue;
    }
    const { violations, trace } = found.broken!;
    console.log(`${name}: "${violations[0]}" after ${trace.length} steps (${found.transitions} tried)`);
  }
  assert.deepEqual(survivors, []);
  console.log(`${Object.keys(MUTANTS).length} mutants caught`);
});
