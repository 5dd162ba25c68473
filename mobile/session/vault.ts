/** The session's token, in the system's key store: the Keychain on iOS, a key of the Keystore on Android. */

import * as SecureStore from "expo-secure-store";

/** Keychain entries of more than 2,048 bytes were refused by some versions of iOS: a longer token is kept in parts. */
const PART_BYTES = 2_000;

/** Calls come while the phone is locked, but not before its first unlocking; and nothing of it moves to another phone by a backup. */
const OPTIONS: SecureStore.SecureStoreOptions = {
  keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY,
};

/** Keeps one text. */
export interface Vault {
  read(): Promise<string | null>;
  /** `null` forgets it. */
  write(text: string | null): Promise<void>;
}

const keyOf = (part: number) => `session.${part}`;

export const vault: Vault = {
  async read() {
    const first = await SecureStore.getItemAsync(keyOf(0), OPTIONS);
    const [, count, start = ""] = /^(\d+) (.*)$/s.exec(first ?? "") ?? [];
    if (count === undefined) return null;
    const rest = await Promise.all(
      Array.from({ length: Number(count) - 1 }, (_, n) => SecureStore.getItemAsync(keyOf(n + 1), OPTIONS)),
    );
    // A part that is missing leaves what no server believes, so that it counts as none.
    return rest.includes(null) ? null : start + rest.join("");
  },

  async write(text) {
    if (text === null) return await SecureStore.deleteItemAsync(keyOf(0), OPTIONS);
    const count = Math.max(1, Math.ceil(text.length / PART_BYTES));
    const part = (n: number) => text.slice(n * PART_BYTES, (n + 1) * PART_BYTES);
    // The first one says how many there are, so it is written last.
    for (let n = count - 1; n >= 0; n--) {
      await SecureStore.setItemAsync(keyOf(n), n === 0 ? `${count} ${part(0)}` : part(n), OPTIONS);
    }
  },
};
