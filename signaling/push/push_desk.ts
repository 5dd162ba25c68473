/** Where pages hand in that their browser can be told of calls, and all that tells it. */

import { ECDH } from "node:crypto";
import type { Fact } from "../call/facts.ts";
import { Pushes, type PushFigures } from "./pushes.ts";
import type { LogEvents } from "../ops/log.ts";
import { PushSender } from "./sender.ts";
import { isPushService } from "./services.ts";
import type { PushSubscriptions, Subscription } from "./subscriptions.ts";
import type { Vapid } from "./vapid.ts";

export interface PushDeskOptions {
  readonly vapid: Vapid;
  /** The push services that may be, by origin; empty: any in the world. */
  readonly pushServices: readonly string[];
  readonly ringTimeoutMs: number;
  /** Opens them: when they are first needed. */
  subscriptions(): PushSubscriptions;
  /** A push service did not take a message. */
  onFailed(failed: LogEvents["push-failed"]): void;
  /** The chats that a user is a member of. */
  chatsOf(userId: string): Promise<readonly string[]>;
  unreached(chatId: string, callId: string): void;
}

export class PushDesk {
  readonly #pushes: Pushes;
  readonly #options: PushDeskOptions;
  readonly #sender: PushSender;
  #subscriptions: PushSubscriptions | null = null;

  constructor(options: PushDeskOptions) {
    this.#options = options;
    const { vapid, pushServices, onFailed, ringTimeoutMs } = options;
    const sender = new PushSender({ vapid, services: pushServices, onFailed });
    this.#sender = sender;
    this.#pushes = new Pushes({
      subscriptions: () => this.#kept,
      ringTimeoutMs,
      now: Date.now,
      send: (message, until) => sender.send(message, until),
      unreached: (chatId, callId) => options.unreached(chatId, callId),
    });
  }

  /** To be told everything that happens in calls. `isOwn`: this process is the one that tells people of it. */
  observe(fact: Fact, isOwn: boolean): void {
    this.#pushes.observe(fact, isOwn);
  }

  /** What became of messages since the start. */
  figures(): PushFigures {
    return this.#pushes.figures();
  }

  /** What browsers subscribe with. */
  get publicKey(): string {
    return this.#options.vapid.publicKey;
  }

  /**
   * Keeps a subscription; or says what is wrong with it. `replaces`: the endpoint of one that it takes the place of.
   */
  async keep(userId: string, subscription: Subscription, replaces?: string): Promise<"kept" | "endpoint" | "keys"> {
    if (!isPushService(subscription.endpoint, this.#options.pushServices)) return "endpoint";
    if (!isPoint(subscription.p256dh)) return "keys";
    if (replaces !== undefined) await this.#kept.remove(userId, replaces);
    await this.#kept.keep(userId, subscription);
    return "kept";
  }

  async remove(userId: string, endpoint: string): Promise<void> {
    await this.#kept.remove(userId, endpoint);
  }

  /** A user gave a seat back, or lost it: who is in no chat any more is called by nobody. */
  async forget(userId: string): Promise<void> {
    // Of a newer token the chats that it takes away are told of before those that it gives are known.
    await Promise.resolve();
    const chats = await this.#options.chatsOf(userId).catch(() => null);
    if (chats?.length === 0) await this.#kept.clear(userId);
  }

  async close(): Promise<void> {
    this.#sender.close();
    await this.#subscriptions?.close();
  }

  get #kept(): PushSubscriptions {
    return this.#subscriptions ??= this.#options.subscriptions();
  }
}

/** Whether a browser's public key is a point of the curve: nothing can be sealed for it otherwise. Web Crypto says so too late. */
function isPoint(key: string): boolean {
  try {
    ECDH.convertKey(key, "prime256v1", "base64url", "base64url", "compressed");
    return true;
  } catch {
    return false;
  }
}
