/** Signed tokens: who is calling, and which chats they are in. One function verifies them, wherever they came from. */

import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
  type ProtectedHeaderParameters,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { createHmac, timingSafeEqual } from "node:crypto";
import { BEARER_PREFIX } from "../../shared/protocol/constants.ts";
import type { TokenProblem } from "../../shared/protocol/errors.ts";
import { MAX_CHATS_IN_TOKEN, readClaims, type TokenRefusal } from "./claims.ts";
import type { Session } from "./session.ts";
import { cookieTokenOf, MAX_TOKEN_BYTES, SESSION_SECONDS } from "./session_cookie.ts";

/**
 * How far a host application's clock may be off, in seconds: its tokens count so long before their `nbf` and after their `exp`. Ours are
 * signed and checked by one clock.
 */
const LEEWAY_SECONDS = 30;

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
const OURS: JWTVerifyOptions = { requiredClaims: REQUIRED };
const ASYMMETRIC = ["RS256", "PS256", "ES256", "EdDSA"];

const utf8 = new TextEncoder();

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
  readonly #now: () => number;

  /** `now`: wall clock in ms since 1970. */
  constructor({ session, host = [], jwksUrl = null, issuer, audience }: Keys, now: () => number = Date.now) {
    this.#now = now;
    this.#secrets = [
      ...session.map((secret) => ({ key: utf8.encode(secret), isOurs: true })),
      ...host.map((secret) => ({ key: utf8.encode(secret), isOurs: false })),
    ];
    this.#published = jwksUrl === null ? null : createRemoteJWKSet(new URL(jwksUrl));
    this.#host = {
      requiredClaims: REQUIRED,
      clockTolerance: LEEWAY_SECONDS,
      ...(issuer ? { issuer } : {}),
      ...(audience ? { audience } : {}),
    };
  }

  /** A token for `SESSION_SECONDS` that lists the newest `MAX_CHATS_IN_TOKEN` chats. */
  sign({ userId, name, chats, own = [] }: Pick<Session, "userId" | "name" | "chats" | "own">): Promise<string> {
    const newest = chats.slice(-MAX_CHATS_IN_TOKEN);
    // By their places: ids written twice would not fit into a cookie.
    const places = newest.flatMap((id, place) => own.includes(id) ? [place] : []);
    return new SignJWT({ name, chats: newest, ...(places.length === 0 ? {} : { own: places }) })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(`${SESSION_SECONDS}s`)
      .sign(this.#secrets[0]!.key);
  }

  /** The session a token speaks for; `null` where it is not to be believed. Never throws. */
  async verify(token: string): Promise<Session | null> {
    const checked = await this.check(token);
    return "session" in checked ? checked.session : null;
  }

  /** The session a token speaks for and how many of its chats had to be left out; or why it is not to be believed. Never throws. */
  check(token: string): Promise<Checked | TokenRefusal> {
    return this.#check(token, this.#now());
  }

  /**
   * The session of a token that has expired, less than `withinMs` ago, and was good until then; `null` for every other. It opens
   * nothing but what R20 says. Never throws.
   */
  async verifyExpired(token: string, withinMs: number): Promise<Session | null> {
    const expiresAt = expiryOf(token);
    const agoMs = this.#now() - expiresAt;
    if (!(agoMs >= 0 && agoMs < withinMs)) return null;
    const checked = await this.#check(token, expiresAt - 1000);
    return "session" in checked ? checked.session : null;
  }

  /** What to make of a token at a time, in ms since 1970. */
  async #check(token: string, at: number): Promise<Checked | TokenRefusal> {
    const verified = await this.#payload(token, new Date(at));
    if ("problem" in verified) return verified;
    const claims = readClaims(verified.payload);
    if ("problem" in claims) return claims;
    const { userId, name, chats, iat, badChats } = claims;
    const own = verified.isOurs ? claims.own : [];
    const isGuest = verified.isOurs;
    // What is believed a little longer than it says also speaks for its user that long.
    const exp = claims.exp * 1000 > at ? claims.exp : claims.exp + LEEWAY_SECONDS;
    return { session: { userId, name, chats, own, isGuest, issuedAt: iat * 1000, expiresAt: exp * 1000 }, badChats };
  }

  async #payload(token: string, currentDate: Date): Promise<{ payload: JWTPayload; isOurs: boolean } | TokenRefusal> {
    if (token.length > MAX_TOKEN_BYTES) return refusal("TOKEN_TOO_LONG");
    let header: ProtectedHeaderParameters;
    try {
      header = decodeProtectedHeader(token);
    } catch {
      return refusal("TOKEN_MALFORMED");
    }
    const { alg } = header;
    if (alg !== "HS256") {
      if (this.#published === null || !ASYMMETRIC.includes(alg ?? "")) return refusal("TOKEN_ALGORITHM");
      try {
        const { payload } = await jwtVerify(token, this.#published, {
          ...this.#host,
          currentDate,
          algorithms: ASYMMETRIC,
        });
        return { payload, isOurs: false };
      } catch (error) {
        return refusalFrom(error);
      }
    }
    let why = refusal("TOKEN_SIGNATURE");
    const signers = isPlain(header) ? this.#secrets.filter(({ key }) => isSignedWith(key, token)) : [];
    const isSigned = signers.length > 0;
    for (const { key, isOurs } of isSigned ? signers : this.#secrets) {
      const options = { ...(isOurs ? OURS : this.#host), currentDate, algorithms: ["HS256"] };
      try {
        const claims = isSigned ? claimsOf(token, options) : (await jwtVerify(token, key, options)).payload;
        return { payload: claims, isOurs };
      } catch (error) {
        // Signed with another one of the secrets; or with this one, and wrong in another way.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) why = refusalFrom(error);
      }
    }
    return why;
  }
}

