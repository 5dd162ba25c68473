/** Exploring a machine: everything that can happen, in every order, breadth first, so that a broken rule is found by a shortest trace. */

import assert from "node:assert/strict";

/** What is explored. */
export interface Explorable<World, Step> {
  readonly start: World;
  /** What can happen in a world. */
  stepsIn(world: World): Iterable<Step>;
  /** The world after it; the same one where nothing came of it. */
  step(world: World, by: Step): World;
  /** The same for worlds that need not be told apart. */
  keyOf(world: World): unknown;
  /** The rules that are broken in a world. `isNew`: no world with its key was reached before. */
  violations(world: World, isNew: boolean): readonly string[];
  /** Told of every new world that breaks no rule. */
  onNew?(world: World): void;
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

interface Node<World, Step> {
  readonly world: World;
  readonly by: Step | null;
  readonly parent: Node<World, Step> | null;
}

/** Explores until a rule is broken, nothing new is left, or after about `most` transitions. */
export function explore<World, Step>(what: Explorable<World, Step>, most = Infinity): Explored<Step> {
  const known = new Set([what.keyOf(what.start)]);
  const found: Explored<Step> = { states: 1, transitions: 0, depth: 0, isWhole: false, broken: null };
  let frontier: Node<World, Step>[] = [{ world: what.start, by: null, parent: null }];
  while (frontier.length > 0) {
    const next: Node<World, Step>[] = [];
    for (const node of frontier) {
      if (found.transitions > most) return found;
      for (const by of what.stepsIn(node.world)) {
        const world = what.step(node.world, by);
        if (world === node.world) continue;
        found.transitions++;
        const key = what.keyOf(world);
        const isNew = !known.has(key);
        const reached = { world, by, parent: node };
        const violations = what.violations(world, isNew);
        if (violations.length > 0) {
          found.broken = { violations, trace: traceTo(reached) };
          return found;
        }
        if (!isNew) continue;
        known.add(key);
        found.states++;
        what.onNew?.(world);
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

function traceTo<World, Step>({ parent, by }: Node<World, Step>): Step[] {
  return parent === null ? [] : [...traceTo(parent), by!];
}
