/** The browser's chance. */

import type { Crypto } from "../platform.ts";

export const crypto: Crypto = {
  random: Math.random,
  // `randomUUID` would need a secure context, which a page on a local network may not be.
  newId: () =>
    Array.from(
      globalThis.crypto.getRandomValues(new Uint8Array(16)),
      (byte) => byte.toString(16).padStart(2, "0"),
    ).join(""),
};
