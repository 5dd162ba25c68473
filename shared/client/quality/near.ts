/** The way from this side to the server, by the time that pings to it take: the one path that is not the other side's too. */

import type { SignalSocket } from "../signaling/socket.ts";

/** What it takes of the signaling socket. */
export type PingPorts = Pick<SignalSocket, "sendNow" | "pongAt">;

/** An answer is not waited for longer, in ms: it may have been lost with its socket. */
const LONGEST_MS = 5_000;
/** More than the least by so much was sent again, for which TCP waits 200 ms, or waited in a queue, if not for a busy page; in ms. */
const LATE_MS = 180;
/** Each late answer counts one, and one in time takes so much away: from `BAD` on the way is bad, at none it is well. */
const IN_TIME = 0.25;
const FIRST = 0.5;
const BAD = 1.75;

export class Near {
  readonly #signal: PingPorts;
  readonly #now: () => number;
  /** When the ping was sent that has no answer yet. */
  #pingedAt: number | null = null;
  /** How long one took at best, in ms. */
  #least = Infinity;
  /** Late answers since that is wanted; infinite once it is bad. */
  #late = FIRST;

  /** `now`: monotonic time in ms. */
  constructor(signal: PingPorts, now: () => number) {
    this.#signal = signal;
    this.#now = now;
  }

  /**
   * Whether it is bad, or was since that `isWanted`: what is sent is soon fitted to a weak network, so that nothing waits there any more;
   * `null`: not known. To be called every few seconds: it pings where that is wanted, and before until it has an answer, to know how long
   * that takes at best.
   */
  look(isWanted: boolean): boolean | null {
    const now = this.#now();
    const { pongAt } = this.#signal;
    if (!isWanted) this.#late = FIRST;
    if (this.#pingedAt !== null) {
      const isAnswered = pongAt >= this.#pingedAt;
      const took = (isAnswered ? pongAt : now) - this.#pingedAt;
      if (isAnswered) this.#least = Math.min(this.#least, took);
      const isLate = took > LATE_MS + Math.min(this.#least, LONGEST_MS);
      const late = Math.max(this.#late + (isLate ? 1 : -IN_TIME), 0);
      if (isWanted && (isAnswered || isLate)) this.#late = late < BAD ? late : Infinity;
      if (isAnswered || took >= LONGEST_MS) this.#pingedAt = null;
    }
    if (this.#pingedAt === null && (isWanted || this.#least === Infinity)) {
      this.#pingedAt = now;
      this.#signal.sendNow({ type: "ping" });
    }
    return this.#late === Infinity || (this.#late === 0 ? false : null);
  }
}
