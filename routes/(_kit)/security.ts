/** The security headers of every answer, errors included. */

import type { Config } from "../../signaling/config.ts";
import { httpError } from "../../signaling/http/responses.ts";
import { originsOf } from "../../signaling/http/visit.ts";
import { crossOriginHeaders, preflightAnswer } from "./cors.ts";
import { inTheirWay } from "./refusal.ts";

type Handler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

const HEADERS: Record<string, string> = {
  "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** For an answer that ships no script. */
const BARE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'";
/** For the service worker: its own policy holds for what it fetches (W3C Service Workers, section 4.7), icons of notifications too. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'; img-src 'self'";
const WORKER_PATH = "/sw.js";
const HSTS = "max-age=31536000";

/** What of the configuration the headers depend on, and who serves: Fresh's Builder while the app is developed. */
type Options = Pick<Config, "allowedOrigins" | "trustedProxies" | "publicUrls"> & { isDeveloped: boolean };

/**
 * Wraps a Fresh handler: refuses a path that Fresh could not decode (it would answer 500, past every error page), and puts
 * the headers on what comes out, errors told as whoever asks understands them (`refusal.ts`). Fresh puts `pagePolicy` on pages
 * with scripts.
 */
export function secure(handle: Handler, options: Options): Handler {
  return async (original, info) => {
    const { pathname, search } = new URL(original.url);
    const url = new URL(originsOf(original, options).origin);
    url.pathname = pathname;
    url.search = search;
    const req = asAsked(original, url);
    const isReadable = isDecodable(url.pathname);
    const answer = preflightAnswer(req) ??
      (isReadable ? await handle(req, info) : httpError(400, "INVALID_MESSAGE", "The path has a malformed escape"));
    if (answer.status === 101) return answer;
    const response = await inTheirWay({ req, isReadable, info }, answer, handle);
    const { headers } = response;
    for (const [name, value] of Object.entries({ ...HEADERS, ...crossOriginHeaders(req) })) headers.set(name, value);
    headers.set("content-security-policy", policyFor(url, headers.get("content-security-policy"), options));
    if (url.protocol === "https:") headers.set("strict-transport-security", HSTS);
    // Pages and answers are somebody's own; what may be cached says so itself, and had said so before a 304.
    if (response.status !== 304 && !headers.has("cache-control")) headers.set("cache-control", "no-store");
    return response;
  };
}

/** The request with the URL that the browser asked for, as trusted proxies tell: links, cookies and policies are made from it. */
function asAsked(req: Request, { href }: URL): Request {
  // `Deno.upgradeWebSocket` needs the very request that came in, and does not look at its scheme.
  if (req.url === href || req.headers.has("upgrade")) return req;
  // Without its signal, which aborts after every answer, and which Deno warns of once somebody looks at it.
  const { method, headers, body } = req;
  return new Request(href, { method, headers, body });
}

/**
 * What a page with scripts may load and be loaded by, as directives for Fresh's `csp()`: on what it renders it puts the page's nonce in
 * place of `'unsafe-inline'`, and it adds `upgrade-insecure-requests`. The socket's origin is named for browsers whose `'self'`
 * leaves it out. `url`: as the browser knows it.
 */
export function pagePolicy(url: URL, options: Pick<Config, "allowedOrigins">): string[] {
  // `Host` is the client's word: it must not bring further directives into the policy.
  const socket = /^[\w.:[\]-]+$/.test(url.host) ? ` ${url.protocol === "https:" ? "wss" : "ws"}://${url.host}` : "";
  return [
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' data: blob:",
    "worker-src 'self' blob:",
    `connect-src 'self'${socket}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    frameAncestors(options),
  ];
}

/**
 * The policy of an answer. Fresh's is kept on what it rendered, past its `csp()` come error pages; over plain http nothing is
 * upgraded to https. While the app is developed, Fresh puts scripts and a frame into error pages.
 */
function policyFor(url: URL, policy: string | null, options: Options): string {
  if (url.pathname === WORKER_PATH) return WORKER_POLICY;
  if (policy === null && options.isDeveloped) return frameAncestors(options);
  if (policy === null || !policy.includes("'nonce-")) return `${BARE_POLICY}; ${frameAncestors(options)}`;
  if (url.protocol === "https:") return policy;
  return policy.split("; ").filter((directive) => directive !== "upgrade-insecure-requests").join("; ");
}

function frameAncestors({ allowedOrigins }: Pick<Config, "allowedOrigins">): string {
  return `frame-ancestors ${allowedOrigins.length === 0 ? "'none'" : ["'self'", ...allowedOrigins].join(" ")}`;
}

function isDecodable(path: string): boolean {
  try {
    decodeURI(path);
    return true;
  } catch {
    return false;
  }
}
