/** HTTP answers that the signaling socket and the endpoints beside it share. */

import type { ErrorCode } from "../shared/protocol.ts";

/** Largest request body, in bytes: a form or a small JSON object. */
export const MAX_BODY_BYTES = 16 * 1024;

/** A JSON error with a stable code. It never repeats what was sent. */
export function httpError(status: number, code: ErrorCode, message: string): Response {
  return Response.json({ code, message }, { status, headers: { "cache-control": "no-store" } });
}

/** 429, with `Retry-After` in whole seconds where it is known. */
export function tooMany(message: string, retryAfterMs?: number): Response {
  const response = httpError(429, "RATE_LIMITED", message);
  if (retryAfterMs !== undefined) response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  return response;
}

/** Refuses a body that is too large, or that does not say how large it is; `null` where it may be read. */
export function bodyProblem({ headers }: Request): Response | null {
  // With neither header there is no body (RFC 9112, section 6.3).
  if (headers.has("transfer-encoding")) return httpError(411, "INVALID_MESSAGE", "Expected Content-Length");
  if (Number(headers.get("content-length") ?? 0) <= MAX_BODY_BYTES) return null;
  return httpError(413, "TOO_LARGE", `A request holds at most ${MAX_BODY_BYTES} bytes`);
}
