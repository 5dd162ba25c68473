/** Which token of a host application's user is the newest: what that one says of membership holds, and no older one undoes it. */

import { SESSION_SECONDS } from "../identity/session_cookie.ts";

/** Users remembered; beyond that those whose tokens were seen longest ago are forgotten, online or not. */
const MAX_USERS = 100_000;

/** How long a user is remembered whose tokens nobody shows, in ms: as long as a cookie may keep an older one. */
const IDLE_MS = SESSION_SECONDS * 1000;

/** Users looked at for each token that is seen: a little work each time, never a lot. */
const EVICTIONS = 8;

/** `undated`: without `iat`, after one with it. Nothing says that it is older, nor that it is newer. */
export type TokenAge = "newest" | "older" | "undated";

interface Seen {
  /** When the newest token was issued, in ms since 1970; 0 where none said. */
  readonly issuedAt: number;
  readonly at: number;
}

export class NewestTokens {
  readonly #now: () => number;
  /** In order of use. */
  readonly #seen = new Map<string, Seen>();

  /** `now`: monotonic time in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A token was seen that was issued then (ms since 1970, whole seconds as a rule; 0: it does not say). Of two of one time the later seen is newer. */
  see(userId: string, issuedAt: number): TokenAge {
    const before = this.#seen.get(userId)?.issuedAt ?? 0;
    const at = this.#now();
    this.#seen.delete(userId);
    this.#seen.set(userId, { issuedAt: Math.max(before, issuedAt), at });
    this.#evict(at);
    if (issuedAt >= before) return "newest";
    return issuedAt === 0 ? "undated" : "older";
  }

  /** When the newest token of a user was issued, as far as is known. */
  newest(userId: string): number | null {
    return this.#seen.get(userId)?.issuedAt ?? null;
  }

  dump() {
    return [...this.#seen];
  }

  restore(seen: ReturnType<NewestTokens["dump"]>): void {
    for (const [userId, one] of seen) this.#seen.set(userId, one);
  }

  get size(): number {
    return this.#seen.size;
  }

  #evict(now: number): void {
    for (let n = 0; n < EVICTIONS; n++) {
      const [oldest] = this.#seen;
      if (oldest === undefined || this.#seen.size <= MAX_USERS && now - oldest[1].at < IDLE_MS) return;
      this.#seen.delete(oldest[0]);
    }
  }
}
