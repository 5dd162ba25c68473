/** Key derivation by Web Crypto. */

import type { Pbkdf2 } from "../platform.ts";

/** The browser's; `null` on plain http, where it has none. */
export const pbkdf2: Pbkdf2 | null = globalThis.crypto.subtle ? derive : null;

async function derive(...[password, { salt, iterations, bytes }]: Parameters<Pbkdf2>): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const utf8 = new TextEncoder();
  const key = await subtle.importKey("raw", utf8.encode(password), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt: utf8.encode(salt), iterations };
  return new Uint8Array(await subtle.deriveBits(algorithm, key, bytes * 8));
}
