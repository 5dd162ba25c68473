/** Exploring a machine: everything that can happen, in every order, breadth first, so that a broken rule is found by a shortest trace. */

import assert from "node:assert/strict";

/** What is explored. */
export interface Explorable<State, Step> {
  readonly start: State;
  /** What can happen in a state. */
  stepsIn(state: State): Iterable<Step>;
  /** The state after a step; the same one where nothing came of it. */
  step(state: State, by: Step): State;
  /** The same for states that need not be told apart. */
  keyOf(state: State): unknown;
  /** The rules that are broken in a state. `isNew`: no state with its key was reached before. */
  violations(state: State, isNew: boolean): readonly string[];
  /** Told of every new state that breaks no rule. */
  onNew?(state: State): void;
}

/** The rules broken first, and by which steps. */
export interface Broken<Step> {
  readonly violations: readonly string[];
  readonly trace: readonly Step[];
}

export interface Explored<Step> {
  states: number;
  transitions: number;
  /** Every state this many steps away has been left by every step. */
  depth: number;
  /** Nothing new is left. */
  isWhole: boolean;
  broken: Broken<Step> | null;
}

interface Node<State, Step> {
  readonly state: State;
  readonly by: Step | null;
  readonly parent: Node<State, Step> | null;
}

/** Explores until a rule is broken, nothing new is left, or after about `most` transitions. */
export function explore<State, Step>(what: Explorable<State, Step>, most = Infinity): Explored<Step> {
  const known = new Set([what.keyOf(what.start)]);
  const found: Explored<Step> = { states: 1, transitions: 0, depth: 0, isWhole: false, broken: null };
  let frontier: Node<State, Step>[] = [{ state: what.start, by: null, parent: null }];
  while (frontier.length > 0) {
    const next: Node<State, Step>[] = [];
    for (const node of frontier) {
      if (found.transitions > most) return found;
      for (const by of what.stepsIn(node.state)) {
        const state = what.step(node.state, by);
        if (state === node.state) continue;
        found.transitions++;
        const key = what.keyOf(state);
        const isNew = !known.has(key);
        const reached = { state, by, parent: node };
        const violations = what.violations(state, isNew);
        if (violations.length > 0) {
          found.broken = { violations, trace: traceTo(reached) };
          return found;
        }
        if (!isNew) continue;
        known.add(key);
        found.states++;
        what.onNew?.(state);
        next.push(reached);
      }
    }
    found.depth++;
    frontier = next;
  }
  return { ...found, isWhole: true };
}

/** Fails with the rules that are broken, and the steps to there. */
export function holds<Step>(broken: Broken<Step> | null): void {
  assert.deepEqual(broken?.violations ?? [], [], broken?.trace.map((by) => JSON.stringify(by)).join("\n") ?? "");
}

function traceTo<State, Step>({ parent, by }: Node<State, Step>): Step[] {
  return parent === null ? [] : [...traceTo(parent), by!];
}
