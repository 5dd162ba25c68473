/**
 * STUN and TURN servers for one user. TURN credentials are ephemeral where there is a shared secret ("TURN REST API",
 * draft-uberti-behave-turn-rest-00, as coturn's `use-auth-secret` has it): who gets hold of one cannot use it for long.
 */

import { createHmac } from "node:crypto";
import type { IceServer } from "../../shared/protocol/server_messages.ts";

/** How clients are let into the TURN servers. */
export type TurnAccess =
  | { readonly username: string; readonly password: string }
  /** Shared with the TURN servers; a credential made from it is valid for `ttl` seconds. */
  | { readonly secret: string; readonly ttl: number };

/** The configured servers. */
export interface IceConfig {
  readonly stunUrls: readonly string[];
  readonly turnUrls: readonly string[];
  /** `null` where there is no TURN server. */
  readonly turn: TurnAccess | null;
  /** `relay`: nobody learns the other's address, for all media goes through TURN (RFC 8828, "mode 4"). */
  readonly policy: "all" | "relay";
}

/** What a client is given, and for how many seconds that is good; `null`: for good. */
export interface IceGrant {
  readonly iceServers: IceServer[];
  readonly ttl: number | null;
}

/** The servers for a user, with a credential of their own. `now` is in ms since 1970. */
export function grantFor({ stunUrls, turnUrls, turn }: IceConfig, userId: string, now: number): IceGrant {
  const stun = stunUrls.length === 0 ? [] : [{ urls: [...stunUrls] }];
  if (turn === null) return { iceServers: stun, ttl: null };
  const { username, password, ttl } = "secret" in turn
    ? { ...ephemeral(turn.secret, userId, Math.floor(now / 1000) + turn.ttl), ttl: turn.ttl }
    : { ...turn, ttl: null };
  return { iceServers: [...stun, { urls: [...turnUrls], username, credential: password }], ttl };
}

/** What coturn answers with 400 in a user name (its guard for the databases it may have): host applications have such ids. */
const REFUSED = /[ '"\\]/g;

/** `expiry` in seconds since 1970. */
function ephemeral(secret: string, userId: string, expiry: number): { username: string; password: string } {
  const username = `${expiry}:${userId.replace(REFUSED, "_")}`;
  return { username, password: createHmac("sha1", secret).update(username).digest("base64") };
}
