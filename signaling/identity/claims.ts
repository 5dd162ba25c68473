/**
 * What the claims of a token say once its signature is good. Hosts write tokens by hand and out of databases: what can be understood
 * is taken (a number for text, a long name), what cannot be is left out alone where the rest stands without it (a chat's id), and only
 * what nobody can do without refuses the whole.
 */

import { cleanName } from "../../shared/protocol/names.ts";
import type { TokenProblem } from "../../shared/protocol/errors.ts";
import { chatId, userId } from "../../shared/protocol/formats.ts";

/** R18: a token speaks for at most this many chats, the newest ones. */
export const MAX_CHATS_IN_TOKEN = 64;

/** What a token says. Times in seconds since 1970 (RFC 7519, `NumericDate`); `iat` is 0 where it does not say. */
export interface Claims {
  readonly userId: string;
  readonly name: string;
  readonly chats: readonly string[];
  /** Those of `chats` that this user made; only our own tokens say so, by their places in the list. */
  readonly own: readonly string[];
  readonly iat: number;
  readonly exp: number;
  /** How many chats had an id that no chat can have, and were left out. */
  readonly badChats: number;
}

/** Why a token is not to be believed: a stable code, and the name of the claim that is wrong. Never a claim's value. */
export interface TokenRefusal {
  readonly problem: TokenProblem;
  readonly claim: string | null;
}

/** Reads the claims of a token whose signature and times are good. */
export function readClaims(payload: Record<string, unknown>): Claims | TokenRefusal {
  const { iat = 0, exp } = payload;
  const sub = userId.safeParse(textOf(payload.sub));
  if (!sub.success) return wrong("sub");
  if (!isNumber(exp)) return wrong("exp");
  if (!isNumber(iat)) return wrong("iat");
  if (!Array.isArray(payload.chats)) return wrong("chats");
  const chats = payload.chats.map(textOf).filter((id): id is string => chatId.safeParse(id).success);
  return {
    userId: sub.data,
    name: nameFrom(payload.name, sub.data),
    chats: chats.slice(-MAX_CHATS_IN_TOKEN),
    own: Array.isArray(payload.own) ? chats.filter((_, place) => (payload.own as unknown[]).includes(place)) : [],
    iat,
    exp,
    badChats: payload.chats.length - chats.length,
  };
}

/** The name to show for a user: the first of `claim` and their id of which `cleanName` leaves something. */
export function nameFrom(claim: unknown, userId: string): string {
  for (const text of [textOf(claim), userId]) {
    const name = typeof text === "string" ? cleanName(text) : "";
    if (name !== "") return name;
  }
  return "?";
}

/** A number that JSON carries unharmed is the text that it reads as: databases have numbers for ids. */
function textOf(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function wrong(claim: string): TokenRefusal {
  return { problem: "TOKEN_CLAIMS", claim };
}
