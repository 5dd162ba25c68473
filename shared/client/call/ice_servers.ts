/** The STUN and TURN servers of this client, whose credentials are renewed before they expire. */

import type { IceServer } from "../../protocol/server_messages.ts";
import type { Platform } from "../platform/platform.ts";
import type { IceOptions } from "./peer_connection.ts";

/** A share of the credentials' life after which they are renewed. */
const RENEW_AT = 0.75;
/** The longest wait that timers take (a signed 32-bit number of ms, WHATWG HTML, section 8.7). */
const LONGEST_MS = 2 ** 31 - 1;
/** Between tries to renew, in ms: doubled each time, up to the longest. */
const RETRY_MS = { first: 2_000, longest: 60_000 };

export class IceServers {
  readonly #platform: Pick<Platform, "transport" | "clock">;
  readonly #onChange: () => void;
  /** Which ways media may take, by the server's configuration. */
  policy: RTCIceTransportPolicy = "all";
  #current: IceServer[] = [];
  #cancelTimer = () => {};
  #isClosed = false;

  /** `onChange`: there are other credentials than before. */
  constructor(platform: Pick<Platform, "transport" | "clock">, onChange: () => void) {
    this.#platform = platform;
    this.#onChange = onChange;
  }

  /** For a peer connection that is made now. */
  get options(): IceOptions {
    return { iceServers: this.#current, iceTransportPolicy: this.policy };
  }

  /** Takes what the server gave; `ttl` in seconds, none for what does not expire. */
  take(iceServers: IceServer[], ttl: number | undefined): void {
    this.#current = iceServers;
    this.#onChange();
    if (ttl === undefined) this.#cancelTimer();
    else this.#renewIn(ttl * 1000 * RENEW_AT, RETRY_MS.first);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  #renewIn(ms: number, retryMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#platform.clock.after(Math.min(ms, LONGEST_MS), () => this.#renew(retryMs));
  }

  async #renew(retryMs: number): Promise<void> {
    const before = this.#current;
    const renewed = await this.#platform.transport.iceServers();
    // A `welcome` in between brought others, and their own time.
    if (this.#isClosed || this.#current !== before) return;
    if (renewed !== null) this.take(renewed.iceServers, renewed.ttl);
    else this.#renewIn(retryMs, Math.min(retryMs * 2, RETRY_MS.longest));
  }
}
