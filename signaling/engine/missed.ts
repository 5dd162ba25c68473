/** Missed calls of users who had no device connected, kept until one comes. */

import type { ServerMessages } from "../../shared/protocol/server_messages.ts";

type MissedCall = ServerMessages["call:missed"];

/** Kept for a user, and users they are kept for; the oldest go first. */
const MAX_MISSED = 20;
const MAX_USERS = 10_000;

export class MissedCalls {
  readonly #calls = new Map<string, MissedCall[]>();

  keep(userId: string, call: MissedCall): void {
    const calls = [...this.take(userId), call].slice(-MAX_MISSED);
    this.#calls.set(userId, calls);
    if (this.#calls.size > MAX_USERS) this.#calls.delete(this.#calls.keys().next().value!);
  }

  dump() {
    return [...this.#calls];
  }

  restore(calls: ReturnType<MissedCalls["dump"]>): void {
    for (const [userId, missed] of calls) this.#calls.set(userId, missed);
  }

  /** What was kept for a user, oldest first; it is kept no longer. */
  take(userId: string): MissedCall[] {
    const calls = this.#calls.get(userId) ?? [];
    this.#calls.delete(userId);
    return calls;
  }
}
