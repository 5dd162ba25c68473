/** Facts alone must report every call: they are replayed, and held against the state and against what the rules demand. */

import type { Fact } from "../../../../signaling/call/facts.ts";
import type { Endpoint } from "../../../../signaling/call/parties.ts";
import type { Verdict } from "./oracle.ts";
import {
  type Call,
  isSame,
  type Model,
  type ModelEvent,
  type ReportedCall,
  type Side,
  SIDES,
  sidesOf,
} from "./model.ts";

type Check = (holds: boolean, rule: string) => void;

const PRESENT: ReportedCall["away"] = { caller: false, callee: false };
const deviceOf = ({ user, device }: Endpoint): Endpoint => ({ user, device });

/** The call as reported after one more fact, which must be one that can come next. */
function follow(reported: ReportedCall | null, fact: Fact, check: Check): ReportedCall | null {
  const { callId } = fact.call;
  const isNext = (holds: boolean) => check(holds, `"${fact.type}" told of a call to which it did not happen`);
  switch (fact.type) {
    case "placed":
      isNext(reported === null);
      return { callId, caller: deviceOf(fact.caller), callee: null, isRinging: true, away: PRESENT };
    case "resumed":
      isNext(reported === null);
      return { callId, caller: null, callee: null, isRinging: false, away: PRESENT, [fact.side]: deviceOf(fact.party) };
    case "unreachable":
    case "missed":
      return reported;
    default:
      isNext(reported?.callId === callId);
  }
  if (reported === null) return null;
  switch (fact.type) {
    case "answered":
      isNext(reported.isRinging);
      return { ...reported, isRinging: false, callee: deviceOf(fact.callee) };
    case "rejoined":
      isNext(!reported.isRinging && reported[fact.side] === null);
      return { ...reported, [fact.side]: deviceOf(fact.party) };
    case "away":
    case "back":
      isNext(reported.away[fact.side] === (fact.type === "back"));
      return { ...reported, away: { ...reported.away, [fact.side]: fact.type === "away" } };
    case "ended":
      return null;
    case "ringing":
    case "unable":
      isNext(reported.isRinging);
      return reported;
  }
}

/** What an event must come to, beside what the facts before it ask for. */
export interface Expected {
  readonly verdict: Verdict;
  /** The sender said that it rings, as the first, and that it cannot take the call. */
  readonly rings: boolean;
  readonly unable: string | null;
}

/** Replays an event's facts. */
export function replay(
  model: Model,
  event: ModelEvent,
  facts: readonly Fact[],
  is: Call | null,
  { verdict, rings, unable }: Expected,
  check: Check,
): ReportedCall | null {
  const was = model.chat.call;
  const from = "from" in event ? event.from : null;
  let { reported } = model;
  for (const fact of facts) reported = follow(reported, fact, check);

  const factsOf = <Type extends Fact["type"]>(type: Type) =>
    facts.filter((fact): fact is Extract<Fact, { type: Type }> => fact.type === type);
  // Whoever hears only facts knows who is in which call.
  check((reported?.callId ?? null) === (is?.callId ?? null), "facts tell of another call than there is");
  if (reported !== null && is !== null) {
    check(reported.isRinging === (is.state === "ringing"), "facts do not tell that a call was answered");
    for (const side of SIDES) {
      check(agrees(reported, is, side), "facts tell of others than are in the call, or are there");
    }
  }
  // One end for each call, with the outcome that the rules give it.
  check(factsOf("ended").length === (verdict.over ? 1 : 0), "a call's end was not told, or more than once");
  for (const { outcome, by } of factsOf("ended")) {
    check(outcome === verdict.outcome, "a call ended with another outcome than its own");
    const sayer = event.type === "message" ? from : event.type === "decline" ? { user: event.user, device: "" } : null;
    check(sayer === null ? by === null : by !== null && isSame(by, sayer), "a call was ended by somebody else");
  }
  // A missed call exactly where the callee should find one.
  const callee = event.type === "initiate" ? event.callee : was?.state === "ringing" ? was.calleeUser : null;
  const caller = event.type === "initiate" ? event.from.user : was?.caller.user;
  const missed = factsOf("missed");
  check(
    missed.map(({ reason }) => reason).join() === (verdict.missed ?? ""),
    "a missed call was not told, or told wrongly",
  );
  check(missed.every((fact) => fact.callee === callee && fact.caller.user === caller), "somebody else missed a call");
  const isUnreached = event.type === "initiate" && verdict.missed !== undefined;
  check(
    factsOf("unreachable").map(({ reason }) => reason).join() === (isUnreached ? verdict.missed : ""),
    "that nobody could be rung was not told, or told wrongly",
  );
  check(factsOf("placed").length === (verdict.starts ? 1 : 0), "a call was placed untold, or told of in vain");
  check(factsOf("ringing").length === (rings ? 1 : 0), "that it rings was not told, or more than once");
  check(
    factsOf("unable").map(({ reason }) => reason).join() === (unable ?? ""),
    "that a device cannot take the call was not told",
  );
  for (const { device } of [...factsOf("ringing"), ...factsOf("unable")]) {
    check(from !== null && isSame(device, from), "another device rings, or cannot, than said so");
  }
  return reported;
}

function agrees(reported: ReportedCall, is: Call, side: Side): boolean {
  const party = sidesOf(is)[side];
  const known = reported[side];
  if (party === null || party.user === null) return known === null;
  return known !== null && isSame(party, known) && (party.awayUntil !== null) === reported.away[side];
}