/**
 * HS256 (RFC 7518, section 3.2) at once: Web Crypto would take it to another thread and back, which costs ten times what the signature does.
 * True for what the library believes too. What is not signed so, or written in an unusual way, it says itself what is wrong with.
 */
function isSignedWith(key: Uint8Array, token: string): boolean {
  const end = token.lastIndexOf(".");
  const signature = createHmac("sha256", key).update(token.slice(0, end)).digest("base64url");
  const [good, given] = [signature, token.slice(end + 1)].map((text) => utf8.encode(text));
  return good!.length === given!.length && timingSafeEqual(good!, given!);
}

/** Without what would have to be understood beside the algorithm (RFC 7515, section 4.1.11). */
const isPlain = ({ crit, b64 }: ProtectedHeaderParameters) => crit === undefined && b64 === undefined;

/** `{"alg":"none"}`: what the library is handed is no token that anybody sent. */
const UNSIGNED = "eyJhbGciOiJub25lIn0";

/** The claims of a token whose signature is good, as far as they hold now. */
function claimsOf(token: string, options: JWTVerifyOptions): JWTPayload {
  const [, payload, ...rest] = token.split(".");
  if (rest.length !== 1) throw new errors.JWSInvalid();
  return UnsecuredJWT.decode(`${UNSIGNED}.${payload}.`, options).payload;
}

/** A token that is believed. */
export interface Checked {
  readonly session: Session;
  /** How many of its chats had ids that no chat can have, and were left out. */
  readonly badChats: number;
}

function refusal(problem: TokenProblem, claim: string | null = null): TokenRefusal {
  return { problem, claim };
}

/** What the library's error means for whoever signs the tokens. */
function refusalFrom(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return refusal("TOKEN_EXPIRED", "exp");
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "nbf" && error.reason === "check_failed"
      ? refusal("TOKEN_NOT_YET_VALID", "nbf")
      : refusal("TOKEN_CLAIMS", error.claim);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return refusal("TOKEN_SIGNATURE");
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return refusal("TOKEN_MALFORMED");
  if (error instanceof errors.JOSEAlgNotAllowed) return refusal("TOKEN_ALGORITHM");
  return refusal("TOKEN_KEYS");
}

/** Sentences for developers; nothing of a token is in them but names of claims. */
const PROBLEMS: Record<TokenProblem, string> = {
  TOKEN_MALFORMED: "this is no signed JWT",
  TOKEN_TOO_LONG: `it is longer than ${MAX_TOKEN_BYTES} bytes`,
  TOKEN_ALGORITHM: "not one of the algorithms that this server is configured for",
  TOKEN_SIGNATURE: "signed with another key than this server was given",
  TOKEN_KEYS: "the keys at JWKS_URL cannot be had",
  TOKEN_EXPIRED: "it has expired",
  TOKEN_NOT_YET_VALID: "it is not valid yet",
  TOKEN_CLAIMS: "a claim is missing or not of the form that docs/protocol.md gives",
};

/** Why a token was refused, for developers: its code, the claim and a sentence. */
export function explain({ problem, claim }: TokenRefusal): string {
  return `${problem}${claim === null ? "" : ` (${claim})`}: ${PROBLEMS[problem]}`;
}

/** When a token says that it expires, in ms since 1970, whoever signed it; `NaN` where it does not say. */
function expiryOf(token: string): number {
  try {
    return Number(decodeJwt(token).exp) * 1000;
  } catch {
    return NaN;
  }
}

/** Where a request's token came from: a cookie travels by itself, so the request also has to come from a page of ours. */
export type Credential = { readonly from: "cookie" | "bearer"; readonly token: string };

/** The token of a request: a `bearer.` subprotocol, an `Authorization` header, or the session cookie. */
export function credentialOf(headers: Headers): Credential | null {
  for (const protocol of subprotocols(headers)) {
    if (protocol.startsWith(BEARER_PREFIX)) return { from: "bearer", token: protocol.slice(BEARER_PREFIX.length) };
  }
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "");
  if (bearer) return { from: "bearer", token: bearer[1]! };
  const token = cookieTokenOf(headers);
  return token === null ? null : { from: "cookie", token };
}

/** The subprotocols a client offers (RFC 6455, section 11.3.4). */
export function subprotocols(headers: Headers): string[] {
  return (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim()).filter(Boolean);
}
