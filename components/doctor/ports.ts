/** What the checks need: ports of the platform, as calls have them, and some of their own. */

import { browser } from "../../shared/client/platform/browser.ts";
import { keepsCookies } from "../../shared/client/platform/browser/cookies.ts";
import { crypto } from "../../shared/client/platform/browser/crypto.ts";
import { levelMeter } from "../../shared/client/platform/browser/level_meter.ts";
import type { Platform, Transport } from "../../shared/client/platform/platform.ts";
import type { IceServer } from "../../shared/protocol/server_messages.ts";

/** What all checks together need. */
export interface Ports extends Omit<Platform, "storage"> {
  readonly levelMeter: typeof levelMeter;
  /** Whether the browser keeps cookies for this page: else the server cannot know who asks. */
  keepsCookies(): boolean;
  /**
   * The way to the server of a guest who is made for these checks, and of whom nothing stays: no cookie, no chat, and a token that is
   * forgotten with the page. `null` where the server makes none, since a host application says who its users are. Never rejects.
   */
  asGuest(): Promise<Transport | null>;
}

/** The name of the guest that the checks make: nobody ever reads it. */
const GUEST = "Call Doctor";
/** How long making one may take, in ms. */
const GUEST_MS = 10_000;

/**
 * This page's, with a device of its own for the signaling socket, so that it takes no other page's place. `hosted`: a host application says
 * who its users are, and the server makes no guests.
 */
export function browserPorts(hosted: boolean): Ports {
  const server = { url: location.origin, device: `doctor-${crypto.newId()}` };
  const asGuest = async () => {
    if (hosted) return null;
    try {
      const response = await fetch("/api/session", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: GUEST, token: true }),
        signal: AbortSignal.timeout(GUEST_MS),
      });
      return response.ok ? browser({ ...server, token: (await response.json()).token }).transport : null;
    } catch {
      return null; // no network
    }
  };
  return { ...browser(server), levelMeter, keepsCookies, asGuest };
}

/** The servers this visitor may use, or why none are known. `cookieless`: the server cannot know who asks. */
export type Access = readonly IceServer[] | "unnamed" | "cookieless" | "unreachable";

/** Asks the server, as whom this browser is known or else as a guest; `transport`: by which of the two. Never rejects. */
export async function accessOf(
  { transport, keepsCookies, asGuest }: Pick<Ports, "transport" | "keepsCookies" | "asGuest">,
): Promise<{ access: Access; transport: Transport }> {
  const granted = await transport.iceServers();
  if (granted !== null) return { access: granted.iceServers, transport };
  if (await transport.isAuthorized()) {
    // The session may have been renewed for that answer.
    return { access: (await transport.iceServers())?.iceServers ?? "unreachable", transport };
  }
  // A guest could be made, and calls would still know nobody here.
  if (!keepsCookies()) return { access: "cookieless", transport };
  const guest = await asGuest();
  if (guest === null) return { access: "unnamed", transport };
  return { access: (await guest.iceServers())?.iceServers ?? "unreachable", transport: guest };
}
