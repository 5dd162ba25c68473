/** Signed tokens: who is calling, and which chats they are in. One function verifies them, wherever they came from. */

import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
  SignJWT,
} from "jose";
import { z } from "zod";
import { BEARER_PREFIX } from "../shared/constants.ts";
import { chatId, displayName, userId } from "../shared/protocol.ts";
import type { Session } from "./guests.ts";

/** Name of the cookie that carries a session's token. */
const SESSION_COOKIE = "zvonok_session";

/** R18: a token speaks for at most this many chats, the newest ones. */
const MAX_CHATS_IN_TOKEN = 64;

/** How long a guest session lasts, in seconds; a visit in its second half renews it. */
export const SESSION_SECONDS = 30 * 24 * 3600;

const claims = z.object({
  sub: userId,
  name: displayName,
  chats: z.array(chatId),
  iat: z.number().default(0),
  exp: z.number(),
});

/** Whose tokens are believed. */
export interface Keys {
  /** Ours, for guests: the first signs, all verify, so that a secret can be changed without ending a session. */
  readonly session: readonly string[];
  /** The host application's, HS256. */
  readonly host?: readonly string[];
  /** Where the host application publishes its public keys. */
  readonly jwksUrl?: string | null;
  /** What the host application's tokens must say in `iss` and `aud`, where it issues tokens for others too. */
  readonly issuer?: string | null;
  readonly audience?: string | null;
}

const REQUIRED = ["exp", "sub"];
const ASYMMETRIC = ["RS256", "PS256", "ES256", "EdDSA"];

/** A secret, and whose it is. */
interface Secret {
  readonly key: Uint8Array;
  readonly isOurs: boolean;
}

/** Signs tokens for guests, and verifies everybody's (RFC 7515, RFC 7519). A secret's UTF-8 bytes are the HS256 key. */
export class Tokens {
  readonly #secrets: Secret[];
  readonly #published: ReturnType<typeof createRemoteJWKSet> | null;
  readonly #host: JWTVerifyOptions;

  constructor({ session, host = [], jwksUrl = null, issuer, audience }: Keys) {
    const utf8 = new TextEncoder();
    this.#secrets = [
      ...session.map((secret) => ({ key: utf8.encode(secret), isOurs: true })),
      ...host.map((secret) => ({ key: utf8.encode(secret), isOurs: false })),
    ];
    this.#published = jwksUrl === null ? null : createRemoteJWKSet(new URL(jwksUrl));
    this.#host = { requiredClaims: REQUIRED, ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
  }

  /** A token for `SESSION_SECONDS` that lists the newest `MAX_CHATS_IN_TOKEN` chats. */
  sign({ userId, name, chats }: Pick<Session, "userId" | "name" | "chats">): Promise<string> {
    return new SignJWT({ name, chats: chats.slice(-MAX_CHATS_IN_TOKEN) })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(`${SESSION_SECONDS}s`)
      .sign(this.#secrets[0]!.key);
  }

  /** The session a token speaks for; `null` where it is forged, expired, unsigned or not of this form. Never throws. */
  async verify(token: string): Promise<Session | null> {
    const verified = await this.#payload(token);
    const parsed = claims.safeParse(verified?.payload);
    if (verified === null || !parsed.success) return null;
    const { sub, name, chats, iat, exp } = parsed.data;
    const isGuest = verified.isOurs;
    return {
      userId: sub,
      name,
      chats: chats.slice(-MAX_CHATS_IN_TOKEN),
      isGuest,
      issuedAt: iat * 1000,
      expiresAt: exp * 1000,
    };
  }

  async #payload(token: string): Promise<{ payload: JWTPayload; isOurs: boolean } | null> {
    try {
      if (decodeProtectedHeader(token).alg !== "HS256") {
        if (this.#published === null) return null;
        const { payload } = await jwtVerify(token, this.#published, { ...this.#host, algorithms: ASYMMETRIC });
        return { payload, isOurs: false };
      }
    } catch {
      return null;
    }
    for (const { key, isOurs } of this.#secrets) {
      const options = { ...(isOurs ? { requiredClaims: REQUIRED } : this.#host), algorithms: ["HS256"] };
      try {
        return { payload: (await jwtVerify(token, key, options)).payload, isOurs };
      } catch {
        // Signed with another one of the secrets, or not to be believed at all.
      }
    }
    return null;
  }
}

/** Where a request's token came from: a cookie travels by itself, so a request with one also needs an `Origin` that is ours. */
export type Credential = { readonly from: "cookie" | "bearer"; readonly token: string };

/** The token of a request: a `bearer.` subprotocol, an `Authorization` header, or the session cookie. */
export function credentialOf(headers: Headers): Credential | null {
  for (const protocol of subprotocols(headers)) {
    if (protocol.startsWith(BEARER_PREFIX)) return { from: "bearer", token: protocol.slice(BEARER_PREFIX.length) };
  }
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "");
  if (bearer) return { from: "bearer", token: bearer[1]! };
  const cookie = cookieOf(headers, SESSION_COOKIE);
  return cookie === null ? null : { from: "cookie", token: cookie };
}

/** The subprotocols a client offers (RFC 6455, section 11.3.4). */
export function subprotocols(headers: Headers): string[] {
  return (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
}

/** A cookie's value, or `null`. */
function cookieOf(headers: Headers, name: string): string | null {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const [key, value] = pair.split("=", 2);
    if (key?.trim() === name && value) return value.trim();
  }
  return null;
}

/**
 * The `Set-Cookie` value for a session's token. `embedded`: for a page in a frame of another site, where browsers keep it apart
 * for each such site (CHIPS); that takes https.
 */
export function sessionCookie(token: string, secure: boolean, embedded = false): string {
  const site = embedded && secure ? "SameSite=None; Partitioned" : "SameSite=Lax";
  const flags = `Path=/; HttpOnly; ${site}; Max-Age=${SESSION_SECONDS}`;
  return `${SESSION_COOKIE}=${token}; ${flags}${secure ? "; Secure" : ""}`;
}

/**
 * Whether a request may act with the credential it carries. A foreign `Origin` never may. With a cookie there must be one:
 * the browser adds the cookie by itself, so only `Origin` tells our page from somebody else's.
 */
export function originAllowed(req: Request, credential: Credential | null, allowed: readonly string[]): boolean {
  const origin = req.headers.get("origin");
  if (origin === null) return credential?.from !== "cookie";
  if (allowed.includes(origin)) return true;
  const host = req.headers.get("host");
  return URL.canParse(origin) && new URL(origin).host === host;
}
