/** The browser's way to a server: the one that this page came from, which knows it by a cookie, or any other, which is shown a token. */

import { SIGNAL_PATH, SUBPROTOCOL } from "../../../protocol/constants.ts";
import type { TextStore, Transport } from "../platform.ts";
import { crypto } from "./crypto.ts";
import { deviceId } from "./device.ts";

/** How long an HTTP request may take, in ms: over a network that is gone it would never fail by itself. */
const FETCH_MS = 10_000;

/** Which server, and who this user is there. */
export interface ServerOptions {
  /** Its origin, such as `https://calls.example.org`. */
  readonly url: string;
  readonly session: Session;
  /** What the server is to call this device, which is else the tab: a page that may not take the place of the tab's last one. */
  readonly device?: string;
}

/** Who this user is: by a cookie (`cookie_session.ts`), or by a token (`token_session.ts`). */
export interface Session {
  /** What shows the server who this is, in a request and in the subprotocols of a socket; nothing where the browser does so itself. Never rejects. */
  credential(): Promise<{ readonly request?: RequestInit; readonly protocols?: readonly string[] }>;
  /** As `Transport.renewSession`, but it rejects where it cannot be known. */
  renew(show?: (token: string) => void): Promise<boolean>;
}

/** `tab`: where the tab's name is kept. */
export function transport({ url, session, device }: ServerOptions, tab: TextStore): Transport {
  const page = crypto.newId();
  let tabId: Promise<string> | null = null;
  const get = async (path: string) => {
    const { request } = await session.credential();
    return await fetch(new URL(path, url), { ...request, signal: AbortSignal.timeout(FETCH_MS) });
  };
  const isKnown = async () => (await get("/api/session")).status !== 401;
  return {
    async openSocket() {
      const address = new URL(SIGNAL_PATH, url);
      address.protocol = address.protocol.replace("http", "ws");
      address.search = new URLSearchParams({ device: device ?? await (tabId ??= deviceId(tab)), page }).toString();
      const { protocols = [] } = await session.credential();
      return new WebSocket(address, [SUBPROTOCOL, ...protocols]);
    },
    async isAuthorized() {
      try {
        return await isKnown() || await session.renew() && await isKnown();
      } catch {
        return true; // no network: nothing is known against it
      }
    },
    renewSession: (show) => session.renew(show).catch(() => false),
    async iceServers() {
      try {
        const response = await get("/api/ice");
        return response.ok ? await response.json() : null;
      } catch {
        return null; // no network
      }
    },
  };
}
