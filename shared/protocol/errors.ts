/** The stable words for what is refused, and why. */

/** The stable codes of `call:error`, and of the errors of the HTTP endpoints. */
export const errorCodes = [
  "ACCESS_DENIED",
  "USER_OFFLINE",
  "INVALID_MESSAGE",
  "NO_CALL",
  "BUSY",
  "RATE_LIMITED",
  "TOO_LARGE",
  "UNAVAILABLE",
  "SESSION_EXPIRED",
] as const;

/** Why a token is not to be believed, in the `message` of a refusal and in the log; for whoever signs the tokens. */
export const tokenProblems = [
  "TOKEN_MALFORMED",
  "TOKEN_TOO_LONG",
  "TOKEN_ALGORITHM",
  "TOKEN_SIGNATURE",
  "TOKEN_KEYS",
  "TOKEN_EXPIRED",
  "TOKEN_NOT_YET_VALID",
  "TOKEN_CLAIMS",
] as const;

/** A stable error code. */
export type ErrorCode = (typeof errorCodes)[number];
/** Why a token is not to be believed. */
export type TokenProblem = (typeof tokenProblems)[number];
