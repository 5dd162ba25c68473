/**
 * A model of ICE recovery and of what is around it, for `recovery_walk_test.ts`: what can happen to a call, one step at a time, with time in
 * small whole numbers; and, kept apart from the machine, what must be true of what it does.
 */

import type { recover } from "../../../../shared/client/call/recovery.ts";
import {
  deadlineOf,
  type RecoveryRules,
  type RecoveryState,
  roundMs,
  type SignalingStatus,
  START as NEW,
} from "../../../../shared/client/call/recovery_state.ts";

export type Recover = typeof recover;

const SMALL: RecoveryRules = {
  connectingMs: 1,
  stallMs: 1,
  gapMs: 1,
  politeMs: 0,
  triesMs: [1, 1],
  maxTries: 4,
  graceMs: 1,
  totalMs: 3,
};
/** Rules in units of time that are small enough to walk all there is; what is twice as long as another is so for one of the two. */
export const ROLES = {
  callee: { ...SMALL, gapMs: 2, politeMs: 1, triesMs: [1], maxTries: 2 },
  caller: SMALL,
} as const;

/** What may happen next. Time passes in `wait` alone: a timer that is due fires then, before the packets are counted or after. */
export type Step =
  | { do: "wait"; media: boolean; timer: "before" | "after" }
  | { do: "connection"; state: "connected" | "disconnected" | "failed" }
  | { do: "signaling"; status: SignalingStatus }
  | { do: "peer"; isAway: boolean }
  | { do: "peer-sends"; isSending: boolean }
  | {
    do:
      | "answered"
      | "media"
      | "early-timer"
      | "offer-lost"
      | "answer-lost"
      | "synced"
      | "network-changed"
      | "peer-restarted"
      | "replaced"
      | "close";
  };

export const STEPS: readonly Step[] = [
  ...[true, false].flatMap((media) =>
    (["before", "after"] as const).map((timer): Step => ({ do: "wait", media, timer }))
  ),
  ...(["connected", "disconnected", "failed"] as const).map((state): Step => ({ do: "connection", state })),
  ...(["open", "away", "gone"] as const).map((status): Step => ({ do: "signaling", status })),
  ...[true, false].map((isAway): Step => ({ do: "peer", isAway })),
  ...[true, false].map((isSending): Step => ({ do: "peer-sends", isSending })),
  ...([
    "answered",
    "media",
    "early-timer",
    "offer-lost",
    "answer-lost",
    "synced",
    "network-changed",
    "peer-restarted",
    "replaced",
    "close",
  ] as const).map((what): Step => ({ do: what })),
];

/** The machine and what really happened, which the machine is not asked for. */
export interface Model {
  readonly state: RecoveryState;
  readonly now: number;
  readonly isOver: boolean;
  readonly isClosed: boolean;
  readonly isAnswered: boolean;
  readonly connection: RTCPeerConnectionState;
  readonly signaling: SignalingStatus;
  readonly peerAwayUntil: number | null;
  readonly isPeerSending: boolean;
  readonly lastMediaAt: number | null;
  /** Packets came over this peer connection, and when they stopped it was not while nothing was sent. */
  readonly isMediaOwed: boolean;
  /** This peer connection has until then to connect. */
  readonly connectBy: number;
  /** It was well then: packets came, or the browser said so and no packets were owed. */
  readonly provenAt: number;
  /** Then there was news, or will be: where both can be reached and it is not said, that is noticed when the grace is over. */
  readonly newsAt: number;
  /** ICE restarts since it was well, and since there was news. */
  readonly tries: number;
  readonly triesInRound: number;
  /** The offer of a restart was lost, or its answer, and it has not been repeated. */
  readonly isLost: boolean;
  readonly violations: readonly string[];
}

export const START: Model = {
  state: NEW,
  now: 0,
  isOver: false,
  isClosed: false,
  isAnswered: false,
  connection: "new",
  signaling: "open",
  peerAwayUntil: null,
  isPeerSending: false,
  lastMediaAt: null,
  isMediaOwed: false,
  connectBy: 0,
  provenAt: 0,
  newsAt: 0,
  tries: 0,
  triesInRound: 0,
  isLost: false,
  violations: [],
};

/** There was news: a new round may begin. */
export function newsIn(model: Model, afterMs = 0): Model {
  return { ...model, newsAt: model.now + afterMs, triesInRound: 0 };
}

/** The timer is due. */
export function isDue({ state, now }: Model): boolean {
  return (deadlineOf(state) ?? Infinity) <= now;
}

/** Packets came not long ago. */
export function isFresh({ lastMediaAt, now, isMediaOwed }: Model, { stallMs }: RecoveryRules): boolean {
  return isMediaOwed && now - lastMediaAt! < stallMs;
}

/** It is well: packets come, or the browser says so and none are missed. */
export function isProven(model: Model, rules: RecoveryRules): boolean {
  return isFresh(model, rules) || model.connection === "connected" && !(model.isMediaOwed && model.isPeerSending);
}

/** Both sides can be reached. */
export function canReach({ signaling, peerAwayUntil }: Model): boolean {
  return signaling === "open" && peerAwayUntil === null;
}

/** Two models with one key are the same but for when they began. */
export function keyOf(model: Model, rules: RecoveryRules): string {
  const { state, now } = model;
  if (model.isOver) return model.isClosed ? "closed" : "failed";
  const age = (at: number | null, most: number) => at === null ? "-" : Math.min(now - at, most);
  const left = (at: number | null) => at === null ? "-" : Math.max(at - now, -1);
  const own = "budget" in state ? [state.budget.tries, left(state.budget.endsAt)] : [];
  return [
    state.phase,
    state.connection,
    "deadline" in state ? left(state.deadline) : "",
    ...own,
    state.phase === "recovering" ? [state.tries, left(state.failsAt)] : "",
    state.signaling,
    left(state.peerAwayUntil),
    state.isPeerSending,
    state.isFlowing,
    state.hasConnected,
    age(state.lastMediaAt, rules.stallMs),
    model.isAnswered,
    model.connection,
    model.isMediaOwed,
    left(model.connectBy),
    age(Math.max(model.newsAt, model.provenAt), roundMs(rules) + 1),
    model.tries,
    model.triesInRound,
    model.isLost,
  ].join();
}
