/** Which device this is, for the server: a tab. */

import type { TextStore } from "../platform.ts";
import { crypto } from "./crypto.ts";

const KEY = "device";

/**
 * Names this tab: it survives a reload, and other tabs have their own. A duplicated tab starts with a copy of the storage, so a
 * lock tells whether the name is in use (where locks are to be had: secure contexts).
 */
export async function deviceId(tab: TextStore): Promise<string> {
  const kept = tab.get(KEY);
  const id = kept !== null && await claim(kept) ? kept : crypto.newId();
  if (id !== kept) await claim(id);
  tab.set(KEY, id);
  return id;
}

/** Holds the lock of a device for as long as the page lives; false where another page does, as far as the browser tells. */
function claim(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Where there are no locks, or they are refused together with storage.
    const refused = () => resolve(true);
    try {
      navigator.locks.request(`zvonok.device.${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => {});
      }).catch(refused);
    } catch {
      refused();
    }
  });
}
