/**
 * Digits that two people compare aloud: the same on both screens if nobody stands between them. They are derived from the
 * fingerprints of both sides' certificates (RFC 8122), which the media's encryption starts from (DTLS-SRTP, RFC 5763) and which
 * the signaling server could swap. What they are worth is argued in docs/security.md.
 */

import type { Pbkdf2 } from "../platform/platform.ts";
import type { Descriptions } from "../state.ts";

/** Makes each guess of somebody who tries out certificates dear; about a tenth of a second for those who compare. */
const ITERATIONS = 2 ** 18;
const GROUPS = 6;
const DIGITS_PER_GROUP = 4;
/** Five bytes for four digits: no digit is noticeably likelier than another. Together no more than one SHA-256 gives. */
const BYTES_PER_GROUP = 5;

const SALT = "zvonok verification 1";

/**
 * What the digits are derived from: the fingerprints of one side, then of the other, whichever this is; `null` where a side has
 * none. The sides are kept apart: pooled, one certificate given to both as an additional one would give both the same.
 */
export function fingerprintsOf({ local, remote }: Descriptions): string | null {
  const sides = [local, remote].map(sideOf);
  return sides.includes("") ? null : sides.sort().join("\n");
}

/**
 * All of a description's fingerprints, for the session and its sections: each once, in an order and spelling of their own. Whatever
 * looks like one counts: a spelling that a browser would understand and this would not could hide one.
 */
function sideOf(sdp: string): string {
  const lines = sdp.matchAll(/a=fingerprint:([^\r\n]*)/gi);
  const fingerprints = Array.from(lines, ([, value]) => value!.trim().replace(/\s+/g, " ").toUpperCase());
  return [...new Set(fingerprints)].sort().join(",");
}

/** The digits, in six groups of four, of what `fingerprintsOf` gave. */
export async function digitsOf(fingerprints: string, pbkdf2: Pbkdf2): Promise<string[]> {
  const bytes = await pbkdf2(fingerprints, { salt: SALT, iterations: ITERATIONS, bytes: GROUPS * BYTES_PER_GROUP });
  return Array.from({ length: GROUPS }, (_, group) => {
    const part = bytes.subarray(group * BYTES_PER_GROUP, (group + 1) * BYTES_PER_GROUP);
    const number = part.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 10 ** DIGITS_PER_GROUP).padStart(DIGITS_PER_GROUP, "0");
  });
}
