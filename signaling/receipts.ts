/** What there is to tell of a call when it is over: one report for each, with what its two sides measured. */

import type { CallMedia, ClientMessages, EndReason, Receipt, ServerMessages } from "../shared/protocol.ts";
import { type Call, type Delivery, type Endpoint, MEMORY_MS, type Side } from "./call_state.ts";

/** Calls over whose receipts may still come; beyond that the oldest are reported as they are. */
const MAX_WAITING = 10_000;

/** How a call ended, in the words its two sides were told. `offline` and `busy` ones may never have rung. */
export type Outcome =
  | Exclude<EndReason, "answered-elsewhere" | "rejected-elsewhere">
  | ServerMessages["call:rejected"]["reason"]
  | ServerMessages["call:missed"]["reason"];

/** Somebody in a call. */
interface Person {
  readonly id: string;
  readonly name: string;
}

/** A call that is over. Times are in ISO 8601. */
export interface CallReport {
  readonly chatId: string;
  readonly callId: string;
  /** `null`, as is `callee`: the server was restarted during the call, and this side did not come back. */
  readonly caller: Person | null;
  readonly callee: Person | null;
  readonly media: CallMedia;
  /** `null` where the server was restarted since. */
  readonly placedAt: string | null;
  /** `null` where nobody answered, or the server was restarted since. */
  readonly answeredAt: string | null;
  /** When the server took it for over: for `connection-lost`, after the grace (R12). */
  readonly endedAt: string;
  /**
   * How long the two had each other, in ms; `null` where nobody answered, or the server was restarted since and nobody says it. By
   * the longer of the two receipts, within what the server saw; without one, to when a side went that did not come back.
   */
  readonly durationMs: number | null;
  readonly outcome: Outcome;
  readonly receipts: Record<Side, Receipt | null>;
}

/** What the arbiter did with one event. */
export interface Step {
  readonly before: Call | null;
  readonly after: Call | null;
  readonly deliveries: readonly Delivery[];
  /** The name of a member of the call's chat. */
  nameOf(userId: string): string;
}

/** Wall clock in ms since 1970, and where reports go. */
export interface ReceiptOptions {
  now(): number;
  report(report: CallReport): void;
}

/** A side, and the device that is in the call for it: `null` as long as nobody answered. */
type Party = Person & { readonly device: string | null };

interface Entry {
  readonly call: Pick<Call, "chatId" | "callId" | "media">;
  readonly placedAt: number | null;
  answeredAt: number | null;
  /** Since when a side's socket has been away. */
  readonly awayAt: Record<Side, number | null>;
  parties: Record<Side, Party | null>;
  readonly receipts: Record<Side, Receipt | null>;
  ended: { readonly outcome: Outcome; readonly at: number; readonly timer: ReturnType<typeof setTimeout> } | null;
}

/** Watches calls come and go beside the hub. It decides nothing and tells clients nothing. */
export class Receipts {
  readonly #options: ReceiptOptions;
  readonly #entries = new Map<string, Entry>();
  /** Those of calls that are over, in that order. */
  readonly #waiting = new Set<Entry>();

  constructor(options: ReceiptOptions) {
    this.#options = options;
  }

  /** To be told of every step of every call. */
  observe({ before, after, deliveries, nameOf }: Step): void {
    if (after === null) {
      if (before !== null) this.#end(before, outcomeOf(before, deliveries));
    } else if (after !== before) this.#follow(before, after, nameOf);
    for (const { to, message } of deliveries) {
      const isUnrung = message.type === "call:missed" && message.callId !== before?.callId;
      if (isUnrung) this.#reportUnrung(message, { id: to.user, name: nameOf(to.user) });
    }
  }

  /**
   * R11: takes what a device of the two in a call measured, once; during the call, or in the few seconds after it. All else is
   * ignored: a client could do nothing about an error.
   */
  accept({ user, device }: Endpoint, { chatId, callId, receipt }: ClientMessages["call:receipt"]): void {
    const entry = this.#entries.get(keyOf({ chatId, callId }));
    const isFrom = (party: Party | null) => party?.id === user && party.device === device;
    if (entry === undefined) return;
    const side = isFrom(entry.parties.caller) ? "caller" : isFrom(entry.parties.callee) ? "callee" : null;
    if (side === null || entry.receipts[side] !== null) return;
    entry.receipts[side] = receipt;
    if (isComplete(entry)) this.#finish(entry);
  }

