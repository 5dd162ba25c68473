/** A signaling server for tests of how long tokens are good, and what outlives them (R20). */

import assert from "node:assert/strict";
import { chatId, connect, HOST_SECRET, type Wire, Wires } from "./wire.ts";

export const HOUR_MS = 3600 * 1000;

/** A server whose users have tokens of a host application; its clock can be set on. */
export class Hosted extends Wires {
  readonly #skew: { ms: number };

  constructor(env: Record<string, string> = {}) {
    const skew = { ms: 0 };
    super({ JWT_SECRET: HOST_SECRET, GRACE_MS: "2000", ...env }, () => Date.now() + skew.ms);
    this.#skew = skew;
  }

  /** The server's clock, in ms since 1970. */
  get clock(): number {
    return Date.now() + this.#skew.ms;
  }

  pass(ms: number): void {
    this.#skew.ms += ms;
  }

  /** A token that is good for so long, by the server's clock. */
  tokenFor(userId: string, lifeMs: number, who: { chats?: string[]; iat?: number } = {}): Promise<string> {
    return this.hostToken(userId, Math.ceil((this.clock + lifeMs) / 1000), who);
  }

  /** Two in a call, whose caller's token expires after an hour, and is read to have. */
  async inCallPastExpiry(): Promise<{ ann: Wire; bob: Wire; callId: string; annsToken: string }> {
    const annsToken = await this.tokenFor("ann", HOUR_MS, { chats: [chatId, "another"] });
    const ann = await this.open(annsToken, "laptop");
    const bob = await this.open(await this.tokenFor("bob", 100 * HOUR_MS), "laptop");
    const callId = await connect(ann, bob);
    this.pass(2 * HOUR_MS);
    await ann.settled();
    assert.equal((await ann.next("session:expiring")).expiresInMs, 0);
    return { ann, bob, callId, annsToken };
  }
}
