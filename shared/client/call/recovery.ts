/**
 * ICE recovery: when a connection over which media stopped is given a new path (ICE restart, RFC 8445, section 2.4), and when the
 * call is given up. A pure function of state and event, walked in every order by `recovery_walk_test.ts`; `recovery_runner.ts` runs it.
 *
 * Whatever comes in whatever order, a call that lost its media has it again or is given up within `roundMs` (some 19 s) as long as
 * both sides can be reached and there is no news of the network, and within `limitMs` in any case.
 */

import {
  type Budget,
  isInTrouble,
  known,
  limitMs,
  type RecoveryEffect,
  type RecoveryRules,
  type RecoveryState,
  type SignalingStatus,
  sum,
} from "./recovery_state.ts";

/** Everything that recovery is told, by where it comes from. `at`: when, on the monotonic clock, in ms. */
export type RecoveryEvent =
  & { readonly at: number }
  & (
    // The call.
    /** Both descriptions are exchanged. */
    | { readonly type: "answered" }
    /** The other page was reloaded: the peer connection is another one, which starts anew. */
    | { readonly type: "replaced" }
    | { readonly type: "close" }
    // The peer connection.
    /** The browser's word for it. It lags: `connected` stands for five seconds after the last packet. */
    | { readonly type: "connection"; readonly state: RTCPeerConnectionState }
    // Media statistics.
    /** How many RTP packets came so far over this peer connection. */
    | { readonly type: "stats"; readonly packets: number }
    // Signaling.
    /** This side's socket. `gone`: for good. */
    | { readonly type: "signaling"; readonly status: SignalingStatus }
    /** The server said that the call stands: a message reaches the other side, or is held for it. */
    | { readonly type: "synced" }
    /** The browser says that there is a network again, maybe another one. */
    | { readonly type: "network-changed" }
    // The other side.
    /** Its own signaling went, or is there again. */
    | { readonly type: "peer"; readonly isAway: boolean }
    /** By its own word it sends a voice or pictures, or nothing that must come. */
    | { readonly type: "peer-sends"; readonly isSending: boolean }
    /** Its ICE restart was answered: a new candidate pair will be selected. */
    | { readonly type: "peer-restarted" }
    // The timer, at `deadlineOf(state)`.
    | { readonly type: "timer" }
  );

export interface Recovered {
  readonly state: RecoveryState;
  readonly effects: readonly RecoveryEffect[];
}

export function recover(state: RecoveryState, event: RecoveryEvent, rules: RecoveryRules): Recovered {
  if (state.phase === "closed" || state.phase === "failed" && event.type !== "close") return stay(state);
  const { at } = event;
  switch (event.type) {
    case "answered":
      if (state.phase !== "new") return stay(state);
      if (state.connection === "connected") return stay(connected(state, at, rules));
      return stay({ ...known(state), phase: "connecting", deadline: at + rules.connectingMs });
    case "replaced": {
      const fresh = {
        connection: "new",
        packets: 0,
        isFlowing: false,
        peerAwayUntil: null,
        isPeerSending: false,
      } as const;
      return stay({ ...known(state), ...fresh, phase: "connecting", deadline: at + rules.connectingMs });
    }
    case "close":
      return stay({ ...known(state), phase: "closed" });
    case "connection":
      return moved({ ...excused(state, at, rules), connection: event.state }, at, rules);
    case "stats":
      return counted(state, event.packets, at, rules);
    case "signaling":
      return stay({ ...state, signaling: event.status });
    case "synced":
      return news({ ...state, signaling: "open" }, at, rules, 0);
    case "network-changed":
      return networkChanged(state, at, rules);
    case "peer": {
      const next = { ...state, peerAwayUntil: event.isAway ? at + rules.graceMs + rules.gapMs : null };
      return event.isAway ? stay(next) : news(next, at, rules, rules.politeMs);
    }
    case "peer-sends":
      return stay({ ...excused(state, at, rules), isPeerSending: event.isSending });
    case "peer-restarted":
      return peerRestarted(state, at, rules);
    case "timer":
      return expired(at < (state.peerAwayUntil ?? Infinity) ? state : { ...state, peerAwayUntil: null }, at, rules);
  }
}

type Recovering = RecoveryState & { readonly phase: "recovering" };

/** The browser's word is another one. */
function moved(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  const { connection, phase } = state;
  if (connection === "connected") {
    const isBack = phase === "connecting" || isInTrouble(state) && isVouchedFor(state, at, rules);
    return stay(isBack ? connected(state, at, rules) : state);
  }
  if (connection !== "failed" && connection !== "disconnected") return stay(state);
  if (phase === "connecting") {
    if (connection === "disconnected") return stay(state);
    return state.hasConnected ? begin(state, at, rules, rules.politeMs) : giveUp(state);
  }
  const delayMs = (connection === "failed" ? 0 : rules.gapMs) + rules.politeMs;
  return phase === "connected" ? begin(state, at, rules, delayMs) : sooner(state, at, rules, delayMs);
}

