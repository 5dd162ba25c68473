/** Who asks, and what their browser calls this server: one answer for cookies, links, headers, limits and the check of origins. */

import { forwarded, isHost } from "./forwarded.ts";

/** What of the configuration that depends on. */
export interface VisitOptions {
  /** How many proxies stand in front, so whose headers are believed. */
  readonly trustedProxies: number;
  /** This server's own origins, as people see them; empty: by each request. */
  readonly publicUrls: readonly string[];
}

/** What there is to know of a request before any token. */
export interface Visit {
  /** This server's origin in the browser's address (RFC 6454). */
  readonly origin: string;
  /** Every origin that is this server's own as far as this request tells. */
  readonly ours: readonly string[];
  /** Whose limits it counts against: an IPv4 address, or the /64 of an IPv6 one, which is what one customer has. */
  readonly address: string;
}

/** Reads it from the request, and from what trusted proxies say of it. */
export function visitOf(req: Request, info: Deno.ServeHandlerInfo | undefined, options: VisitOptions): Visit {
  const said = forwarded(req.headers, options.trustedProxies);
  const url = new URL(req.url);
  const secure = (said.scheme ?? url.protocol.slice(0, -1)) === "https";
  const asked = [said.host, req.headers.get("host")].find((host) => host !== null && isHost(host)) ?? url.host;
  const host = withPort(asked, said.port, secure);
  // Where nobody says that TLS ended before this server it still may have: then the name alone is to go by.
  const guessed = (secure ? ["https"] : ["http", "https"]).map((scheme) => new URL(`${scheme}://${host}`).origin);
  const { publicUrls } = options;
  const ours = publicUrls.length > 0 ? publicUrls : guessed;
  const origin = publicUrls.find((own) => guessed.includes(own)) ?? ours[0]!;
  const connection = info?.remoteAddr && "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "unknown";
  return { origin, ours, address: limited(said.address ?? connection) };
}

/**
 * The host with the port that the proxy names, where the host has none. The other scheme's default port is what a proxy behind
 * another one listens at, and nothing that a browser asked.
 */
function withPort(host: string, port: number | null, secure: boolean): string {
  if (port === null || port > 65_535 || port === (secure ? 80 : 443) || /:\d+$/.test(host)) return host;
  return `${host}:${port}`;
}

function limited(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped ? mapped[1]! : address.includes(":") ? network64(address) : address;
}

function network64(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::");
  const groups = head.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
  const whole = [...groups, ...Array(Math.max(0, zeros)).fill("0"), ...(tail ?? "").split(":").filter(Boolean)];
  return whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":") + "::/64";
}
