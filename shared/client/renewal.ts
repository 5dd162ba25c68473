/** A session that is renewed before it ends (R20): whoever signs this user's tokens is asked for a new one, until the server has it. */

import type { ClientMessage } from "../protocol.ts";
import type { Environment } from "./ports.ts";

/** Between two tries, in ms: doubled each time, up to the longest. */
const RETRY_MS = { first: 2_000, longest: 60_000 };

export class Renewal {
  readonly #env: Environment;
  readonly #send: (message: ClientMessage) => void;
  /** The tries that go on; `null`: nothing is to be renewed. */
  #asking: symbol | null = null;
  #cancelTimer = () => {};

  /** `send`: over the socket that there is now. */
  constructor(env: Environment, send: (message: ClientMessage) => void) {
    this.#env = env;
    this.#send = send;
  }

  /** The server says that the session ends soon, or has ended in a call that goes on. */
  expiring(): void {
    if (this.#asking !== null) return;
    this.#asking = Symbol();
    this.#ask(this.#asking, RETRY_MS.first);
  }

  /** It was renewed; or the socket is gone, and the next one will be told. */
  stop(): void {
    this.#asking = null;
    this.#cancelTimer();
  }

  /** By both ways: over the socket at once, and over HTTP for the cookie that a reload needs. */
  async #ask(asking: symbol, retryMs: number): Promise<void> {
    const token = await this.#env.newToken();
    if (this.#asking === asking && token !== null) this.#send({ type: "session:renew", token });
    await this.#env.renewSession(token);
    if (this.#asking !== asking) return;
    const again = () => this.#ask(asking, Math.min(retryMs * 2, RETRY_MS.longest));
    this.#cancelTimer = this.#env.after(retryMs, again);
  }
}
