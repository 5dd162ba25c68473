/** By what push services know this server (VAPID, RFC 8292): a pair of keys on the curve P-256, and whom to ask about it. */

import { createECDH } from "node:crypto";

/** Keys in base64url. The private one is a secret: it goes into no log and no answer. */
export interface Vapid {
  readonly publicKey: string;
  readonly privateKey: string;
  /** A `mailto:` or `https:` URL (RFC 8292, section 2.1): whom a push service writes to about what this server sends. */
  readonly subject: string;
}

/** A point on the curve, not compressed, and a scalar. */
export const PUBLIC_KEY = /^B[A-Za-z0-9_-]{86}$/;
export const PRIVATE_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Whether the two keys are a pair. */
export function isPair(publicKey: string, privateKey: string): boolean {
  const curve = createECDH("prime256v1");
  try {
    curve.setPrivateKey(privateKey, "base64url");
    return curve.getPublicKey("base64url") === publicKey;
  } catch {
    return false;
  }
}

/** A new pair. */
export async function newKeys(): Promise<Omit<Vapid, "subject">> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { publicKey: point.toBase64({ alphabet: "base64url", omitPadding: true }), privateKey: d! };
}

// `deno task vapid`: what to put into the environment.
if (import.meta.main) {
  const { publicKey, privateKey } = await newKeys();
  console.log(`VAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}\nVAPID_SUBJECT=mailto:you@example.org`);
}
