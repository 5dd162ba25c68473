import { nonceOf } from "./context.ts";
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

const TAKES_NONCE = /^(default-src|script-src(-elem)?|style-src(-elem|-attr)?) /;

/** Options of {@linkcode csp}. */
interface CspOptions {
  /** Directives; each replaces the default one of its name. */
  csp?: string[];
  /** Report violations only. */
  reportOnly?: boolean;
  /** On rendered pages, allow the page's nonce in place of `'unsafe-inline'`. */
  useNonce?: boolean;
}

/** Sends a Content-Security-Policy with what the rest of the chain answers. */
export function csp<State>(options: CspOptions = {}): Middleware<State> {
  const { csp = [], reportOnly = false, useNonce = false } = options;
  const nameOf = (directive: string) => directive.split(" ")[0];
  const own = new Set(csp.map(nameOf));
  const policy = [...DEFAULTS.filter((d) => !own.has(nameOf(d))), ...csp];
  const header = "Content-Security-Policy" + (reportOnly ? "-Report-Only" : "");
  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonceOf(response) : undefined;
    const directives = nonce === undefined
      ? policy
      : policy.map((directive) =>
        TAKES_NONCE.test(directive) ? directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`) : directive
      );
    response.headers.set(header, directives.join("; "));
    return response;
  };
}
