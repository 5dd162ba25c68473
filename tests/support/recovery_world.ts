/**
 * ICE recovery with the world around it, for `recovery_walk_test.ts`: what can happen to a call, one step at a time, with time in
 * small whole numbers; and, kept apart from the machine, what must be true of what it does.
 */

import type { OmitEach } from "../../shared/omit_each.ts";
import type { recover, RecoveryEvent } from "../../shared/client/call/recovery.ts";
import {
  deadlineOf,
  isWell,
  limitMs,
  type RecoveryEffect,
  type RecoveryRules,
  type RecoveryState,
  roundMs,
  type SignalingStatus,
  START as NEW,
} from "../../shared/client/call/recovery_state.ts";

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
export interface World {
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

export const START: World = {
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

/** The next world; the same object where the step cannot be taken. */
export function step(world: World, by: Step, rules: RecoveryRules, recover: Recover): World {
  switch (by.do) {
    case "wait": {
      if (world.isOver) return world;
      const later = judged({ ...world, now: world.now + 1 }, rules);
      const fire = (world: World) => isDue(world) ? tell(world, { type: "timer" }, rules, recover) : world;
      const count = (world: World) => counted(world, by.media, rules, recover);
      return inTime(by.timer === "before" ? count(fire(later)) : fire(count(later)), rules);
    }
    case "media":
      return world.isAnswered ? inTime(counted(world, true, rules, recover), rules) : world;
    case "early-timer":
      return isDue(world) ? world : tell(world, { type: "timer" }, rules, recover);
    case "offer-lost":
    case "answer-lost":
      // Nobody hears of either: the offer stays pending, until it is repeated.
      return world.tries > 0 && !world.isLost ? { ...world, isLost: true } : world;
    case "connection":
      return tell({ ...world, connection: by.state }, { type: "connection", state: by.state }, rules, recover);
    case "signaling": {
      if (world.signaling === "gone") return world;
      const isBack = by.status === "open" && world.signaling !== "open";
      const next = { ...world, signaling: by.status };
      return tell(
        isBack ? newsIn(next, rules.graceMs) : next,
        { type: "signaling", status: by.status },
        rules,
        recover,
      );
    }
    case "peer": {
      const peerAwayUntil = by.isAway ? world.now + rules.graceMs + rules.gapMs : null;
      const next = { ...world, peerAwayUntil };
      return tell(by.isAway ? next : newsIn(next), { type: "peer", isAway: by.isAway }, rules, recover);
    }
    case "peer-sends":
      return tell({ ...world, isPeerSending: by.isSending }, { type: "peer-sends", ...by }, rules, recover);
    case "answered": {
      if (world.isAnswered) return tell(world, { type: "answered" }, rules, recover);
      const next = { ...world, isAnswered: true, connectBy: world.now + rules.connectingMs };
      return tell(next, { type: "answered" }, rules, recover);
    }
    case "replaced": {
      if (!world.isAnswered) return world;
      const fresh = { connection: "new", isMediaOwed: false, isPeerSending: false, peerAwayUntil: null } as const;
      const next = {
        ...world,
        ...fresh,
        connectBy: world.now + rules.connectingMs,
        isLost: false,
        tries: 0,
      } as const;
      return tell(newsIn(next), { type: "replaced" }, rules, recover);
    }
    case "synced":
      if (world.signaling === "gone") return world;
      return tell(newsIn({ ...world, signaling: "open" }), { type: "synced" }, rules, recover);
    case "peer-restarted":
      // Its offer was taken: this side's own was taken back for it, or had its answer.
      return tell({ ...world, isLost: false }, { type: by.do }, rules, recover);
    case "network-changed":
      return tell(newsIn(world), { type: by.do }, rules, recover);
    case "close":
      return tell({ ...world, isOver: true, isClosed: true }, { type: "close" }, rules, recover);
  }
}

function tell(world: World, told: Told, rules: RecoveryRules, recover: Recover): World {
  const before = world.state;
  const { state, effects } = recover(before, { ...told, at: world.now } as RecoveryEvent, rules);
  const wrong: string[] = [];
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);

  if (told.type === "timer" && !isDue(world)) {
    require(effects.length === 0 && state.phase === before.phase, "a timer that is early changes nothing");
  }
  if (world.isOver && told.type !== "close" || world.isClosed) {
    require(effects.length === 0, "nothing is done after the end");
  }
  // With `inTime` below: by induction, all of a recovery is over within its limit, whatever comes.
  if ("budget" in before && "budget" in state) {
    require(state.budget.endsAt === before.budget.endsAt, "the end of a recovery is not put off");
  } else if ("budget" in state) {
    require(state.budget.endsAt <= world.now + limitMs(rules), "a recovery has an end");
  }
  if (told.type === "peer-restarted" && "failsAt" in before && "failsAt" in state) {
    require(state.failsAt === before.failsAt, "the other side's restart does not put the end of a round off");
  }
  if (told.type === "network-changed") {
    require(
      world.isOver || effects.includes("check-signaling"),
      "a network that is new makes the signaling prove itself",
    );
  }
  let next: World = { ...world, state };
  for (const effect of effects) next = done(next, effect, told, rules, wrong);
  return judged({ ...next, violations: [...next.violations, ...wrong] }, rules);
}

type Told = OmitEach<RecoveryEvent, "at">;

/** What an effect does to the world, and what is wrong with it. */
function done(world: World, effect: RecoveryEffect, told: Told, rules: RecoveryRules, wrong: string[]): World {
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);
  if (effect === "give-up") {
    require(!isFresh(world, rules), "no call is given up while media flows");
    require(!isProven(world, rules), "no call is given up while all is well by what can be known");
    return { ...world, isOver: true };
  }
  if (effect !== "restart-ice") return world;
  require(canReach(world), "nobody is offered to who cannot be reached");
  require(world.isAnswered, "there is nothing to restart before the answer");
  if (rules.politeMs > 0) {
    require(
      !["connection", "stats", "peer"].includes(told.type),
      "the callee leaves the first try to the caller",
    );
  }
  const isCounted = !isProven(world, rules);
  return {
    ...world,
    tries: world.tries + Number(isCounted),
    triesInRound: world.triesInRound + Number(isCounted),
    isLost: false,
  };
}

