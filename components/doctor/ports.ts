/** What the checks need: ports of the platform, as calls have them, and some of their own. */

import { browser } from "../../shared/client/platform/browser.ts";
import { keepsCookies } from "../../shared/client/platform/browser/cookies.ts";
import { crypto } from "../../shared/client/platform/browser/crypto.ts";
import { levelMeter } from "../../shared/client/platform/browser/level_meter.ts";
import type { Platform } from "../../shared/client/platform/platform.ts";
import type { IceServer } from "../../shared/protocol/server_messages.ts";

/** What all checks together need. */
export interface Ports extends Omit<Platform, "storage"> {
  readonly levelMeter: typeof levelMeter;
  /** Whether the browser keeps cookies for this page: else the server cannot know who asks. */
  keepsCookies(): boolean;
}

/** This page's, with a device of its own for the signaling socket, so that it takes no other page's place. */
export function browserPorts(): Ports {
  const server = { url: location.origin, device: `doctor-${crypto.newId()}` };
  return { ...browser(server), levelMeter, keepsCookies };
}

/** The servers this visitor may use, or why none are known. `cookieless`: the server cannot know who asks. */
export type Access = readonly IceServer[] | "unnamed" | "cookieless" | "unreachable";

/** Asks the server. Never rejects. */
export async function accessOf(
  { transport, keepsCookies }: Pick<Ports, "transport" | "keepsCookies">,
): Promise<Access> {
  const granted = await transport.iceServers();
  if (granted !== null) return granted.iceServers;
  if (!await transport.isAuthorized()) return keepsCookies() ? "unnamed" : "cookieless";
  // The session may have been renewed for that answer.
  return (await transport.iceServers())?.iceServers ?? "unreachable";
}
