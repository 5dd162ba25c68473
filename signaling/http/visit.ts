/** Who asks, and what their browser calls this server: one answer for cookies, links, headers, limits and the check of origins. */

import { forwarded, isHost } from "./forwarded.ts";

/** The part of the configuration that a request's origin depends on. */
export interface VisitOptions {
  /** How many proxies stand in front, so whose headers are believed. */
  readonly trustedProxies: number;
  /** This server's own origins, as people see them; empty: by each request. */
  readonly publicUrls: readonly string[];
}

/** Origins (RFC 6454) that are this server's own as far as a request tells. */
export interface Origins {
  /** The origin in the browser's address bar. */
  readonly origin: string;
  readonly ours: readonly string[];
}

/** Whose limits a request counts against: an IPv4 address, or the /64 of an IPv6 one, which is what one customer has. */
export function addressOf(
  { headers }: Request,
  info: Deno.ServeHandlerInfo | undefined,
  { trustedProxies }: Pick<VisitOptions, "trustedProxies">,
): string {
  const { address } = forwarded(headers, trustedProxies);
  if (address !== null) return limited(address);
  return limited(info?.remoteAddr && "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "unknown");
}

/** What the browser that sent a request calls this server, by the request and by what trusted proxies say of it. */
export function originsOf(req: Request, { trustedProxies, publicUrls }: VisitOptions): Origins {
  const said = forwarded(req.headers, trustedProxies);
  const url = new URL(req.url);
  const secure = (said.scheme ?? url.protocol.slice(0, -1)) === "https";
  const asked = [said.host, req.headers.get("host")].find((host) => host !== null && isHost(host)) ?? url.host;
  const host = withPort(asked, said.port, secure);
  // Where nobody says that TLS ended before this server it still may have: then the name alone is to go by.
  const guessed = (secure ? ["https"] : ["http", "https"]).map((scheme) => new URL(`${scheme}://${host}`).origin);
  const ours = publicUrls.length > 0 ? publicUrls : guessed;
  return { origin: publicUrls.find((own) => guessed.includes(own)) ?? ours[0]!, ours };
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
