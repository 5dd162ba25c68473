/** What is kept and reported of calls: from what happens in them, entries of the call log, and reports with the receipts of both sides. */

import type { ClientMessages } from "../../shared/protocol/client_messages.ts";
import type { ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Fact, MissedReason } from "../call/facts.ts";
import type { Endpoint, Side } from "../call/parties.ts";
import { whenKnown } from "../engine/engine.ts";
import type { CallLog, LogEntry, LoggedCall } from "./call_log.ts";
import { type CallReport, Receipts } from "./receipts.ts";

/**
 * How long after a call another process than the one that speaks for all minds whether that one is there still, in ms: one that was killed
 * counts as dead five seconds later, or one more.
 */
const SUCCESSION_MS = 8_000;
/** Calls that are minded so; beyond that the oldest are not. */
const MAX_MINDED = 10_000;

/** Where it goes. */
export interface CallRecordsOptions {
  /** The log, opened when it is first needed. */
  log(): CallLog;
  /** Of all processes that are told what happens, this one writes and reports it. */
  isSpokesman(): boolean;
  /** The chats that a user is a member of. */
  chatsOf(userId: string): Promise<readonly string[]>;
  /** Takes the report of a call that is over; `null`: nobody wants them. */
  readonly report: ((report: CallReport) => void) | null;
}

export class CallRecords {
  readonly #options: CallRecordsOptions;
  readonly #receipts: Receipts;
  /** Of the step that is being told: calls that are over, and why their callees missed them. */
  readonly #over: CallReport[] = [];
  readonly #missed = new Map<string, MissedReason>();
  /** Of that step too: calls of which nothing more will be known. */
  readonly #known: CallReport[] = [];
  /** Calls that are over, and of which more may be known soon. */
  readonly #ended = new Map<string, Ended>();
  /** Calls that another process was to speak of, those that ended first before all others. */
  readonly #minded: Minded[] = [];
  #succession: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallRecordsOptions) {
    this.#options = options;
    this.#receipts = new Receipts({
      over: (report) => this.#over.push(report),
      report: (report) =>
        this.#over.some((one) => keyOf(one) === keyOf(report)) ? void this.#known.push(report) : this.#finish(report),
    });
  }

  /** Whether receipts are wanted of those who have nothing else to stay for. */
  get awaitsReceipts(): boolean {
    return this.#options.report !== null;
  }

  /** To be told everything that happens, `at` when (in ms since 1970), step by step. */
  observe(fact: Fact, at: number): void {
    if (fact.type === "missed") this.#missed.set(fact.call.callId, fact.reason);
    this.#receipts.observe(fact, Math.floor(at));
  }

  /** A step was told whole. Gives the calls that are over with it, as far as they are known now. */
  settle(): readonly CallReport[] {
    if (this.#over.length === 0) return NONE;
    const over = this.#over.splice(0);
    const isWritten = this.#options.isSpokesman();
    const entries = over.flatMap((report) => {
      const missed = this.#missed.get(report.callId) ?? null;
      this.#ended.set(keyOf(report), { missed, isWritten });
      return isWritten ? entriesOf(report, missed) : [];
    });
    if (isWritten) this.#options.log().append(entries);
    this.#missed.clear();
    for (const report of this.#known.splice(0)) this.#finish(report);
    return over;
  }

  /** R11: takes what a device measured of a call. */
  accept(from: Endpoint, message: ClientMessages["call:receipt"]): void {
    this.#receipts.accept(from, message);
  }

  /** Tells of the calls that a user missed and did not see to, in chats that they are in still. */
  tellMissed(userId: string, tell: (message: ServerMessages["call:missed"]) => void): void {
    const log = this.#options.log();
    // The step that brought the user's device comes first: it may say which chats they are in.
    queueMicrotask(() =>
      whenKnown(log.missed(userId), async (calls) => {
        if (calls.length === 0) return;
        const chats = await this.#options.chatsOf(userId).catch((): string[] => []);
        for (const call of calls) if (chats.includes(call.chatId)) tell(missedMessageOf(call));
      })
    );
  }

  /** A user has seen to a missed call, and to those before it of the same caller in its chat. */
  acknowledge(userId: string, { chatId, callId }: { readonly chatId: string; readonly callId: string }): void {
    this.#options.log().acknowledge(userId, chatId, callId);
  }

  /** A user gave their seat in a chat back, or lost it. */
  forget(userId: string, chatId: string): void {
    this.#options.log().clear(userId, chatId);
  }

  /** The server leaves: reports what is over. */
  close(): void {
    this.#receipts.close();
    this.#minded.length = 0;
    clearTimeout(this.#succession);
  }

  /** All is known of a call. */
  #finish(report: CallReport): void {
    const ended = this.#ended.get(keyOf(report)) ?? { missed: null, isWritten: false };
    this.#ended.delete(keyOf(report));
    if (this.#options.isSpokesman()) return this.#tell(report, ended);
    this.#minded.push({ report, ended, until: performance.now() + SUCCESSION_MS });
    if (this.#minded.length > MAX_MINDED) this.#minded.shift();
    this.#succession ??= setTimeout(() => this.#succeed(), SUCCESSION_MS);
  }

  /** How long the two had each other is known best by what they measured. */
  #tell(report: CallReport, { missed, isWritten }: Ended): void {
    if (!isWritten) this.#options.log().append(entriesOf(report, missed));
    else if (hasReceipts(report)) this.#options.log().update(entriesOf(report, missed));
    this.#options.report?.(report);
  }

  /**
   * Where this process speaks for all by now, the one that did may have been killed before it told of a call. Where it did tell, the call is
   * in the log once all the same, and its second report has the id of the first.
   */
  #succeed(): void {
    this.#succession = undefined;
    const isSpokesman = this.#options.isSpokesman();
    while (this.#minded.length > 0 && this.#minded[0]!.until <= performance.now()) {
      const { report, ended } = this.#minded.shift()!;
      if (isSpokesman) this.#tell(report, ended);
    }
    const [next] = this.#minded;
    if (next !== undefined) this.#succession = setTimeout(() => this.#succeed(), next.until - performance.now());
  }
}

/** What is kept of a call until all is known of it. */
interface Ended {
  readonly missed: MissedReason | null;
  /** By this process, into the log. */
  readonly isWritten: boolean;
}

interface Minded {
  readonly report: CallReport;
  readonly ended: Ended;
  /** By `performance.now()`. */
  readonly until: number;
}

const keyOf = ({ chatId, callId }: CallReport) => `${chatId}\n${callId}`;

/** What most steps come to. */
const NONE: readonly CallReport[] = [];

const hasReceipts = ({ receipts: { caller, callee } }: CallReport) => caller !== null || callee !== null;

/** The call in the log of either side, as far as they are known. */
function entriesOf(report: CallReport, missed: MissedReason | null): LogEntry[] {
  const { chatId, callId, media, placedAt, endedAt, durationMs, outcome } = report;
  const at = Date.parse(placedAt ?? endedAt);
  const of = (role: Side, other: Side): LogEntry[] => {
    const { [role]: person, [other]: peer } = report;
    if (person === null) return [];
    const call = { chatId, callId, at, role, peer, media, durationMs, outcome };
    return [{ userId: person.id, call: { ...call, missed: role === "callee" ? missed : null } }];
  };
  return [...of("caller", "callee"), ...of("callee", "caller")];
}

function missedMessageOf({ chatId, callId, at, peer, media, missed }: LoggedCall): ServerMessages["call:missed"] {
  const { id: callerId, name: callerName } = peer!;
  return { type: "call:missed", chatId, callId, callerId, callerName, media, reason: missed!, at };
}
