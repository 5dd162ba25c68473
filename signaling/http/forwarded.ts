/**
 * What trusted proxies say of a request: whose it is, and how the browser asked for it. `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`;
 * or, where there is none of these, `Forwarded` (RFC 7239). Not both: a proxy that writes one family passes on what a client wrote into
 * the other.
 *
 * Every proxy writes at the end of a list, so with n trusted ones the nth entry from the right is the outermost's own; what stands before
 * it anybody may have written. A list that is shorter comes from proxies that replace it, or do not write it: its first entry counts.
 */

/** What the outermost trusted proxy says; `null` where it does not say. */
export interface Forwarded {
  /** The client's address, without port. */
  readonly address: string | null;
  readonly scheme: "http" | "https" | null;
  /** The host and perhaps port that the browser asked. */
  readonly host: string | null;
  readonly port: number | null;
}

const NOTHING: Forwarded = { address: null, scheme: null, host: null, port: null };

/** Host names, IPv4 and bracketed IPv6, with or without a port; nothing that could get into a policy or an address. */
const HOST = /^(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Reads what the outermost of `proxies` trusted proxies says. None are trusted: nothing is read. */
export function forwarded(headers: Headers, proxies: number): Forwarded {
  if (proxies === 0) return NOTHING;
  const [address, scheme, host, port] = ["for", "proto", "host", "port"].map((name) => {
    const list = headers.get(`x-forwarded-${name}`);
    return list === null ? undefined : outermost(list.split(",").filter((item) => item.trim()), proxies);
  });
  const standard = headers.get("forwarded");
  if ([address, scheme, host, port].every((value) => value === undefined) && standard !== null) {
    const element = outermost(parseForwarded(standard) ?? [], proxies);
    return said(element?.get("for"), element?.get("proto"), element?.get("host"), undefined);
  }
  return said(address, scheme, host, port);
}

/** Whether a text may stand for this server's name. */
export function isHost(text: string): boolean {
  return HOST.test(text) && URL.canParse(`http://${text}`);
}

function outermost<Item>(list: readonly Item[], proxies: number): Item | undefined {
  return list.at(-Math.min(proxies, list.length));
}

function said(address?: string, scheme?: string, host?: string, port?: string): Forwarded {
  const proto = scheme?.trim().toLowerCase();
  return {
    address: nodeOf(address?.trim() ?? ""),
    // Proxies name the scheme of an upgrade `ws` or `wss`, some of them.
    scheme: proto === "https" || proto === "wss" ? "https" : proto === "http" || proto === "ws" ? "http" : null,
    host: host !== undefined && isHost(host.trim()) ? host.trim() : null,
    port: /^\s*\d{1,5}\s*$/.test(port ?? "") ? Number(port) : null,
  };
}

/** The address of a node without its port: `192.0.2.4:80`, `[2001:db8::1]:80`; an obfuscated one as it is; `null` for "unknown". */
function nodeOf(node: string): string | null {
  const address = /^\[([0-9a-f:.]+)\](?::\w+)?$/i.exec(node)?.[1] ?? /^(\d+(?:\.\d+){3}):\w+$/.exec(node)?.[1] ?? node;
  return address === "" || address.length > 64 || address.toLowerCase() === "unknown" ? null : address;
}

const TOKEN = String.raw`[!#$%&'*+.^_\`|~0-9A-Za-z-]+`;
const PAIR = new RegExp(String.raw`^(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\]|\\.)*)")`);

/**
 * The elements of a `Forwarded` header (RFC 7239, section 4), each a map of lower-case names to values, in the order of the proxies;
 * `null` where it is malformed.
 */
export function parseForwarded(text: string): ReadonlyMap<string, string>[] | null {
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  let rest = text;
  for (;;) {
    rest = rest.trimStart();
    const pair = PAIR.exec(rest);
    if (pair !== null) {
      element.set(pair[1]!.toLowerCase(), pair[2] ?? pair[3]!.replace(/\\(.)/g, "$1"));
      rest = rest.slice(pair[0].length).trimStart();
    }
    const separator = rest[0];
    if (separator !== undefined && separator !== ";" && separator !== ",") return null;
    if (separator !== ";" && element.size > 0) {
      elements.push(element);
      element = new Map();
    }
    if (separator === undefined) return elements;
    rest = rest.slice(1);
  }
}
