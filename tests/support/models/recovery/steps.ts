/** What may happen in the model of ICE recovery, one step at a time, each checked by what must be true of it. */

import type { OmitEach } from "../../../../shared/omit_each.ts";
import type { RecoveryEvent } from "../../../../shared/client/call/recovery.ts";
import {
  deadlineOf,
  isWell,
  limitMs,
  type RecoveryEffect,
  type RecoveryRules,
  roundMs,
} from "../../../../shared/client/call/recovery_state.ts";
import { canReach, isDue, isFresh, isProven, type Model, newsIn, type Recover, type Step } from "./model.ts";

/** An event as it comes; when is added here. */
type UntimedEvent = OmitEach<RecoveryEvent, "at">;

/** The next model; the same object where the step cannot be taken. */
export function step(model: Model, by: Step, rules: RecoveryRules, recover: Recover): Model {
  switch (by.do) {
    case "wait": {
      if (model.isOver) return model;
      const later = judged({ ...model, now: model.now + 1 }, rules);
      const fire = (model: Model) => isDue(model) ? tell(model, { type: "timer" }, rules, recover) : model;
      const count = (model: Model) => counted(model, by.media, rules, recover);
      return inTime(by.timer === "before" ? count(fire(later)) : fire(count(later)), rules);
    }
    case "media":
      return model.isAnswered ? inTime(counted(model, true, rules, recover), rules) : model;
    case "early-timer":
      return isDue(model) ? model : tell(model, { type: "timer" }, rules, recover);
    case "offer-lost":
    case "answer-lost":
      // Nobody hears of either: the offer stays pending, until it is repeated.
      return model.tries > 0 && !model.isLost ? { ...model, isLost: true } : model;
    case "connection":
      return tell({ ...model, connection: by.state }, { type: "connection", state: by.state }, rules, recover);
    case "signaling": {
      if (model.signaling === "gone") return model;
      const isBack = by.status === "open" && model.signaling !== "open";
      const next = { ...model, signaling: by.status };
      return tell(
        isBack ? newsIn(next, rules.graceMs) : next,
        { type: "signaling", status: by.status },
        rules,
        recover,
      );
    }
    case "peer": {
      const peerAwayUntil = by.isAway ? model.now + rules.graceMs + rules.gapMs : null;
      const next = { ...model, peerAwayUntil };
      return tell(by.isAway ? next : newsIn(next), { type: "peer", isAway: by.isAway }, rules, recover);
    }
    case "peer-sends":
      return tell({ ...model, isPeerSending: by.isSending }, { type: "peer-sends", ...by }, rules, recover);
    case "answered": {
      if (model.isAnswered) return tell(model, { type: "answered" }, rules, recover);
      const next = { ...model, isAnswered: true, connectBy: model.now + rules.connectingMs };
      return tell(next, { type: "answered" }, rules, recover);
    }
    case "replaced": {
      if (!model.isAnswered) return model;
      const fresh = { connection: "new", isMediaOwed: false, isPeerSending: false, peerAwayUntil: null } as const;
      const next = {
        ...model,
        ...fresh,
        connectBy: model.now + rules.connectingMs,
        isLost: false,
        tries: 0,
      } as const;
      return tell(newsIn(next), { type: "replaced" }, rules, recover);
    }
    case "synced":
      if (model.signaling === "gone") return model;
      return tell(newsIn({ ...model, signaling: "open" }), { type: "synced" }, rules, recover);
    case "peer-restarted":
      // Its offer was taken: this side's own was taken back for it, or had its answer.
      return tell({ ...model, isLost: false }, { type: by.do }, rules, recover);
    case "network-changed":
      return tell(newsIn(model), { type: by.do }, rules, recover);
    case "close":
      return tell({ ...model, isOver: true, isClosed: true }, { type: "close" }, rules, recover);
  }
}

function tell(model: Model, event: UntimedEvent, rules: RecoveryRules, recover: Recover): Model {
  const before = model.state;
  const { state, effects } = recover(before, { ...event, at: model.now } as RecoveryEvent, rules);
  const wrong: string[] = [];
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);

  if (event.type === "timer" && !isDue(model)) {
    require(effects.length === 0 && state.phase === before.phase, "a timer that is early changes nothing");
  }
  if (model.isOver && event.type !== "close" || model.isClosed) {
    require(effects.length === 0, "nothing is done after the end");
  }
  // With `inTime` below: by induction, all of a recovery is over within its limit, whatever comes.
  if ("budget" in before && "budget" in state) {
    require(state.budget.endsAt === before.budget.endsAt, "the end of a recovery is not put off");
  } else if ("budget" in state) {
    require(state.budget.endsAt <= model.now + limitMs(rules), "a recovery has an end");
  }
  if (event.type === "peer-restarted" && "failsAt" in before && "failsAt" in state) {
    require(state.failsAt === before.failsAt, "the other side's restart does not put the end of a round off");
  }
  if (event.type === "network-changed") {
    require(
      model.isOver || effects.includes("check-signaling"),
      "a network that is new makes the signaling prove itself",
    );
  }
  let next: Model = { ...model, state };
  for (const effect of effects) next = done(next, effect, event, rules, wrong);
  return judged({ ...next, violations: [...next.violations, ...wrong] }, rules);
}

