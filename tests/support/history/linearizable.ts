/**
 * Whether what several did at once can be put into one order that explains all of it (linearizability; Herlihy and Wing 1990, with the
 * search of Wing and Gong 1993): an operation that was over before another one began comes before it.
 */

/** What was done, between when it was asked for and when its result was seen. */
export interface Operation<Does> {
  readonly does: Does;
  /** By one clock for all, in ms. */
  readonly from: number;
  /** `Infinity`: nobody saw a result, so it may have happened at any time since, or never. */
  readonly until: number;
}

/** What the operations are done to. */
export interface Model<State, Does> {
  readonly start: State;
  /**
   * The state after it; `null`: it cannot be done then, or not with that result. What nobody saw a result of must change the state so that
   * it cannot be done again.
   */
  apply(state: State, does: Does): State | null;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

/** The search found nothing among so many states: no history of the tests is near it. */
const MAX_STATES = 500_000;

/** Gives the operations that were seen, in an order that explains them; or (`stuckAt`) those that no order got past. */
export function linearize<State, Does>(
  operations: readonly Operation<Does>[],
  { start, apply, keyOf }: Model<State, Does>,
): { readonly order: readonly Does[] } | { readonly stuckAt: readonly Does[] } {
  const seen = operations.filter(({ until }) => until < Infinity).sort((a, b) => a.until - b.until);
  const unseen = operations.filter(({ until }) => until === Infinity);
  const tried = new Set<string>();
  let furthest = { count: -1, next: [] as readonly Does[] };
  // Of those seen, by when: the first that is not placed, and what behind it is.
  const stack = [{ state: start, first: 0, ahead: [] as readonly number[], order: [] as readonly Does[] }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    let { first, ahead } = node;
    for (; ahead.includes(first); first++) ahead = ahead.filter((index) => index !== first);
    if (first === seen.length) return { order: node.order };
    const key = `${first} ${[...ahead].sort((a, b) => a - b)} ${keyOf(node.state)}`;
    if (tried.has(key)) continue;
    if (tried.add(key).size > MAX_STATES) throw new Error("Too many orders to try");
    const { until } = seen[first]!;
    const next: Does[] = [];
    const choices = [];
    for (const { does, from } of unseen) {
      const state = from <= until ? apply(node.state, does) : null;
      if (state !== null) choices.push({ state, first, ahead, order: node.order });
    }
    for (let index = seen.length - 1; index >= first; index--) {
      const { does, from } = seen[index]!;
      if (from > until || ahead.includes(index)) continue;
      next.push(does);
      const state = apply(node.state, does);
      if (state !== null) choices.push({ state, first, ahead: [...ahead, index], order: [...node.order, does] });
    }
    if (first + ahead.length > furthest.count) furthest = { count: first + ahead.length, next };
    stack.push(...choices);
  }
  return { stuckAt: furthest.next };
}
