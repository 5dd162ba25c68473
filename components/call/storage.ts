/**
 * What a browser keeps for a page. In a frame whose cookies are blocked the mere mention of a storage throws, a private window's may
 * be full from the start: what cannot be kept there is kept in memory, for as long as the page lives.
 */

/** `sessionStorage` is this tab's, over a reload; `localStorage` all pages'. */
export type Area = "sessionStorage" | "localStorage";

/** Text by key. Never throws. */
export interface Storage {
  get(key: string): string | null;
  /** `null` forgets it. */
  set(key: string, value: string | null): void;
}

/** One of the browser's storages, with memory in its place where it fails. */
export function storage(area: Area): Storage {
  /** What the browser did not take: newer than what it may still have. */
  const memory = new Map<string, string | null>();
  return {
    get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) return kept;
      try {
        return globalThis[area].getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      memory.delete(key);
      try {
        if (value === null) globalThis[area].removeItem(key);
        else globalThis[area].setItem(key, value);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
