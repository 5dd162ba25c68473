/** The security headers of every answer, errors included. */

import { httpError } from "../../signaling/http.ts";

type Handler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

const HEADERS: Record<string, string> = {
  "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** For an answer that ships no script. */
const BARE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Wraps a Fresh handler: refuses a path that Fresh could not decode (it would answer 500, past every error page), and puts
 * the headers on what comes out. The Content-Security-Policy of a page with scripts, and their nonce, is Fresh's own.
 */
export function secure(handle: Handler): Handler {
  return async (req, info) => {
    const url = new URL(req.url);
    const answer = isDecodable(url.pathname)
      ? await handle(req, info)
      : httpError(400, "INVALID_MESSAGE", "The path has a malformed escape");
    if (answer.status === 101) return answer;
    const response = url.pathname.startsWith("/api/") ? inJson(answer) : answer;
    const { headers } = response;
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    headers.set("content-security-policy", policyFor(url, headers.get("content-security-policy")));
    return response;
  };
}

/** Fresh answers unknown paths and methods with a page; an endpoint's errors are JSON. */
function inJson(response: Response): Response {
  const isPage = response.headers.get("content-type")?.startsWith("application/json") !== true;
  if (response.status < 400 || !isPage) return response;
  if (response.status >= 500) return httpError(response.status, "UNAVAILABLE", "Something went wrong here");
  return httpError(response.status, "INVALID_MESSAGE", "There is no such endpoint, or not for this method");
}

/** Over plain http nothing may be upgraded to https, and the socket's own origin is named for browsers whose `'self'` leaves it out. */
function policyFor(url: URL, policy: string | null): string {
  if (policy === null || !policy.includes("'nonce-")) return BARE_POLICY;
  const socket = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}`;
  const named = policy.replace("connect-src 'self'", `connect-src 'self' ${socket}`);
  return url.protocol === "https:" ? named : named.replace(/;\s*upgrade-insecure-requests/, "");
}

function isDecodable(path: string): boolean {
  try {
    decodeURI(path);
    return true;
  } catch {
    return false;
  }
}
