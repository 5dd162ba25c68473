/**
 * Which addresses push messages go to. A page hands in where its browser's push service is, so it could hand in anything: the server must
 * not be made to knock at doors that only it can reach (server-side request forgery).
 */

import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** What is no public address (the special-purpose registries of RFC 6890). */
const PRIVATE = new BlockList();
for (
  const [network, prefix] of [
    ...[["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12]],
    ...[["192.0.0.0", 24], ["192.168.0.0", 16], ["198.18.0.0", 15], ["224.0.0.0", 3]],
  ] as const
) PRIVATE.addSubnet(network, prefix, "ipv4");

/** Global unicast of IPv6: all else is somebody's own, or none's. */
const PUBLIC_V6 = new BlockList();
PUBLIC_V6.addSubnet("2000::", 3, "ipv6");

/** Names that are resolved on this machine or in its network only (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa|alt|test|invalid|onion)$/;

/** Whether messages may go to an endpoint, by its URL: to one of these origins; or, where none are named, to any public host, by https. */
export function isPushService(endpoint: string, origins: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password, origin } = new URL(endpoint);
  if (protocol !== "https:" || username + password !== "") return false;
  if (origins.length > 0) return origins.includes(origin);
  // An address in brackets has no dot that a name would have before its last label.
  return port === "" && isIP(hostname) === 0 && /^[^[].*\.[a-z][a-z0-9-]*$/.test(hostname) &&
    !LOCAL_NAME.test(hostname);
}

/**
 * Whether a name leads out into the world now. One that cannot be looked up here may be known to a proxy that requests go through. A name
 * that leads elsewhere a moment later gains nothing: whoever answers there has to prove by a certificate that the name is theirs.
 */
export async function leadsOut(endpoint: string): Promise<boolean> {
  const found = await lookup(new URL(endpoint).hostname, { all: true }).catch(() => []);
  return found.every(({ address }) => isPublic(address));
}

/** Whether an address is one of the world's. */
export function isPublic(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return isIP(mapped) === 4 ? !PRIVATE.check(mapped, "ipv4") : PUBLIC_V6.check(mapped, "ipv6");
}
