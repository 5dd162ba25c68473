/**
 * Two clients or three and the server, explored together: from where nobody has called, everything that can happen, in every order,
 * breadth first, so that what breaks a rule is found by a shortest trace. From every state it is also seen where things come to by
 * themselves, with everybody back, and with nobody back who is away.
 */

import assert from "node:assert/strict";
import { course } from "../../shared/client/course/course.ts";
import { type Broken, explore, holds } from "../support/models/explore.ts";
import { begin, type CourseMachine, type Model } from "../support/models/joint/model.ts";
import { type Step, step, stepsIn } from "../support/models/joint/steps.ts";
import { keyOf } from "../support/models/joint/time.ts";
import { MUTANTS } from "../support/models/joint/mutants.ts";
import { inspect, settled, SETTLING } from "../support/models/joint/invariants.ts";
import { pick, random } from "../support/prng.ts";

/** Everything that can happen from `start`; and in how many states two people talk. */
function exploreFrom(start: Model, most: number, machine: CourseMachine = course) {
  /** Models from which all is well in the end, by who comes back. */
  const good = SETTLING.map(() => new Set<string>());
  let talks = 0;
  const explored = explore<Model, Step>({
    start,
    stepsIn,
    step: (model, by) => step(model, by, machine),
    keyOf,
    violations: (model, isNew) =>
      isNew
        ? [...inspect(model, machine), ...SETTLING.flatMap((how, n) => settled(model, how, good[n]!, machine))]
        : [],
    onNew: ({ chat }) => {
      if (chat.call?.state === "connected") talks++;
    },
  }, most);
  return { ...explored, talks };
}

const ANN = { user: "ann", device: "a" };
const BOB = { user: "bob", device: "b" };

/** Where things are once somebody has done something, and all that follows from it has arrived. */
function after(model: Model, ...deeds: Step[]): Model {
  const [first, ...rest] = deeds;
  if (first === undefined) return model;
  let current = step(model, first, course);
  for (;;) {
    const own = stepsIn(current).find(({ do: deed }) => deed === "up" || deed === "down" || deed === "task");
    if (own === undefined) return after(current, ...rest);
    current = step(current, own, course);
  }
}

const alone = begin([{ ...ANN, calls: 1 }, { ...BOB, calls: 0 }], 2);
const withTwo = begin([{ ...ANN, calls: 1 }, { ...BOB, calls: 0 }, { ...BOB, device: "c", calls: 0 }], 1);
const CALL = { do: "call", at: 0 } as const;
const ACCEPT = { do: "accept", at: 1 } as const;
const SCENES: Record<string, { start: Model; most: number }> = {
  "one calls": { start: alone, most: 40_000 },
  "it rings": { start: after(alone, CALL), most: 30_000 },
  "they talk": { start: after(alone, CALL, ACCEPT), most: 30_000 },
  "both call at once": { start: begin([{ ...ANN, calls: 1 }, { ...BOB, calls: 1 }], 1), most: 30_000 },
  "it rings at two devices": { start: after(withTwo, CALL), most: 30_000 },
  "it rings, over a server of protocol 1": { start: { ...after(alone, CALL), protocol: 1 }, most: 15_000 },
  "they talk, over a server of protocol 1": { start: { ...after(alone, CALL, ACCEPT), protocol: 1 }, most: 15_000 },
};

for (const [name, { start, most }] of Object.entries(SCENES)) {
  Deno.test(`joint: ${name}: with lost sockets, reloads and restarts, in every order, it ends the same for both`, () => {
    const { states, transitions, depth, isWhole, talks, broken } = exploreFrom(start, most);
    console.log(
      `${name}: ${states} states, ${transitions} transitions, depth ${isWhole ? "all" : depth}, ${talks} talks`,
    );
    holds(broken);
    assert.ok(talks > 20, `${talks}`);
  });
}

interface Walked {
  steps: number;
  talks: number;
  broken: Broken<Step> | null;
}

/** Walks at random, deeper than an exploration gets. */
function walk(seeds: number, machine: CourseMachine = course): Walked {
  const walked: Walked = { steps: 0, talks: 0, broken: null };
  for (let seed = 0; seed < seeds; seed++) {
    const chance = random(seed);
    const trace: Step[] = [];
    const isBroken = (violations: readonly string[]) => {
      if (violations.length > 0) walked.broken = { violations: [`seed ${seed}`, ...violations], trace };
      return violations.length > 0;
    };
    const people = [{ ...ANN, calls: 3 }, { ...BOB, calls: 2 }, { ...BOB, device: "c", calls: 1 }];
    let model = begin(seed % 3 === 0 ? people : people.slice(0, 2), 5);
    for (let n = 0; n < 120; n++) {
      const possible = stepsIn(model);
      if (possible.length === 0) break;
      // Messages on their way mostly arrive before anybody does the next thing.
      const moving = possible.filter(({ do: deed }) => ["up", "down", "task", "connect", "time"].includes(deed));
      const from = moving.length > 0 && chance() < 0.75 ? moving : possible;
      const by = pick(from, chance);
      model = step(model, by, machine);
      trace.push(by);
      walked.steps++;
      if (model.chat.call?.state === "connected") walked.talks++;
      if (isBroken(inspect(model, machine))) return walked;
    }
    if (isBroken(SETTLING.flatMap((how) => settled(model, how, new Set(), machine)))) return walked;
  }
  return walked;
}

Deno.test("joint: long walks at random, deeper than the exploration goes, break no rule either", () => {
  const { steps, talks, broken } = walk(1_000);
  console.log(`${steps} steps at random, ${talks} of them in talks`);
  holds(broken);
  assert.ok(talks > 1_000);
});

Deno.test("joint: every mutant of the client is caught", () => {
  const survivors: string[] = [];
  for (const [name, mutant] of Object.entries(MUTANTS)) {
    const machine: CourseMachine = (state, event) => mutant(course(state, event), state, event);
    const looks: (() => { readonly broken: Broken<Step> | null })[] = [
      ...Object.values(SCENES).map(({ start }) => () => exploreFrom(start, 6_000, machine)),
      () => walk(200, machine),
    ];
    const found = looks.values().map((look) => look()).find(({ broken }) => broken !== null);
    if (found === undefined) survivors.push(name);
    else console.log(`${name}: "${found.broken!.violations.at(-1)}" after ${found.broken!.trace.length} steps`);
  }
  assert.deepEqual(survivors, []);
  console.log(`${Object.keys(MUTANTS).length} mutants caught`);
});
