/**
 * What a browser keeps for a page. In a frame whose cookies are blocked the mere mention of a storage throws, a private window's may
 * be full from the start: what cannot be kept there is kept in memory, for as long as the page lives.
 */

import type { Storage, TextStore } from "../platform.ts";

/** `sessionStorage` is this tab's, over a reload; `localStorage` all pages'. */
type Area = "sessionStorage" | "localStorage";

export const storage: Storage = {
  tab: store("sessionStorage", "zvonok."),
  kept: store("localStorage", "zvonok.kept."),
};

/** One of the browser's storages, with memory in its place where it fails. `prefix`: of all its keys. */
function store(area: Area, prefix: string): TextStore {
  /** What the browser did not take: newer than what it may still have. */
  const memory = new Map<string, string | null>();
  return {
    get(key) {
      const kept = memory.get(key);
      if (kept !== undefined) return kept;
      try {
        return globalThis[area].getItem(prefix + key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      memory.delete(key);
      try {
        if (value === null) globalThis[area].removeItem(prefix + key);
        else globalThis[area].setItem(prefix + key, value);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
