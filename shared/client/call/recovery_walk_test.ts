/**
 * ICE recovery, walked: from a call that is not answered, everything that can happen, in every order, breadth first, so that what
 * breaks a rule is found by a shortest trace. Two states that differ only in when they began are one.
 */

import assert from "node:assert/strict";
import { explore, holds } from "../../../tests/support/models/explore.ts";
import { MUTANTS } from "../../../tests/support/models/recovery/mutants.ts";
import {
  keyOf,
  type Model,
  type Recover,
  ROLES,
  START,
  type Step,
  STEPS,
} from "../../../tests/support/models/recovery/model.ts";
import { step } from "../../../tests/support/models/recovery/steps.ts";
import { recover } from "./recovery.ts";
import type { RecoveryRules } from "./recovery_state.ts";

/** Everything in every order, to the last state; and how many states there are, by phase. */
function walk(rules: RecoveryRules, apply: Recover) {
  const phases: Record<string, number> = {};
  const explored = explore({
    start: START,
    stepsIn: () => STEPS,
    step: (model: Model, by: Step) => step(model, by, rules, apply),
    keyOf: (model) => keyOf(model, rules),
    violations: (model) => model.violations,
    onNew: ({ state: { phase } }) => phases[phase] = (phases[phase] ?? 0) + 1,
  });
  return { ...explored, phases };
}

for (const [role, rules] of Object.entries(ROLES)) {
  Deno.test(`recovery: a ${role}'s, everything in every order, to the last state, breaks no rule`, () => {
    const { states, transitions, phases, broken } = walk(rules, recover);
    console.log(`${role}: ${states} states, ${transitions} transitions; ${JSON.stringify(phases)}`);
    holds(broken);
  });
}

for (const [name, mutant] of Object.entries(MUTANTS)) {
  Deno.test(`recovery: the walk catches it where ${name}`, () => {
    const apply: Recover = (state, event, rules) => mutant(recover(state, event, rules), state, event, rules, recover);
    const found = Object.values(ROLES).map((rules) => walk(rules, apply)).find(({ broken }) => broken !== null);
    assert.ok(found, "nothing was found wrong");
    console.log(`${found.broken!.violations[0]}, after ${found.broken!.trace.length} steps and ${found.states} states`);
  });
}
