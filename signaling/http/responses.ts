/** HTTP answers that the signaling socket and the endpoints beside it share. */

import type { ErrorCode } from "../../shared/protocol/errors.ts";

/** Largest request body, in bytes: a form or a small JSON object. */
const MAX_BODY_BYTES = 16 * 1024;

/** A JSON error with a stable code. It never repeats what was sent. */
export function httpError(status: number, code: ErrorCode, message: string): Response {
  return Response.json({ code, message }, { status, headers: { "cache-control": "no-store" } });
}

/** 401; `why`: what is wrong with the token that came, which a header tells too (RFC 6750, section 3); `null` where none did. */
export function noSession(why: string | null): Response {
  const response = httpError(401, "ACCESS_DENIED", why === null ? "No valid session" : `No valid session: ${why}`);
  if (why !== null) response.headers.set("www-authenticate", 'Bearer error="invalid_token"');
  return response;
}

/** 503: nobody can say or do it now, and it may be asked again soon. */
export function unavailable(): Response {
  const response = httpError(503, "UNAVAILABLE", "The server cannot do it now");
  response.headers.set("retry-after", "2");
  return response;
}

/** 429, with `Retry-After` in whole seconds where it is known. */
export function tooMany(message: string, retryAfterMs?: number): Response {
  const response = httpError(429, "RATE_LIMITED", message);
  if (retryAfterMs !== undefined) response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  return response;
}

/**
 * The request's body, read no further than `MAX_BODY_BYTES`, or the error to answer with. Headers are not believed: over HTTP/2 a
 * body needs none.
 */
export async function readBody(req: Request): Promise<{ body: Response } | { refusal: Response }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of req.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      return { refusal: httpError(413, "TOO_LARGE", `A request holds at most ${MAX_BODY_BYTES} bytes`) };
    }
    chunks.push(chunk);
  }
  const type = req.headers.get("content-type");
  return { body: new Response(new Blob(chunks), { headers: type === null ? {} : { "content-type": type } }) };
}
