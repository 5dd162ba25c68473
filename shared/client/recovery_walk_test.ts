/**
 * ICE recovery, walked: from a call that is not answered, everything that can happen, in every order, breadth first, so that what
 * breaks a rule is found by a shortest trace. Two states that differ only in when they began are one.
 */

import assert from "node:assert/strict";
import { MUTANTS } from "../../tests/support/recovery_mutants.ts";
import {
  keyOf,
  type Recover,
  ROLES,
  START,
  type Step,
  step,
  STEPS,
  type World,
} from "../../tests/support/recovery_world.ts";
import { recover } from "./recovery.ts";
import type { RecoveryRules } from "./recovery_state.ts";

interface Node {
  readonly world: World;
  readonly by: Step | null;
  readonly parent: Node | null;
}

interface Walked {
  states: number;
  transitions: number;
  /** States by phase. */
  readonly phases: Record<string, number>;
  /** The rules broken first, and how. */
  broken: { readonly violations: readonly string[]; readonly trace: readonly Step[] } | null;
}

function walk(rules: RecoveryRules, apply: Recover): Walked {
  const known = new Set([keyOf(START, rules)]);
  const walked: Walked = { states: 1, transitions: 0, phases: {}, broken: null };
  let frontier: Node[] = [{ world: START, by: null, parent: null }];
  while (frontier.length > 0) {
    const next: Node[] = [];
    for (const node of frontier) {
      for (const by of STEPS) {
        const world = step(node.world, by, rules, apply);
        if (world === node.world) continue;
        walked.transitions++;
        const reached = { world, by, parent: node };
        if (world.violations.length > 0) {
          walked.broken = { violations: world.violations, trace: traceTo(reached) };
          return walked;
        }
        const key = keyOf(world, rules);
        if (known.has(key)) continue;
        known.add(key);
        walked.states++;
        walked.phases[world.state.phase] = (walked.phases[world.state.phase] ?? 0) + 1;
        next.push(reached);
      }
    }
    frontier = next;
  }
  return walked;
}

function traceTo(node: Node): Step[] {
  return node.parent === null ? [] : [...traceTo(node.parent), node.by!];
}

for (const [role, rules] of Object.entries(ROLES)) {
  Deno.test(`recovery: a ${role}'s, everything in every order, to the last state, breaks no rule`, () => {
    const { states, transitions, phases, broken } = walk(rules, recover);
    console.log(`${role}: ${states} states, ${transitions} transitions; ${JSON.stringify(phases)}`);
    assert.deepEqual(broken?.violations ?? [], [], broken?.trace.map((by) => JSON.stringify(by)).join("\n") ?? "");
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
