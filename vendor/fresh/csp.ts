import { nonces } from "./render.ts";
import type { Middleware } from "./types.ts";

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/**
 * Sends a Content-Security-Policy; on rendered pages, the page's nonce takes the place of `'unsafe-inline'`. `given`: directives in
 * place of the default ones of the same name, or beside them.
 */
export function csp<State>({ csp: given = [] }: { useNonce: true; csp?: string[] }): Middleware<State> {
  const names = new Set(given.map(nameOf));
  const policy = [...DEFAULTS.filter((directive) => !names.has(nameOf(directive))), ...given].join("; ");
  return async (ctx) => {
    const response = await ctx.next();
    const nonce = nonces.get(response);
    const own = nonce === undefined ? policy : policy.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`);
    response.headers.set("Content-Security-Policy", own);
    return response;
  };
}

const nameOf = (directive: string) => directive.split(" ", 1)[0];