  /** The server leaves: reports what is over or will not go on without it (R19), and waits for nothing more. */
  close(): void {
    for (const entry of [...this.#entries.values()]) {
      const isRinging = entry.parties.callee?.device === null;
      if (entry.ended === null && isRinging) this.#end(entry.call, "shutdown");
    }
    for (const entry of [...this.#waiting]) this.#finish(entry);
    this.#entries.clear();
  }

  #follow(before: Call | null, after: Call, nameOf: Step["nameOf"]): void {
    const key = keyOf(after);
    if (before === null) {
      const earlier = this.#entries.get(key);
      if (earlier !== undefined) this.#finish(earlier);
      this.#entries.set(key, {
        call: { chatId: after.chatId, callId: after.callId, media: after.media },
        placedAt: after.state === "ringing" ? this.#options.now() : null,
        answeredAt: null,
        awayAt: { caller: null, callee: null },
        parties: partiesOf(after, nameOf),
        receipts: { caller: null, callee: null },
        ended: null,
      });
      return;
    }
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.parties = partiesOf(after, nameOf);
    const now = this.#options.now();
    if (before.state !== after.state) entry.answeredAt = now;
    if (after.state !== "connected") return;
    for (const side of ["caller", "callee"] as const) {
      entry.awayAt[side] = after[side].awayUntil === null ? null : entry.awayAt[side] ?? now;
    }
  }

  #end(call: Pick<Call, "chatId" | "callId">, outcome: Outcome): void {
    const entry = this.#entries.get(keyOf(call));
    if (entry === undefined || entry.ended !== null) return;
    const timer = setTimeout(() => this.#finish(entry), MEMORY_MS);
    entry.ended = { outcome, at: this.#options.now(), timer };
    this.#waiting.add(entry);
    const [oldest] = this.#waiting;
    if (isComplete(entry)) this.#finish(entry);
    else if (this.#waiting.size > MAX_WAITING) this.#finish(oldest!);
  }

  #finish(entry: Entry): void {
    this.#entries.delete(keyOf(entry.call));
    this.#waiting.delete(entry);
    if (entry.ended === null) return;
    clearTimeout(entry.ended.timer);
    const { caller, callee } = entry.parties;
    this.#options.report({
      ...entry.call,
      caller: caller && { id: caller.id, name: caller.name },
      callee: callee && { id: callee.id, name: callee.name },
      placedAt: entry.placedAt === null ? null : isoOf(entry.placedAt),
      answeredAt: entry.answeredAt === null ? null : isoOf(entry.answeredAt),
      endedAt: isoOf(entry.ended.at),
      durationMs: durationOf(entry, entry.ended.at),
      outcome: entry.ended.outcome,
      receipts: entry.receipts,
    });
  }

  /** A call to somebody who was not there, or talked. */
  #reportUnrung(missed: ServerMessages["call:missed"], callee: Person): void {
    const { chatId, callId, callerId, callerName, media, reason } = missed;
    const now = isoOf(this.#options.now());
    this.#options.report({
      chatId,
      callId,
      media,
      caller: { id: callerId, name: callerName },
      callee,
      placedAt: now,
      answeredAt: null,
      endedAt: now,
      durationMs: null,
      outcome: reason,
      receipts: { caller: null, callee: null },
    });
  }
}

/** The first thing anybody was told of the end. A call that was hung up before the other side resumed it had nobody to tell. */
export function outcomeOf({ callId }: Call, deliveries: readonly Delivery[]): Outcome {
  for (const { message } of deliveries) {
    if (!("reason" in message) || message.callId !== callId) continue;
    const { reason } = message;
    if (reason !== "answered-elsewhere" && reason !== "rejected-elsewhere") return reason;
  }
  return "hangup";
}

function partiesOf(call: Call, nameOf: Step["nameOf"]): Record<Side, Party | null> {
  if (call.state === "ringing") {
    const { caller, calleeUser } = call;
    return {
      caller: { id: caller.user, name: caller.name, device: caller.device },
      callee: { id: calleeUser, name: nameOf(calleeUser), device: null },
    };
  }
  const party = ({ user, name, device }: typeof call.caller) => user === null ? null : { id: user, name, device };
  return { caller: party(call.caller), callee: party(call.callee) };
}

/** How long the two of a call that ended at `endedAt` had each other. */
function durationOf({ placedAt, answeredAt, awayAt, receipts }: Entry, endedAt: number): number | null {
  const measured = [receipts.caller, receipts.callee].flatMap((receipt) => receipt?.durationMs ?? []);
  if (answeredAt === null) return placedAt !== null || measured.length === 0 ? null : Math.max(...measured);
  const seen = (until: number) => Math.max(0, Math.round(until - answeredAt));
  if (measured.length > 0) return Math.min(seen(endedAt), Math.max(...measured));
  return seen(Math.min(awayAt.caller ?? endedAt, awayAt.callee ?? endedAt));
}

/** Nobody is left who could send a receipt. */
function isComplete({ ended, parties, receipts }: Entry): boolean {
  const isDone = (side: Side) => receipts[side] !== null || parties[side] === null || parties[side].device === null;
  return ended !== null && isDone("caller") && isDone("callee");
}

const keyOf = ({ chatId, callId }: Pick<Call, "chatId" | "callId">) => `${chatId} ${callId}`;
const isoOf = (ms: number) => new Date(ms).toISOString();
