/** The browser's way to a server: the one that this page came from, which knows it by a cookie, or any other, which is shown a token. */

import { BEARER_PREFIX, PROTOCOL_VERSION, SIGNAL_PATH, SUBPROTOCOL } from "../../../protocol/constants.ts";
import type { TextStore, Transport } from "../platform.ts";
import { crypto } from "./crypto.ts";
import { deviceId } from "./device.ts";

/** How long an HTTP request may take, in ms: over a network that is gone it would never fail by itself. */
const FETCH_MS = 10_000;

/** Which server, and who this user is there. */
export interface ServerOptions {
  /** Its origin, such as `https://calls.example.org`. */
  readonly url: string;
  /**
   * The user's token, or where to get one: asked at the start, and again when the last one is about to end or is not believed. `null`
   * says that there is none any more, a rejection that there is none now. With it no cookie is sent or kept, so the page may be of any
   * origin; without it, the session is in a cookie, and the page has to be of the origin of `url`.
   */
  readonly token?: string | (() => Promise<string | null>);
  /** What the server is to call this device, which is else the tab: a page that may not take the place of the tab's last one. */
  readonly device?: string;
}

/** Who this user is. */
interface Session {
  /** What to show the server; `null`: nothing, since the browser adds the cookie by itself. Never rejects. */
  token(): Promise<string | null>;
  /** As `Transport.renewSession`, but it rejects where it cannot be known. */
  renew(show?: (token: string) => void): Promise<boolean>;
}

/** `tab`: where the tab's name is kept. */
export function transport({ url, token, device }: ServerOptions, tab: TextStore): Transport {
  const page = crypto.newId();
  const session = token === undefined ? cookieSession(url) : tokenSession(token);
  let tabId: Promise<string> | null = null;
  const get = async (path: string) => {
    const shown = await session.token();
    return await fetch(new URL(path, url), {
      ...shown === null ? {} : { credentials: "omit", headers: { authorization: `Bearer ${shown}` } },
      signal: AbortSignal.timeout(FETCH_MS),
    });
  };
  /** What the server answers to a question; `null`: nothing, or a refusal, or there is no network. */
  const asked = async (path: string) => {
    try {
      const response = await get(path);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  };
  const isKnown = async () => (await get("/api/session")).status !== 401;
  return {
    async openSocket() {
      const address = new URL(SIGNAL_PATH, url);
      address.protocol = address.protocol.replace("http", "ws");
      const id = device ?? await (tabId ??= deviceId(tab));
      address.search = `${new URLSearchParams({ device: id, page, protocol: `${PROTOCOL_VERSION}` })}`;
      const shown = await session.token();
      return new WebSocket(address, shown === null ? SUBPROTOCOL : [SUBPROTOCOL, BEARER_PREFIX + shown]);
    },
    async isAuthorized() {
      try {
        return await isKnown() || await session.renew() && await isKnown();
      } catch {
        return true; // no network: nothing is known against it
      }
    },
    renewSession: (show) => session.renew(show).catch(() => false),
    iceServers: () => asked("/api/ice"),
    pastCalls: async (chatId) => (await asked(`/api/chats/${chatId}/calls`))?.calls ?? null,
  };
}

function cookieSession(url: string): Session {
  const load = () => import("./session.ts");
  // In a frame the session is renewed by this module. It is loaded ahead: after the server's next start its address may be another.
  if (parent !== self) load().catch(() => {});
  return {
    token: () => Promise.resolve(null),
    renew: (show) => load().then(({ renew }) => renew(url, show)).catch(() => false),
  };
}

function tokenSession(source: NonNullable<ServerOptions["token"]>): Session {
  const ask = async () => typeof source === "string" ? null : await source();
  // Without a token the server refuses this user, and then it is asked for again.
  let token = typeof source === "string" ? Promise.resolve(source) : ask().then((first) => first ?? "", () => "");
  return {
    token: () => token,
    async renew(show) {
      const next = await ask();
      if (next === null) return false;
      token = Promise.resolve(next);
      show?.(next);
      return true;
    },
  };
}
