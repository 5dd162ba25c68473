/**
 * One-time keys for host tokens that came into a frame. Whether the browser keeps the session's cookie there shows with the next
 * request only, which has no token any more: where it does not, the key lets the same person in in a tab of their own.
 */

import type { EngineOptions } from "./engine.ts";

/** How long a key is good, in ms. */
export const ENTRY_MS = 120_000;
/** Keys kept at the most, and bytes of their tokens in all; the oldest go first. */
const MAX_ENTRIES = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

export class Entries {
  readonly #options: Pick<EngineOptions, "now" | "newId">;
  readonly #kept = new Map<string, { readonly token: string; readonly until: number }>();
  #bytes = 0;

  constructor(options: Pick<EngineOptions, "now" | "newId">) {
    this.#options = options;
  }

  /** Keeps a token for two minutes, and gives the key to it. */
  keep(token: string): string {
    for (const [key, { until }] of this.#kept) {
      const hasRoom = this.#kept.size < MAX_ENTRIES && this.#bytes + token.length <= MAX_BYTES;
      if (until > this.#options.now() && hasRoom) break;
      this.#remove(key);
    }
    const key = this.#options.newId();
    this.#kept.set(key, { token, until: this.#options.now() + ENTRY_MS });
    this.#bytes += token.length;
    return key;
  }

  /** The token behind a key, once; `null` where it is unknown, used or too old. */
  take(key: string): string | null {
    const entry = this.#remove(key);
    return entry !== undefined && entry.until > this.#options.now() ? entry.token : null;
  }

  #remove(key: string) {
    const entry = this.#kept.get(key);
    this.#kept.delete(key);
    // A signed token is ASCII.
    this.#bytes -= entry?.token.length ?? 0;
    return entry;
  }
}
