/**
 * The session cookie: how a token of any length gets into it, and out of it again.
 *
 * Browsers drop a cookie whose name and value are over 4,096 bytes without a word (RFC 6265bis, section 5.6), and proxies refuse heads
 * over 8 kB or so, unless they are told otherwise. The token of somebody with 64 chats is longer than that. It stays the token, signed by
 * whoever signed it, so that sessions outlive a restart; but a long one is packed (its JSON deflated, which halves what ids are made of),
 * and what is too long even so is kept in several cookies:
 *
 *     zvonok_session=z3.PART; zvonok_session.1=PART; zvonok_session.2=PART
 *
 * `z`: packed, `s`: only split; then in how many parts.
 */

import { Buffer } from "node:buffer";
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** How long a guest session, and any session's cookie, lasts, in seconds; a visit in its second half renews a guest's. */
export const SESSION_SECONDS = 30 * 24 * 3600;

/** Longest token that is believed, in bytes: a form with it is 16 KiB at most. */
export const MAX_TOKEN_BYTES = 16 * 1024;

const NAME = "zvonok_session";

/** Bytes of a cookie's value: with name and attributes under 4,096, as older browsers count. */
const MAX_VALUE_BYTES = 3_800;

/** As many cookies as the longest token takes. */
const MAX_PARTS = Math.ceil((MAX_TOKEN_BYTES + 3) / MAX_VALUE_BYTES);

/** A token that is longer is packed, in bytes: with some proxies the head of a whole answer may be no more than 4 kB. */
const PACKED_OVER_BYTES = 1_500;

/**
 * The `Set-Cookie` values for a session's token. `embedded`: for a page in a frame of another site, where browsers keep it apart
 * for each such site (CHIPS); that takes https.
 */
export function sessionCookies(token: string, secure: boolean, embedded = false): readonly string[] {
  return split(token).map((value, n) => setCookie(n, value, secure, embedded, SESSION_SECONDS));
}

/** The token that a request's cookies carry. What is left of one whose parts did not all come is no good token. */
export function cookieTokenOf(headers: Headers): string | null {
  const cookies = cookiesOf(headers);
  const first = cookies.get(NAME) ?? "";
  const form = /^([sz])(\d)\./.exec(first);
  if (form === null) return first || null;
  const rest = Array.from(
    { length: Math.min(Number(form[2]), MAX_PARTS) - 1 },
    (_, n) => cookies.get(nameOf(n + 1)) ?? "",
  );
  const text = first.slice(form[0].length) + rest.join("");
  return form[1] === "s" ? text : unpacked(text) ?? first;
}

/**
 * Where an answer sets a session: takes away what the browser has of another one, which it would send beside it. That is parts of a
 * longer one; and, over https, the one kept for embedded pages beside the one for our own site, or the other way round. `isBlind`: a form
 * of another site's page, with which the browser sends none of these, so that all are taken away. What is taken away comes before what
 * is set: a browser without CHIPS has one place for both kinds, and keeps what came last.
 */
export function clearLeftovers(request: Headers, answer: Headers, isBlind: boolean): void {
  const kept = answer.getSetCookie();
  const set = kept.map((cookie) => cookie.split("=", 1)[0]!);
  if (!set.includes(NAME)) return;
  const flags = kept[set.indexOf(NAME)]!;
  const [secure, embedded] = [/; Secure$/.test(flags), /; Partitioned;/.test(flags)];
  const cookies = cookiesOf(request);
  answer.delete("set-cookie");
  for (let n = 0; n < MAX_PARTS; n++) {
    if (!isBlind && !cookies.has(nameOf(n))) continue;
    if (!set.includes(nameOf(n))) answer.append("set-cookie", setCookie(n, "", secure, embedded, 0));
    if (secure) answer.append("set-cookie", setCookie(n, "", secure, !embedded, 0));
  }
  for (const cookie of kept) answer.append("set-cookie", cookie);
}

function nameOf(part: number): string {
  return part === 0 ? NAME : `${NAME}.${part}`;
}

function setCookie(part: number, value: string, secure: boolean, embedded: boolean, seconds: number): string {
  const site = embedded && secure ? "SameSite=None; Partitioned" : "SameSite=Lax";
  return `${nameOf(part)}=${value}; Path=/; HttpOnly; ${site}; Max-Age=${seconds}${secure ? "; Secure" : ""}`;
}

/** The values of the cookies for a token, the first one's first. */
function split(token: string): string[] {
  const short = token.length > PACKED_OVER_BYTES ? packed(token) : null;
  if (short === null && token.length <= MAX_VALUE_BYTES) return [token];
  const text = short ?? token;
  // The first has a word in front: `z3.`
  const count = Math.ceil((text.length + 3) / MAX_VALUE_BYTES);
  const whole = `${short === null ? "s" : "z"}${count}.${text}`;
  return Array.from({ length: count }, (_, n) => whole.slice(n * MAX_VALUE_BYTES, (n + 1) * MAX_VALUE_BYTES));
}

/** A JWT with its two JSON texts deflated, as base64url and the signature as it is; `null` where that is not shorter, or no JWT. */
function packed(token: string): string | null {
  const [header, payload, signature] = token.split(".");
  if (!header || !payload || signature === undefined) return null;
  const [head, body] = [Buffer.from(header, "base64url"), Buffer.from(payload, "base64url")];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(head.length);
  const text = deflateRawSync(Buffer.concat([length, head, body]), { level: 9 }).toString("base64url");
  const short = `${text}.${signature}`;
  // What is unusual in a token's base64 would not come out again as it was signed.
  return short.length < token.length && unpacked(short) === token ? short : null;
}

/** The JWT again; `null` where it is none, or longer than one may be. */
function unpacked(text: string): string | null {
  const [short, signature] = text.split(".");
  try {
    const bytes = inflateRawSync(Buffer.from(short!, "base64url"), { maxOutputLength: MAX_TOKEN_BYTES });
    const end = 2 + bytes.readUInt16BE();
    return [bytes.subarray(2, end), bytes.subarray(end)].map((part) => part.toString("base64url")).join(".") +
      `.${signature}`;
  } catch {
    return null;
  }
}

/** The first cookie of each name. */
export function cookiesOf(headers: Headers): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const end = pair.indexOf("=");
    const [name, value] = [pair.slice(0, Math.max(end, 0)).trim(), pair.slice(end + 1).trim()];
    if (name !== "" && value !== "" && !cookies.has(name)) cookies.set(name, value);
  }
  return cookies;
}
