/**
 * One-time keys for host tokens that came into a frame. Whether the browser keeps the session's cookie there shows with the next
 * request only, which has no token any more: where it does not, the key lets the same person in in a tab of their own.
 */

import { randomId } from "./guests.ts";

/** How long a key is good, in ms. */
const ENTRY_MS = 120_000;
/** Keys kept at the most; the oldest go first. */
const MAX_ENTRIES = 10_000;

export class Entries {
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly token: string; readonly until: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Keeps a token for two minutes, and gives the key to it. */
  keep(token: string): string {
    for (const [key, { until }] of this.#kept) {
      if (until > this.#now() && this.#kept.size < MAX_ENTRIES) break;
      this.#kept.delete(key);
    }
    const key = randomId();
    this.#kept.set(key, { token, until: this.#now() + ENTRY_MS });
    return key;
  }

  /** The token behind a key, once; `null` where it is unknown, used or too old. */
  take(key: string): string | null {
    const entry = this.#kept.get(key);
    this.#kept.delete(key);
    return entry !== undefined && entry.until > this.#now() ? entry.token : null;
  }
}
