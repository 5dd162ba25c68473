/** What the app keeps on the phone, in SQLite: read at once, as the call client does it, and whole after the app was ended. No secrets. */

import { Storage as Sqlite } from "expo-sqlite/kv-store";
import type { Storage, TextStore } from "../../shared/client/platform/platform.ts";

/** A tab that is reloaded is an app that is started anew: both outlive the process. */
export const storage: Storage = {
  tab: store("tab."),
  kept: store("kept."),
};

/** `prefix`: of all its keys. A full disk loses what is set, and ends no call. */
function store(prefix: string): TextStore {
  return {
    get: (key) => orNull(() => Sqlite.getItemSync(prefix + key)),
    set(key, value) {
      orNull(() => value === null ? Sqlite.removeItemSync(prefix + key) : Sqlite.setItemSync(prefix + key, value));
    },
  };
}

function orNull<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}
