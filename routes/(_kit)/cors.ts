/**
 * Pages of other origins that ask the endpoints (CORS; WHATWG Fetch, section 3.2): they may with a token, which only its owner can have
 * handed to them, and never with a cookie, which a browser would add for any page. docs/security.md says why that is enough.
 */

const ENDPOINTS = "/api/";

/** Nothing is said of credentials: so browsers send no cookie after this, and give no page an answer to a request with one. */
const ANY_ORIGIN = { "access-control-allow-origin": "*" };

/** What a page may read beside the body: how long it is to wait (429), which is none of the headers that it may read in any case. */
const READABLE = { ...ANY_ORIGIN, "access-control-expose-headers": "retry-after" };

/** A browser asks so before it sends a token, and need not ask again for so many seconds: Chromium heeds no more than these two hours. */
const PREFLIGHT = {
  ...ANY_ORIGIN,
  "access-control-allow-headers": "authorization, content-type",
  "access-control-allow-methods": "GET, POST",
  "access-control-max-age": "7200",
};

/** The answer to a browser that asks whether it may send a request to an endpoint; `null` for every other request. */
export function preflightAnswer({ method, url, headers }: Request): Response | null {
  const isPreflight = method === "OPTIONS" && headers.has("access-control-request-method");
  return isPreflight && isEndpoint(url) ? new Response(null, { status: 204, headers: PREFLIGHT }) : null;
}

/** The headers by which a page of another origin may read the answer to what it asked. */
export function crossOriginHeaders({ url, headers }: Request): Readonly<Record<string, string>> {
  const hasToken = /^Bearer\b/i.test(headers.get("authorization") ?? "");
  return hasToken && isEndpoint(url) ? READABLE : {};
}

const isEndpoint = (url: string) => new URL(url).pathname.startsWith(ENDPOINTS);
