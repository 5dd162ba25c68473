/**
 * ICE recovery: when a connection over which media stopped is given a new path (ICE restart, RFC 8445, section 2.4), and when the
 * call is given up. A pure function of state and event, walked in every order by `recovery_walk_test.ts`; `recovery_runner.ts` runs it.
 *
 * Whatever comes in whatever order, a call that lost its media has it again or is given up within `roundMs` (some 19 s) as long as
 * both sides can be reached and there is no news of the network, and within `limitMs` in any case.
 */

import {
  attempt,
  begin,
  connected,
  due,
  giveUp,
  hasRoundLeft,
  isReachable,
  isStalled,
  isVouchedFor,
  round,
  sooner,
  stay,
} from "./recovery_rounds.ts";
import {
  isInTrouble,
  known,
  type Recovered,
  type RecoveryRules,
  type RecoveryState,
  type SignalingStatus,
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

/** Applies one event. Total: what means nothing in a state leaves it as it is. */
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

/** The browser reports another connection state. */
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
  // Where there are fewer, a media section was closed, whose packets are counted no more.
  const next = { ...state, packets };
  if (!isStalled(state, at, rules)) return stay(next);
  const started = phase === "connected"
    ? begin(next, at, rules, rules.politeMs)
    : sooner(next, at, rules, rules.politeMs);
  return started.state === next ? started : { ...started, effects: ["check-signaling", ...started.effects] };
}

/** The other side can be reached again: a broken path is given another one now, with a new round of tries. */
function news(state: RecoveryState, at: number, rules: RecoveryRules, delayMs: number): Recovered {
  if (!isInTrouble(state) || !isReachable(state) || !hasRoundLeft(state.budget, rules)) return stay(state);
  return due(round(state, state.budget, at, rules, delayMs), at, rules);
}

/** There is another network, maybe: media is given a path over it. */
function networkChanged(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  // Packets of the network before may have come just now: an ICE restart does not wait until they are missed.
  const isRestarting = state.phase === "connected" && isReachable(state);
  const { state: next, effects } = isRestarting
    ? { state, effects: ["restart-ice"] as const }
    : news(state, at, rules, 0);
  return { state: next, effects: ["check-signaling", ...effects] };
}

/** The other side's ICE restart was answered: it counts as a try of this round. */
function peerRestarted(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  if (!isInTrouble(state) || !isReachable(state)) return stay(state);
  if (state.phase === "unreachable" && !hasRoundLeft(state.budget, rules)) return stay(state);
  const current = state.phase === "recovering" ? state : round(state, state.budget, at, rules, 0);
  // The other side's restart counts as a try of this side's, and has as long as the longest of these; within the same round.
  const deadline = Math.max(current.deadline, Math.min(at + rules.triesMs.at(-1)!, current.failsAt));
  return stay({ ...current, tries: Math.max(1, current.tries), deadline });
}

/** A deadline passed. */
function expired(state: RecoveryState, at: number, rules: RecoveryRules): Recovered {
  if (!("deadline" in state) || at < state.deadline) return stay(state);
  const isTried = state.phase === "unreachable" || state.phase === "recovering" && state.tries > 0;
  if (isTried && isVouchedFor(state, at, rules)) return stay(connected(state, at, rules));
  if (state.phase === "recovering") return attempt(state, at, rules);
  // Nothing reported that both sides can be reached again, but they can.
  if (state.phase === "unreachable" && isReachable(state) && hasRoundLeft(state.budget, rules)) {
    return due(round(state, state.budget, at, rules, 0), at, rules);
  }
  return giveUp(state);
}

/**
 * Packets that are not missed, since the browser says that it is connected and the other side that it sends nothing, are not missed
 * later either, when one of the two says otherwise: not before their next one.
 */
function excused(state: RecoveryState, at: number, rules: RecoveryRules): RecoveryState {
  return isInTrouble(state) && isVouchedFor(state, at, rules) ? { ...state, isFlowing: false } : state;
}
