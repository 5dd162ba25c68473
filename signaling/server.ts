/** Composes the signaling server from its configuration: tokens, hub, socket. The web application stands on top of it. */

import type { IceServer } from "../shared/protocol.ts";
import { credentialOf, originAllowed, Tokens } from "./auth.ts";
import type { Config } from "./config.ts";
import { Guests, randomId, type Session } from "./guests.ts";
import { Hub } from "./hub.ts";
import { upgrade } from "./socket.ts";

/** How often clients should say `ping`, in ms. */
const PING_MS = 15_000;

/** One signaling server: state and doors, no socket of its own to listen on. */
export class SignalingServer {
  readonly hub: Hub;
  readonly #config: Config;
  readonly #tokens: Tokens;

  constructor(config: Config) {
    this.#config = config;
    this.#tokens = new Tokens(config.sessionSecret ?? randomId() + randomId());
    this.hub = new Hub({
      ringTimeoutMs: config.ringTimeoutMs,
      graceMs: config.graceMs,
      chatCapacity: config.chatCapacity,
      pingMs: PING_MS,
      iceServers: (userId) => this.iceServers(userId),
      now: () => performance.now(),
      newId: randomId,
      log: config.debugLog ? logLine : () => {},
    });
  }

  /** Answers `GET /signal`. */
  upgrade(req: Request): Promise<Response> {
    const { hub } = this;
    const { allowedOrigins } = this.#config;
    return upgrade(req, { hub, allowedOrigins, verify: (token) => this.#tokens.verify(token) });
  }

  /** Who sends a request, by its bearer token or session cookie; `null` without a valid one. */
  async session(req: Request): Promise<Session | null> {
    const credential = credentialOf(req.headers);
    const session = credential === null ? null : await this.#tokens.verify(credential.token);
    if (session !== null) this.hub.admit(session);
    return session;
  }

  /** Whether a state-changing request comes from a page that may act for its user. */
  mayChangeState(req: Request): boolean {
    return originAllowed(req, credentialOf(req.headers), this.#config.allowedOrigins);
  }

  /** Guest sessions; `secure`: over https. */
  guests(secure: boolean): Guests {
    return new Guests(this.#tokens, this.hub, secure);
  }

  /** STUN and TURN servers for one user. */
  iceServers(_userId: string): IceServer[] {
    return this.#config.iceServers;
  }

  /** Ends ringing calls, closes every socket with 1012 and stops all timers. */
  close(): void {
    this.hub.close();
  }
}

function logLine(event: string, fields: Record<string, string>): void {
  console.log(event, ...Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`));
}
