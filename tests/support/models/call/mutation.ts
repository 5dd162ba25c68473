/** The parts of which mutants of the call function are made. */

import { advance } from "../../../../signaling/call/advance.ts";
import type { CallTag, Fact } from "../../../../signaling/call/facts.ts";
import type { CallEvent, ChatCalls, Delivery, RingingCall } from "../../../../signaling/call/state.ts";
import { type Advance, RULES } from "./model.ts";

/** What the real function gave, for what; and what it gives with one rule broken. */
export type Mutant = (real: ReturnType<Advance>, chat: ChatCalls, event: CallEvent) => ReturnType<Advance>;

/** Deliveries are lost. */
export const without = (real: ReturnType<Advance>, isLost: (delivery: Delivery) => boolean) => ({
  ...real,
  deliveries: real.deliveries.filter((delivery) => !isLost(delivery)),
});
/** A fact is not said. */
export const withoutFacts = (real: ReturnType<Advance>, isLost: (fact: Fact) => boolean) => ({
  ...real,
  facts: real.facts.filter((fact) => !isLost(fact)),
});
/** Facts are said that did not happen. */
export const withFacts = (real: ReturnType<Advance>, ...facts: Fact[]) => ({
  ...real,
  facts: [...real.facts, ...facts],
});
export const tagOf = ({ chatId, callId, media }: CallTag): CallTag => ({ chatId, callId, media });
/** A call ends otherwise, by its fact. */
export const endedBy = (real: ReturnType<Advance>, change: (fact: Fact & { type: "ended" }) => Fact) => ({
  ...real,
  facts: real.facts.map((fact) => fact.type === "ended" ? change(fact) : fact),
});
/** An end for a reason. */
export const ended = (reason: string) => ({ message }: Delivery) => "reason" in message && message.reason === reason;
/** A message of a type. */
export const typed = (type: string) => ({ message }: Delivery) => message.type === type;
export const isState = typed("call:state");
/** Another event in place of this one, or with something of it changed. */
export const instead = (chat: ChatCalls, event: CallEvent) => advance(chat, event, RULES);
/** A device says something of a type. */
export const isSaying = (event: CallEvent, type: string) => event.type === "message" && event.message.type === type;
/** A device says that the call failed. */
export const isFailing = (event: CallEvent): event is CallEvent & { type: "message" } =>
  event.type === "message" && event.message.type === "call:end" && (event.message.reason ?? "hangup") !== "hangup";
/** An error to whom the event comes from. */
export const fail = (
  { from, message }: CallEvent & { type: "initiate" | "message" },
  code: "BUSY" | "NO_CALL",
): Delivery => ({
  to: from,
  message: { type: "call:error", code, message: "", chatId: message.chatId },
});
/** The call that rings is another afterwards. */
export const edited = (real: ReturnType<Advance>, change: Partial<RingingCall>) => ({
  ...real,
  chat: { ...real.chat, call: { ...real.chat.call, ...change } as RingingCall },
});
