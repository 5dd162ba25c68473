/** Rounds of ICE restarts: when one begins, how often and how long it tries, and what its end is. */

import {
  type Budget,
  known,
  limitMs,
  type Recovered,
  type RecoveryRules,
  type RecoveryState,
  sum,
} from "./recovery_state.ts";

type Recovering = RecoveryState & { readonly phase: "recovering" };

/** From a connection that was there: the first try is made after `delayMs`. */
export function begin(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  return due(round(state, { tries: 0, endsAt: at + limitMs(rules) }, at, rules, delayMs), at, rules);
}

/** A first try that waits for a gap to close by itself, or out of politeness, waits no longer than `delayMs` from now. */
export function sooner(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  if (state.phase !== "recovering" || state.tries > 0 || at + delayMs >= state.deadline) return stay(state);
  return due(round(state, state.budget, at, rules, delayMs), at, rules);
}

/** A new round of tries, the first of them after `delayMs`. */
export function round(
  state: RecoveryState,
  budget: Budget,
  at: number,
  rules: RecoveryRules,
  delayMs: number,
): Recovering {
  const deadline = Math.min(at + delayMs, budget.endsAt);
  return {
    ...known(state),
    phase: "recovering",
    tries: 0,
    deadline,
    failsAt: Math.min(deadline + sum(rules.triesMs), budget.endsAt),
    budget,
  };
}

/** Whether the budget has tries for one more round. */
export function hasRoundLeft({ tries }: Budget, { triesMs, maxTries }: RecoveryRules): boolean {
  return tries + triesMs.length <= maxTries;
}

/** A try that is due already is made at once, without a timer. */
export function due(state: Recovering, at: number, rules: RecoveryRules): Recovered {
  return at < state.deadline ? stay(state) : attempt(state, at, rules);
}

/** One try, or the end of them. */
export function attempt(state: Recovering, at: number, rules: RecoveryRules): Recovered {
  const { tries, budget, failsAt } = state;
  if (at >= budget.endsAt) return end(state, at, rules);
  if (!isReachable(state)) {
    // A side that is away may be back within the grace, and take an offer then. Where this side's signaling is gone for
    // good, only the path itself can come back.
    const patienceMs = state.signaling === "gone" ? rules.triesMs.at(-1)! : rules.graceMs;
    return stay({ ...known(state), phase: "unreachable", deadline: Math.min(at + patienceMs, budget.endsAt), budget });
  }
  const patienceMs = rules.triesMs[tries];
  if (patienceMs === undefined || at >= failsAt) return end(state, at, rules);
  return {
    state: {
      ...state,
      tries: tries + 1,
      budget: { ...budget, tries: budget.tries + 1 },
      deadline: Math.min(at + patienceMs, failsAt),
    },
    effects: ["restart-ice"],
  };
}

/** The tries are over: it is well by the browser's word, or the call is given up. */
function end(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  return isVouchedFor(state, at, rules) ? stay(connected(state, at, rules)) : giveUp(state);
}

/** The call is given up. */
export function giveUp(state: RecoveryState): Recovered {
  return { state: { ...known(state), phase: "failed" }, effects: ["give-up"] };
}

/** Connected by the browser's word. Packets that rightly stopped prove nothing any more, until they come again. */
export function connected(state: RecoveryState, at: number, rules: RecoveryRules): RecoveryState {
  const isFlowing = state.isFlowing && !isStalled(state, at, rules);
  return { ...known(state), isFlowing, phase: "connected", hasConnected: true };
}

/** The browser says that it is connected, and nothing says otherwise: what the other side sends would be here. */
export function isVouchedFor(state: RecoveryState, at: number, rules: RecoveryRules): boolean {
  return state.connection === "connected" && !(state.isPeerSending && isStalled(state, at, rules));
}

/** Packets came, and come no more. */
export function isStalled({ isFlowing, lastMediaAt }: RecoveryState, at: number, { stallMs }: RecoveryRules): boolean {
  return isFlowing && at - lastMediaAt! >= stallMs;
}

/** Both sides' signaling is there: an offer would arrive. */
export function isReachable({ signaling, peerAwayUntil }: RecoveryState): boolean {
  return signaling === "open" && peerAwayUntil === null;
}

/** Nothing is to be done. */
export function stay(state: RecoveryState): Recovered {
  return { state, effects: [] };
}
