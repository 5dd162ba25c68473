/**
 * Whether a request comes from where it may (cross-site request forgery): a browser adds the cookie by itself, whoever's page made it
 * ask. What is decided here, and why, is written down in docs/security.md.
 */

/** What a request carries to be believed: a token that was found good and that no browser sends by itself, a cookie, or neither. */
export type Proof = "token" | "cookie" | "nothing";

/** What a request says of where it comes from. */
export interface Source {
  /** `Origin` (RFC 6454); `"null"` where the page keeps it back, `null` where there is no such header. */
  readonly origin: string | null;
  /** `Sec-Fetch-Site` (W3C Fetch Metadata), which no page can set or keep back; `null` from older browsers and from none. */
  readonly site: string | null;
}

/** Reads it. */
export function sourceOf(headers: Headers): Source {
  return { origin: headers.get("origin"), site: headers.get("sec-fetch-site") };
}

/** This server's own origins, and those it is configured to allow: asked for where an origin is compared with them. */
type Known = () => readonly string[];

/** Whether a request that changes something may go on. */
export function mayAct({ origin, site }: Source, proof: Proof, known: Known): boolean {
  if (proof === "token") return true;
  if (origin !== null && origin !== "null") return isKnown(origin, known());
  // The page, or a proxy, keeps the origin back (Referrer-Policy: no-referrer): the browser says in another way whose page it is.
  if (site !== null) return site === "same-origin" || site === "none";
  // No browser at all; or an older one, which would say that it keeps the origin back, or send a cookie.
  return origin === null && proof === "nothing";
}

/** Whether a WebSocket may be opened: browsers always say whose page does that, and a frame without an origin of its own is a stranger. */
export function mayConnect({ origin }: Source, proof: Proof, known: Known): boolean {
  if (proof === "token") return true;
  return origin === null ? proof === "nothing" : isKnown(origin, known());
}

/** Why it may not, for whoever runs the server: which names differ, and what to set. `asWord` makes what came from outside fit for a log. */
export function whyRefused({ origin, site }: Source, own: string, asWord: (text: string) => string): string {
  const what = origin === null || origin === "null"
    ? `its page keeps its origin back, and Sec-Fetch-Site is ${site === null ? "not there" : asWord(site)}`
    : `its page is from ${asWord(origin)} and this server is ${own} as far as it knows`;
  return `${what}. If the two are one, set PUBLIC_URL to what people type, or let the proxy ` +
    "pass Host and X-Forwarded-Proto and set TRUST_PROXY (docs/proxy.md). A host application's origin goes into ALLOWED_ORIGINS.";
}

function isKnown(origin: string, known: readonly string[]): boolean {
  return known.includes(origin) || URL.canParse(origin) && known.includes(new URL(origin).origin);
}