/** Packets are counted: some came, or none. */
function counted(world: World, hasCome: boolean, rules: RecoveryRules, recover: Recover): World {
  if (world.isOver || !world.isAnswered) return world;
  const isAfterGap = world.lastMediaAt !== null && world.now - world.lastMediaAt >= rules.stallMs;
  const packets = world.state.packets + Number(hasCome);
  const seen = hasCome ? { ...world, lastMediaAt: world.now, isMediaOwed: true, isLost: false } : world;
  const told: { effects: readonly RecoveryEffect[] } = { effects: [] };
  const next = tell(seen, { type: "stats", packets }, rules, (...args) => {
    const real = recover(...args);
    told.effects = real.effects;
    return real;
  });
  const wrong: string[] = [];
  if (hasCome && isAfterGap !== told.effects.includes("send-key-frame")) {
    wrong.push("a key frame is sent after a gap, and then only");
  }
  if (hasCome && next.state.phase !== "connected") wrong.push("media that comes is what ends a recovery");
  const isStarted = next.state.phase !== "connected" && world.state.phase === "connected";
  if (isStarted && !told.effects.includes("check-signaling")) {
    wrong.push("where media stops, the signaling has to prove itself");
  }
  return { ...next, violations: [...next.violations, ...wrong] };
}

/** Takes note of what is true now: whether it is well, and what is owed. */
function judged(world: World, rules: RecoveryRules): World {
  const { now, peerAwayUntil } = world;
  let next = world;
  // Where nothing is sent, packets rightly stop.
  const isQuiet = world.connection === "connected" && !world.isPeerSending;
  if (next.isMediaOwed && isQuiet && !isFresh(next, rules)) next = { ...next, isMediaOwed: false };
  if (peerAwayUntil !== null && peerAwayUntil <= now) next = newsIn({ ...next, peerAwayUntil: null }, rules.graceMs);
  if (isProven(next, rules)) next = { ...next, provenAt: now, tries: 0, triesInRound: 0 };
  if (!canReach(next)) next = { ...next, newsAt: now };
  return next;
}

/** What must hold at every time, and that it does not last too long. */
function inTime(world: World, rules: RecoveryRules): World {
  const { state, now } = world;
  if (world.isOver || !world.isAnswered) return world;
  const wrong: string[] = [];
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);
  const isTimerSet = deadlineOf(state) !== null;
  require(
    isTimerSet || isFresh(world, rules) || isProven(world, rules),
    "a timer is set, or it is well: nothing hangs",
  );
  require(!isTimerSet || deadlineOf(state)! > now, "no timer is left behind");
  const since = Math.max(world.provenAt, world.newsAt, world.connectBy);
  require(now - since <= roundMs(rules), "without media or news the call is given up within a round");
  if ("budget" in state) require(state.deadline <= state.budget.endsAt, "a recovery waits no longer than to its end");
  require(world.tries <= rules.maxTries, "no more tries than are allowed");
  require(world.triesInRound <= rules.triesMs.length, "no more tries in a round than are allowed");
  if (world.isLost && canReach(world) && !isProven(world, rules)) {
    // Where the news is still to come that both can be reached, until the grace is over.
    const withinMs = state.phase === "unreachable" ? rules.graceMs : longestPause(rules);
    require(isTimerSet && deadlineOf(state)! - now <= withinMs, "an offer that was lost is repeated in time");
  }
  if (isFresh(world, rules) && world.peerAwayUntil === null) require(isWell(state), "what is well is said to be");
  if (isWell(state)) require(isFresh(world, rules) || isProven(world, rules), "what is not well is not said to be");
  return { ...world, violations: [...world.violations, ...wrong] };
}

/** Between two signs of life of a recovery. */
function longestPause({ gapMs, politeMs, triesMs }: RecoveryRules): number {
  return Math.max(gapMs + politeMs, ...triesMs);
}

/** There was news: a new round may begin. */
function newsIn(world: World, afterMs = 0): World {
  return { ...world, newsAt: world.now + afterMs, triesInRound: 0 };
}

function isDue({ state, now }: World): boolean {
  return (deadlineOf(state) ?? Infinity) <= now;
}

function isFresh({ lastMediaAt, now, isMediaOwed }: World, { stallMs }: RecoveryRules): boolean {
  return isMediaOwed && now - lastMediaAt! < stallMs;
}

/** It is well: packets come, or the browser says so and none are missed. */
function isProven(world: World, rules: RecoveryRules): boolean {
  return isFresh(world, rules) || world.connection === "connected" && !(world.isMediaOwed && world.isPeerSending);
}

function canReach({ signaling, peerAwayUntil }: World): boolean {
  return signaling === "open" && peerAwayUntil === null;
}

/** Two worlds with one key are the same but for when they began. */
export function keyOf(world: World, rules: RecoveryRules): string {
  const { state, now } = world;
  if (world.isOver) return world.isClosed ? "closed" : "failed";
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
    world.isAnswered,
    world.connection,
    world.isMediaOwed,
    left(world.connectBy),
    age(Math.max(world.newsAt, world.provenAt), roundMs(rules) + 1),
    world.tries,
    world.triesInRound,
    world.isLost,
  ].join();
}