/** Packets were counted: they alone prove that media flows, whatever the browser says. */
function counted(state: RecoveryState, packets: number, at: number, rules: RecoveryRules): Recovered {
  const { lastMediaAt, phase } = state;
  if (packets > state.packets) {
    const next = { ...state, packets, lastMediaAt: at, isFlowing: true };
    const isAfterGap = lastMediaAt !== null && at - lastMediaAt >= rules.stallMs;
    return {
      state: phase === "new" ? next : { ...known(next), phase: "connected", hasConnected: true },
      effects: isAfterGap ? ["send-key-frame"] : [],
    };
  }
  // Fewer: a section was closed, and its packets are counted no more.
  const next = { ...state, packets };
  if (!isStalled(state, at, rules)) return stay(next);
  const started = phase === "connected"
    ? begin(next, at, rules, rules.politeMs)
    : sooner(next, at, rules, rules.politeMs);
  return started.state === next ? started : { ...started, effects: ["check-signaling", ...started.effects] };
}

/** The other side can be reached again: what is broken is given a new path now, with a new round of tries. */
function news(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  if (!isInTrouble(state) || !isReachable(state) || !hasRoundLeft(state.budget, rules)) return stay(state);
  return due(round(state, state.budget, at, rules, delayMs), at, rules);
}

function networkChanged(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  // Packets of the network before may have come just now: it is not waited until they are missed.
  const isRestarting = state.phase === "connected" && isReachable(state);
  const { state: next, effects } = isRestarting
    ? { state, effects: ["restart-ice"] as const }
    : news(state, at, rules, 0);
  return { state: next, effects: ["check-signaling", ...effects] };
}

function peerRestarted(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  if (!isInTrouble(state) || !isReachable(state)) return stay(state);
  if (state.phase === "unreachable" && !hasRoundLeft(state.budget, rules)) return stay(state);
  const current = state.phase === "recovering" ? state : round(state, state.budget, at, rules, 0);
  // Its try is as good as one of this side, and has as long as the longest of them; within the same round.
  const deadline = Math.max(current.deadline, Math.min(at + rules.triesMs.at(-1)!, current.failsAt));
  return stay({ ...current, tries: Math.max(1, current.tries), deadline });
}

function expired(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  if (!("deadline" in state) || at < state.deadline) return stay(state);
  const isTried = state.phase === "unreachable" || state.phase === "recovering" && state.tries > 0;
  if (isTried && isVouchedFor(state, at, rules)) return stay(connected(state, at, rules));
  if (state.phase === "recovering") return attempt(state, at, rules);
  // The news that both can be reached did not come, but it is so.
  if (state.phase === "unreachable" && isReachable(state) && hasRoundLeft(state.budget, rules)) {
    return due(round(state, state.budget, at, rules, 0), at, rules);
  }
  return giveUp(state);
}

/** From a connection that was there: the first try is made after `delayMs`. */
function begin(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  return due(round(state, { tries: 0, endsAt: at + limitMs(rules) }, at, rules, delayMs), at, rules);
}

/** A first try that waits for a gap to close by itself, or out of politeness, waits no longer than `delayMs` from now. */
function sooner(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  if (state.phase !== "recovering" || state.tries > 0 || at + delayMs >= state.deadline) return stay(state);
  return due(round(state, state.budget, at, rules, delayMs), at, rules);
}

function round(state: RecoveryState, budget: Budget, at: number, rules: RecoveryRules, delayMs: number): Recovering {
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

function hasRoundLeft({ tries }: Budget, { triesMs, maxTries }: RecoveryRules): boolean {
  return tries + triesMs.length <= maxTries;
}

/** What is due already is done without a timer. */
function due(state: Recovering, at: number, rules: RecoveryRules): Recovered {
  return at < state.deadline ? stay(state) : attempt(state, at, rules);
}

/** One try, or the end of them. */
function attempt(state: Recovering, at: number, rules: RecoveryRules): Recovered {
  const { tries, budget, failsAt } = state;
  if (at >= budget.endsAt) return end(state, at, rules);
  if (!isReachable(state)) {
    // Who is away may be back within the grace, and then there is somebody to offer to. Where this side's signaling is gone for
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

/** Nothing more is tried. */
function end(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  return isVouchedFor(state, at, rules) ? stay(connected(state, at, rules)) : giveUp(state);
}

function giveUp(state: RecoveryState): Recovered {
  return { state: { ...known(state), phase: "failed" }, effects: ["give-up"] };
}

/** Well by the browser's word. Packets that stopped, rightly, say nothing any more until they come again. */
function connected(state: RecoveryState, at: number, rules: RecoveryRules): RecoveryState {
  const isFlowing = state.isFlowing && !isStalled(state, at, rules);
  return { ...known(state), isFlowing, phase: "connected", hasConnected: true };
}

/**
 * Packets that are not missed, since the browser says that it is connected and the other side that it sends nothing, are not missed
 * later either, when one of the two says otherwise: not before their next one.
 */
function excused(state: RecoveryState, at: number, rules: RecoveryRules): RecoveryState {
  return isInTrouble(state) && isVouchedFor(state, at, rules) ? { ...state, isFlowing: false } : state;
}

/** The browser says that it is connected, and nothing says otherwise: what the other side sends would be here. */
function isVouchedFor(state: RecoveryState, at: number, rules: RecoveryRules): boolean {
  return state.connection === "connected" && !(state.isPeerSending && isStalled(state, at, rules));
}

/** Packets came, and come no more. */
function isStalled({ isFlowing, lastMediaAt }: RecoveryState, at: number, { stallMs }: RecoveryRules): boolean {
  return isFlowing && at - lastMediaAt! >= stallMs;
}

function isReachable({ signaling, peerAwayUntil }: RecoveryState): boolean {
  return signaling === "open" && peerAwayUntil === null;
}

function stay(state: RecoveryState): Recovered {
  return { state, effects: [] };
}
