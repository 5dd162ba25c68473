/** The HTTP endpoints' manners: JSON in, JSON out, `{ code, message }` for errors, nothing cached. */

import type { z } from "zod";
import { describeIssue } from "../../shared/protocol/issues.ts";
import type { Renewed } from "../../signaling/identity/session.ts";
import { httpError, readBody } from "../../signaling/http/responses.ts";

/** JSON that no cache keeps; `cookie` are `Set-Cookie` values. */
export function json(value: unknown, options: { status?: number; cookie?: readonly string[] } = {}): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const cookie of options.cookie ?? []) headers.append("set-cookie", cookie);
  return Response.json(value, { status: options.status ?? 200, headers });
}

/** JSON with a renewed session, which goes back the way it came: to who keeps the token in the answer, to browsers in the cookie. */
export function renewedJson(
  value: Record<string, unknown>,
  { token, cookie }: Renewed,
  { keepsToken, status }: { keepsToken: boolean; status?: number },
): Response {
  return keepsToken ? json({ ...value, token }, { status }) : json(value, { status, cookie });
}

/** The request's JSON body as `schema` wants it, or the error to answer with. */
export async function readJson<T>(req: Request, schema: z.ZodType<T>): Promise<T | Response> {
  const read = await readBody(req);
  if ("refusal" in read) return read.refusal;
  let body: unknown;
  try {
    body = await read.body.json();
  } catch {
    return httpError(400, "INVALID_MESSAGE", "Expected JSON");
  }
  const result = schema.safeParse(body);
  return result.success ? result.data : httpError(400, "INVALID_MESSAGE", describeIssue(result.error.issues[0]!));
}

export { noSession } from "../../signaling/http/responses.ts";

/** 403; `why` for developers. */
export const accessDenied = (why?: string) =>
  httpError(403, "ACCESS_DENIED", why === undefined ? "Access denied" : `Access denied: ${why}`);

/** 404: no VAPID keys are set. */
export function notHere(): Response {
  return httpError(404, "INVALID_MESSAGE", "Nobody is told of calls by push here: VAPID_PUBLIC_KEY is not set");
}
