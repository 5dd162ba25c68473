/** ICE recovery with one rule broken at a time: what the walk must catch. */

import type { RecoveryEvent } from "../../../../shared/client/call/recovery.ts";
import {
  deadlineOf,
  isInTrouble,
  known,
  type Recovered,
  type RecoveryEffect,
  type RecoveryRules,
  type RecoveryState,
} from "../../../../shared/client/call/recovery_state.ts";
import type { Recover } from "./model.ts";

/** What the real function gave, and of what; `recover` to have it go by other rules or another event. */
export type Mutant = (
  real: Recovered,
  state: RecoveryState,
  event: RecoveryEvent,
  rules: RecoveryRules,
  recover: Recover,
) => Recovered;

type Change = {
  readonly deadline?: number;
  readonly failsAt?: number;
  readonly tries?: number;
  readonly budget?: unknown;
};

const edited = ({ state, effects }: Recovered, change: Change): Recovered => ({
  state: { ...state, ...change } as RecoveryState,
  effects,
});
const without = ({ state, effects }: Recovered, lost: RecoveryEffect): Recovered => ({
  state,
  effects: effects.filter((effect) => effect !== lost),
});
const isTry = ({ effects }: Recovered) => effects.includes("restart-ice");
const isNews = ({ type }: RecoveryEvent) => type === "synced" || type === "network-changed" || type === "peer";

export const MUTANTS: Record<string, Mutant> = {
  "the browser's word ends a recovery, though media is missed (the fault that was)": (real, state, { type, at }) =>
    type === "timer" && at >= (deadlineOf(state) ?? Infinity) && state.phase === "recovering" &&
      state.connection === "connected" && state.tries > 0
      ? { state: { ...known(state), isFlowing: false, phase: "connected" }, effects: [] }
      : real,
  "a try is the last: no timer is set": (real) => isTry(real) ? edited(real, { deadline: Infinity }) : real,
  "the browser's disconnected and failed are ignored": (real, state, event) =>
    event.type === "connection" && event.state !== "connected" && state.phase === "connected"
      ? { state: { ...state, connection: event.state }, effects: [] }
      : real,
  "media that stops is ignored": (real, state, event) =>
    event.type === "stats" && event.packets === state.packets ? { state, effects: [] } : real,
  "media that comes ends no recovery": (real, state, event) =>
    event.type === "stats" && isInTrouble(state) ? { state, effects: [] } : real,
  "packets that are no more are taken for media": (real, state, event) =>
    event.type === "stats" && state.phase === "recovering"
      ? { state: { ...known(state), phase: "connected" }, effects: [] }
      : real,
  "a failed connection is given up at once": (real, state, event) =>
    event.type === "connection" && event.state === "failed" && state.phase === "connected"
      ? { state: { ...known(real.state), phase: "failed" }, effects: ["give-up"] }
      : real,
  "a call of people who send nothing is given up": (real, state, event, rules, recover) =>
    event.type === "timer" ? recover({ ...state, isPeerSending: true }, event, rules) : real,
  "one try more": (real, state, event, rules, recover) =>
    event.type === "timer" && state.phase === "recovering"
      ? recover({ ...state, failsAt: state.failsAt + 1 } as RecoveryState, event, {
        ...rules,
        triesMs: [...rules.triesMs, 1],
      })
      : real,
  "the other side's restarts put the end off": (real, state, event, rules) =>
    event.type === "peer-restarted" && real.state.phase === "recovering" && state.phase === "recovering"
      ? edited(real, { deadline: event.at + rules.triesMs.at(-1)!, failsAt: event.at + 2 })
      : real,
  "news gives new tries without end": (real, state, event) =>
    isNews(event) && isInTrouble(state) && real.state.phase === "recovering"
      ? edited(real, { budget: { ...real.state.budget, tries: 0 } })
      : real,
  "news puts the end of all off": (real, state, event, { graceMs, totalMs }) =>
    isNews(event) && isInTrouble(state) && isInTrouble(real.state)
      ? edited(real, { budget: { ...real.state.budget, endsAt: event.at + graceMs + totalMs } })
      : real,
  "the grace has no end": (real) => real.state.phase === "unreachable" ? edited(real, { deadline: Infinity }) : real,
  "an offer is made that cannot arrive": (real, state, event, rules, recover) =>
    event.type === "timer" ? recover({ ...state, signaling: "open", peerAwayUntil: null }, event, rules) : real,
  "the callee is as quick as the caller": (real, state, event, rules, recover) =>
    event.type === "stats" ? recover(state, event, { ...rules, politeMs: 0 }) : real,
  "a timer from before still works": (real, state, event, rules, recover) =>
    event.type === "timer" && state.phase === "recovering"
      ? recover({ ...state, deadline: event.at }, event, rules)
      : real,
  "something is done after the end": (real, state, { type }) =>
    type === "timer" && state.phase === "closed" ? { state, effects: ["restart-ice"] } : real,
  "an answered call may connect for ever": (real) =>
    real.state.phase === "connecting" ? edited(real, { deadline: Infinity }) : real,
  "a replaced peer connection inherits the packets of the one before": (real, _, { type }) =>
    type === "replaced"
      ? { ...real, state: { ...real.state, isFlowing: true, lastMediaAt: 0, isPeerSending: true } }
      : real,
  "who was not heard to be back is away for ever": (real) =>
    real.state.peerAwayUntil === null ? real : { ...real, state: { ...real.state, peerAwayUntil: Infinity } },
  "no key frame after a gap": (real) => without(real, "send-key-frame"),
  "the signaling is not checked": (real) => without(real, "check-signaling"),
};