/** What an effect does to the model, and what is wrong with it. */
function done(model: Model, effect: RecoveryEffect, event: UntimedEvent, rules: RecoveryRules, wrong: string[]): Model {
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);
  if (effect === "give-up") {
    require(!isFresh(model, rules), "no call is given up while media flows");
    require(!isProven(model, rules), "no call is given up while all is well by what can be known");
    return { ...model, isOver: true };
  }
  if (effect !== "restart-ice") return model;
  require(canReach(model), "nobody is offered to who cannot be reached");
  require(model.isAnswered, "there is nothing to restart before the answer");
  if (rules.politeMs > 0) {
    require(
      !["connection", "stats", "peer"].includes(event.type),
      "the callee leaves the first try to the caller",
    );
  }
  const isCounted = !isProven(model, rules);
  return {
    ...model,
    tries: model.tries + Number(isCounted),
    triesInRound: model.triesInRound + Number(isCounted),
    isLost: false,
  };
}

/** Packets are counted: some came, or none. */
function counted(model: Model, hasCome: boolean, rules: RecoveryRules, recover: Recover): Model {
  if (model.isOver || !model.isAnswered) return model;
  const isAfterGap = model.lastMediaAt !== null && model.now - model.lastMediaAt >= rules.stallMs;
  const packets = model.state.packets + Number(hasCome);
  const seen = hasCome ? { ...model, lastMediaAt: model.now, isMediaOwed: true, isLost: false } : model;
  let done: readonly RecoveryEffect[] = [];
  const next = tell(seen, { type: "stats", packets }, rules, (...args) => {
    const real = recover(...args);
    done = real.effects;
    return real;
  });
  const wrong: string[] = [];
  if (hasCome && isAfterGap !== done.includes("send-key-frame")) {
    wrong.push("a key frame is sent after a gap, and then only");
  }
  if (hasCome && next.state.phase !== "connected") wrong.push("media that comes is what ends a recovery");
  const isStarted = next.state.phase !== "connected" && model.state.phase === "connected";
  if (isStarted && !done.includes("check-signaling")) {
    wrong.push("where media stops, the signaling has to prove itself");
  }
  return { ...next, violations: [...next.violations, ...wrong] };
}

/** Takes note of what is true now: whether it is well, and what is owed. */
function judged(model: Model, rules: RecoveryRules): Model {
  const { now, peerAwayUntil } = model;
  let next = model;
  // Where nothing is sent, packets rightly stop.
  const isQuiet = model.connection === "connected" && !model.isPeerSending;
  if (next.isMediaOwed && isQuiet && !isFresh(next, rules)) next = { ...next, isMediaOwed: false };
  if (peerAwayUntil !== null && peerAwayUntil <= now) next = newsIn({ ...next, peerAwayUntil: null }, rules.graceMs);
  if (isProven(next, rules)) next = { ...next, provenAt: now, tries: 0, triesInRound: 0 };
  if (!canReach(next)) next = { ...next, newsAt: now };
  return next;
}

/** What must hold at every time, and that it does not last too long. */
function inTime(model: Model, rules: RecoveryRules): Model {
  const { state, now } = model;
  if (model.isOver || !model.isAnswered) return model;
  const wrong: string[] = [];
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);
  const isTimerSet = deadlineOf(state) !== null;
  require(
    isTimerSet || isFresh(model, rules) || isProven(model, rules),
    "a timer is set, or it is well: nothing hangs",
  );
  require(!isTimerSet || deadlineOf(state)! > now, "no timer is left behind");
  const since = Math.max(model.provenAt, model.newsAt, model.connectBy);
  require(now - since <= roundMs(rules), "without media or news the call is given up within a round");
  if ("budget" in state) require(state.deadline <= state.budget.endsAt, "a recovery waits no longer than to its end");
  require(model.tries <= rules.maxTries, "no more tries than are allowed");
  require(model.triesInRound <= rules.triesMs.length, "no more tries in a round than are allowed");
  if (model.isLost && canReach(model) && !isProven(model, rules)) {
    // Where the news is still to come that both can be reached, until the grace is over.
    const withinMs = state.phase === "unreachable" ? rules.graceMs : longestPause(rules);
    require(isTimerSet && deadlineOf(state)! - now <= withinMs, "an offer that was lost is repeated in time");
  }
  if (isFresh(model, rules) && model.peerAwayUntil === null) require(isWell(state), "what is well is said to be");
  if (isWell(state)) require(isFresh(model, rules) || isProven(model, rules), "what is not well is not said to be");
  return { ...model, violations: [...model.violations, ...wrong] };
}

/** Between two signs of life of a recovery. */
function longestPause({ gapMs, politeMs, triesMs }: RecoveryRules): number {
  return Math.max(gapMs + politeMs, ...triesMs);
}
