/** What happened since the start: whole numbers and fixed buckets, no id, name or address. */

import { CLOSE } from "../../shared/protocol/constants.ts";
import { type ErrorCode, errorCodes } from "../../shared/protocol/errors.ts";
import type { Receipt } from "../../shared/protocol/receipt.ts";
import type { Fact, Outcome } from "../call/facts.ts";
import { Histogram } from "./histogram.ts";

/** Bounds for what people do, and for what networks do, in seconds. */
const PATIENCE = [1, 2, 5, 10, 15, 20, 30, 45, 60];
const SET_UP = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The close codes that are told apart: ours, and those that browsers and broken connections come with (RFC 6455, section 7.4.1). */
const CODES: ReadonlySet<number> = new Set([...Object.values(CLOSE), 1001, 1005, 1006]);

/** What was counted. Times are in seconds. */
export interface CountFigures {
  readonly placed: number;
  readonly answered: number;
  /** Calls that rang, or went on, and are over, by how. */
  readonly ended: readonly (readonly [outcome: Outcome, calls: number])[];
  /** Messages of clients that were refused, by the code of the error. */
  readonly refused: readonly (readonly [code: ErrorCode, messages: number])[];
  /** Sockets that are closed, by their close codes. */
  readonly closed: readonly (readonly [code: string, sockets: number])[];
  /** By the receipts of both sides: how the media went, from ringing to the answer, and from that to connected media and the first frame. */
  readonly paths: Readonly<Record<"direct" | "relayed" | "none", number>>;
  readonly answer: Histogram;
  readonly connect: Histogram;
  readonly frame: Histogram;
}

export class Counts {
  #placed = 0;
  #answered = 0;
  readonly #ended = new Map<Outcome, number>();
  // All from the start: a code that comes for the first time is an increase too.
  readonly #refused = new Map(errorCodes.map((code) => [code, 0]));
  readonly #closed = new Map([...CODES].map((code) => [String(code), 0]).concat([["other", 0]]) as [string, number][]);
  readonly #paths = { direct: 0, relayed: 0, none: 0 };
  readonly #answer = new Histogram(PATIENCE);
  readonly #connect = new Histogram(SET_UP);
  readonly #frame = new Histogram(SET_UP);

  /** To be told everything that happens. */
  observe(fact: Fact): void {
    if (fact.type === "placed") this.#placed++;
    if (fact.type === "answered") this.#answered++;
    if (fact.type === "ended") add(this.#ended, fact.outcome);
  }

  refused(code: ErrorCode): void {
    add(this.#refused, code);
  }

  closed(code: number): void {
    add(this.#closed, CODES.has(code) ? String(code) : "other");
  }

  /** One side's word of its call. */
  measured({ answerMs, iceMs, frameMs, path }: Receipt): void {
    this.#paths[path ?? "none"]++;
    if (answerMs !== null) this.#answer.observe(answerMs / 1000);
    if (iceMs !== null) this.#connect.observe(iceMs / 1000);
    if (frameMs !== null) this.#frame.observe(frameMs / 1000);
  }

  figures(): CountFigures {
    return {
      placed: this.#placed,
      answered: this.#answered,
      ended: [...this.#ended],
      refused: [...this.#refused],
      closed: [...this.#closed],
      paths: { ...this.#paths },
      answer: this.#answer,
      connect: this.#connect,
      frame: this.#frame,
    };
  }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
