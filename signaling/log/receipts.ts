/** What there is to tell of a call when it is over: one report for each, with what its two sides measured. */

import type { ClientMessages } from "../../shared/protocol/client_messages.ts";
import type { CallMedia } from "../../shared/protocol/formats.ts";
import type { Receipt } from "../../shared/protocol/receipt.ts";
import type { CallTag, Fact, Outcome } from "../call/facts.ts";
import { MEMORY_MS } from "../call/state.ts";
import type { Endpoint, Sender, Side } from "../call/parties.ts";

/** Calls over whose receipts may still come; beyond that the oldest are reported as they are. */
const MAX_WAITING = 10_000;

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

/** Where reports go. */
export interface ReceiptOptions {
  /** Takes the report of a call when it is over, as far as it is known then. */
  over(report: CallReport): void;
  /** Takes it once both sides have said what they measured, or will not any more. */
  report(report: CallReport): void;
}

/** A side, and the device that is in the call for it: `null` as long as nobody answered. */
type Party = Person & { readonly device: string | null };

interface Entry {
  readonly call: CallTag;
  readonly placedAt: number | null;
  answeredAt: number | null;
  /** Since when a side's socket has been away. */
  readonly awayAt: Record<Side, number | null>;
  readonly parties: Record<Side, Party | null>;
  readonly receipts: Record<Side, Receipt | null>;
  ended:
    | { readonly outcome: Outcome; readonly at: number; readonly timer: ReturnType<typeof setTimeout> | undefined }
    | null;
}

/** Watches calls come and go beside the hub. It decides nothing and tells clients nothing. */
export class Receipts {
  readonly #options: ReceiptOptions;
  readonly #entries = new Map<string, Entry>();
  /** Entries of calls that are over, in that order. */
  readonly #waiting = new Set<Entry>();

  constructor(options: ReceiptOptions) {
    this.#options = options;
  }

  /** To be told everything that happens, and when, in ms since 1970. */
  observe(fact: Fact, now: number): void {
    const { call } = fact;
    const entry = this.#entries.get(keyOf(call));
    switch (fact.type) {
      case "placed": {
        const parties = { caller: partyOf(fact.caller), callee: calledOf(fact) };
        return this.#begin({ ...newEntry(call), placedAt: now, parties });
      }
      case "unreachable": {
        const parties = { caller: partyOf(fact.caller), callee: calledOf(fact) };
        const ended = { outcome: fact.reason, at: now, timer: undefined };
        const unreached = { ...newEntry(call), placedAt: now, parties, ended };
        this.#options.over(reportOf(unreached, ended));
        return this.#report(unreached);
      }
      case "resumed": {
        const parties = { caller: null, callee: null, [fact.side]: partyOf(fact.party) };
        return this.#begin({ ...newEntry(call), parties });
      }
      case "rejoined":
        if (entry !== undefined) entry.parties[fact.side] = partyOf(fact.party);
        return;
      case "answered":
        if (entry === undefined) return;
        entry.answeredAt = now;
        entry.parties.callee = partyOf(fact.callee);
        return;
      case "away":
      case "back":
        if (entry !== undefined) entry.awayAt[fact.side] = fact.type === "away" ? now : null;
        return;
      case "ended":
        return this.#end(call, fact.outcome, now);
      case "ringing":
      case "unable":
      case "missed":
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

  /** The server leaves: reports what is over, and waits for nothing more. */
  close(): void {
    for (const entry of [...this.#waiting]) this.#finish(entry);
    this.#entries.clear();
  }

  #begin(entry: Entry): void {
    const earlier = this.#entries.get(keyOf(entry.call));
    if (earlier !== undefined) this.#finish(earlier);
    this.#entries.set(keyOf(entry.call), entry);
  }

  #end(call: CallTag, outcome: Outcome, at: number): void {
    const entry = this.#entries.get(keyOf(call));
    if (entry === undefined || entry.ended !== null) return;
    const timer = setTimeout(() => this.#finish(entry), MEMORY_MS);
    entry.ended = { outcome, at, timer };
    this.#options.over(reportOf(entry, entry.ended));
    this.#waiting.add(entry);
    const [oldest] = this.#waiting;
    if (isComplete(entry)) this.#finish(entry);
    else if (this.#waiting.size > MAX_WAITING) this.#finish(oldest!);
  }

  #finish(entry: Entry): void {
    this.#entries.delete(keyOf(entry.call));
    this.#waiting.delete(entry);
    if (entry.ended !== null) clearTimeout(entry.ended.timer);
    this.#report(entry);
  }

  #report(entry: Entry): void {
    if (entry.ended !== null) this.#options.report(reportOf(entry, entry.ended));
  }
}

function reportOf(entry: Entry, { outcome, at }: NonNullable<Entry["ended"]>): CallReport {
  const { caller, callee } = entry.parties;
  return {
    ...entry.call,
    caller: caller && { id: caller.id, name: caller.name },
    callee: callee && { id: callee.id, name: callee.name },
    placedAt: entry.placedAt === null ? null : isoOf(entry.placedAt),
    answeredAt: entry.answeredAt === null ? null : isoOf(entry.answeredAt),
    endedAt: isoOf(at),
    durationMs: durationOf(entry, at),
    outcome,
    receipts: entry.receipts,
  };
}

/** Of a call that nobody is in yet. */
function newEntry(call: CallTag): Entry {
  return {
    call,
    placedAt: null,
    answeredAt: null,
    awayAt: { caller: null, callee: null },
    parties: { caller: null, callee: null },
    receipts: { caller: null, callee: null },
    ended: null,
  };
}

const partyOf = ({ user, name, device }: Sender): Party => ({ id: user, name, device });
const calledOf = ({ callee, calleeName }: { readonly callee: string; readonly calleeName: string }): Party => ({
  id: callee,
  name: calleeName,
  device: null,
});

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

const keyOf = ({ chatId, callId }: Pick<CallTag, "chatId" | "callId">) => `${chatId} ${callId}`;
const isoOf = (ms: number) => new Date(ms).toISOString();
