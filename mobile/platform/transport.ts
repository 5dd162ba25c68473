/** A phone's way to the server: a token that the app keeps itself goes with each request, and no cookie. */

import type { Transport } from "../../shared/client/platform/platform.ts";
import { BEARER_PREFIX, PROTOCOL_VERSION, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";

/** How long a request may take, in ms: over a network that is gone it would never fail by itself. */
const FETCH_MS = 10_000;

/** Who this user is. */
export interface Credentials {
  /** What to show the server; empty where there is nothing. Never rejects. */
  token(): Promise<string>;
  /** Asks whoever signs this user's tokens for a new one, which `token` gives from then on; `null` where there is none. May reject. */
  renew(): Promise<string | null>;
}

/** What the server is told of this phone: the device, and which start of the app it is. */
export interface Names {
  readonly device: string;
  readonly page: string;
}

/** `fetch` that gives up in time, and never with a cookie. Hermes has no `AbortSignal.timeout`. */
export async function ask(url: string, token: string, init: RequestInit = {}): Promise<Response> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), FETCH_MS);
  try {
    return await fetch(url, {
      ...init,
      credentials: "omit",
      signal: over.signal,
      headers: { ...init.headers, ...token === "" ? {} : { authorization: `Bearer ${token}` } },
    });
  } finally {
    clearTimeout(timer);
  }
}

/** `url`: the server's origin. React Native's `URL` cannot be changed, so addresses are put together as text. */
export function transport(url: string, credentials: Credentials, { device, page }: Names): Transport {
  const get = async (path: string) => await ask(url + path, await credentials.token());
  /** What the server answers to a question; `null`: nothing, or a refusal, or there is no network. */
  const answer = (path: string) => get(path).then((response) => response.ok ? response.json() : null).catch(() => null);
  const isKnown = async () => (await get("/api/session")).status !== 401;
  return {
    async openSocket() {
      const address = `${
        url.replace(/^http/, "ws")
      }${SIGNAL_PATH}?device=${device}&page=${page}&protocol=${PROTOCOL_VERSION}`;
      return new WebSocket(address, [SUBPROTOCOL, BEARER_PREFIX + await credentials.token()]);
    },
    async isAuthorized() {
      try {
        return await isKnown() || await credentials.renew() !== null && await isKnown();
      } catch {
        return true; // no network: nothing is known against it
      }
    },
    async renewSession(show) {
      const token = await credentials.renew().catch(() => null);
      if (token !== null) show(token);
      return token !== null;
    },
    iceServers: () => answer("/api/ice"),
    pastCalls: async (chatId) => (await answer(`/api/chats/${chatId}/calls`))?.calls ?? null,
  };
}
