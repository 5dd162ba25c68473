import { nonces } from "./render.ts";
import type { Middleware } from "./types.ts";

const POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "font-src 'self'; img-src 'self' data:; media-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests";

/** Sends a Content-Security-Policy; on rendered pages, the page's nonce takes the place of `'unsafe-inline'`. */
export function csp<State>(_options: { useNonce: true }): Middleware<State> {
  return async (ctx) => {
    const response = await ctx.next();
    const nonce = nonces.get(response);
    const policy = nonce === undefined ? POLICY : POLICY.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`);
    response.headers.set("Content-Security-Policy", policy);
    return response;
  };
}
