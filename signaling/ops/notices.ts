/** What whoever runs the server should know to mend it: said in the log, and not a thousand times. */

import { Buckets, type Rate } from "../limits.ts";
import type { Log, LogEvents } from "./log.ts";

/** Lines of one kind: as many at once, then one a minute. */
const LINES: Rate = { burst: 5, perSecond: 1 / 60 };

/** Longest part of a line that comes from outside, in characters. */
const MAX_QUOTED = 200;

/** Tells each kind of thing now and then, with a count of what it left out. */
export class Notices {
  readonly #buckets = new Buckets(LINES);
  readonly #suppressed = new Map<string, number>();
  readonly #now: () => number;
  readonly #log: Log;

  /** `now` is monotonic, in ms. */
  constructor(now: () => number, log: Log) {
    this.#now = now;
    this.#log = log;
  }

  /** Tells of the event, or counts it. `kind` is one of a few words of ours, never what somebody sent. */
  say<Code extends keyof LogEvents>(kind: string, event: Code, fields: LogEvents[Code]): void {
    const suppressed = this.#suppressed.get(kind) ?? 0;
    if (this.#buckets.take(kind, this.#now()) > 0) {
      this.#suppressed.set(kind, suppressed + 1);
      return;
    }
    this.#suppressed.delete(kind);
    this.#log(event, suppressed === 0 ? fields : { ...fields, suppressed });
  }
}

/** Text from outside as a line of a log may have it: one short word, without control characters or what turns text around. */
export function asWord(text: string): string {
  const word = text.replace(/[\s"\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "?");
  return word.length > MAX_QUOTED ? `${word.slice(0, MAX_QUOTED)}…` : word || "(empty)";
}
