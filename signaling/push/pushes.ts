/** Tells people who look at no page of their calls, and those who called whether anybody could be told (R21). */

import type { Fact } from "../call/facts.ts";
import { whenKnown } from "../engine/engine.ts";
import { Buckets, PUSHED_CALLS } from "../limits.ts";
import { type CallNews, messagesOf, newsOf, type PushMessage, type RungCall } from "./messages.ts";
import type { Sent } from "./sender.ts";
import type { PushSubscriptions, Subscription } from "./subscriptions.ts";

/** How long what tells of the end of a call is tried, in ms. */
const NEWS_MS = 30_000;

export interface PushesOptions {
  readonly subscriptions: () => PushSubscriptions;
  readonly ringTimeoutMs: number;
  /** Wall clock in ms since 1970. */
  now(): number;
  /** Hands a message over, by a time. Never rejects. */
  send(message: PushMessage, until: number): Promise<Sent>;
  /** Nobody was reached: the call rings in vain, unless a device has come by itself. */
  unreached(chatId: string, callId: string): void;
}

/** What became of messages since the start. */
export type PushFigures = Readonly<Record<Sent, number>>;

export class Pushes {
  readonly #options: PushesOptions;
  /** Calls that ring. */
  readonly #rung = new Map<string, RungCall>();
  /** R18: of the calls of one user. Those to one are not counted: whoever calls too often would keep all others from being heard of. */
  readonly #placed = new Buckets(PUSHED_CALLS);
  /** What is on its way to a browser: the next thing waits for it. */
  readonly #sending = new Map<string, Promise<unknown>>();
  readonly #figures = { taken: 0, gone: 0, failed: 0 };

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** To be told everything that happens. `isOwn`: this process is the one that tells people of it. */
  observe(fact: Fact, isOwn: boolean): void {
    const { callId } = fact.call;
    if (fact.type === "placed") {
      const { call, caller, callee } = fact;
      this.#rung.set(callId, { call, caller, callee, until: this.#options.now() + this.#options.ringTimeoutMs });
    }
    const news = newsOf(fact, this.#rung.get(callId));
    if (fact.type === "answered" || fact.type === "ended" || fact.type === "missed") this.#rung.delete(callId);
    if (news !== null && isOwn) this.#tell(news);
  }

  figures(): PushFigures {
    return this.#figures;
  }

  #tell(news: CallNews): void {
    const { call: { chatId, callId }, caller, callee, state } = news;
    const unreached = () => state === "ringing" && this.#options.unreached(chatId, callId);
    if (state === "ringing" && this.#isTooMuch(caller.user)) {
      this.#rung.delete(callId);
      return void unreached();
    }
    whenKnown(this.#options.subscriptions().of(callee), (subscriptions) => {
      if (subscriptions.length === 0) return void unreached();
      this.#send(news, subscriptions).then((isReached) => isReached || unreached());
    });
  }

  /** R18: what rings beside these is told to devices that are connected, and to no others. */
  #isTooMuch(caller: string): boolean {
    return this.#placed.take(caller, this.#options.now()) > 0;
  }

  /** Whether anybody is told. */
  async #send(news: CallNews, subscriptions: readonly Subscription[]): Promise<boolean> {
    const { callee, state, until } = news;
    const by = state === "ringing" ? until : this.#options.now() + NEWS_MS;
    const sent = await Promise.all(subscriptions.map(async (subscription) => {
      const { endpoint } = subscription;
      const earlier = this.#sending.get(endpoint);
      const sending = (async () => {
        await earlier;
        // Meanwhile the call may be over, and that is told next.
        if (state === "ringing" && !this.#rung.has(news.call.callId)) return "failed";
        const [message] = messagesOf(news, [subscription], this.#options.now());
        return message === undefined ? "failed" : await this.#options.send(message, by);
      })();
      this.#sending.set(endpoint, sending);
      const result = await sending;
      if (this.#sending.get(endpoint) === sending) this.#sending.delete(endpoint);
      this.#figures[result]++;
      if (result === "gone") this.#options.subscriptions().remove(callee, endpoint);
      return result;
    }));
    return sent.includes("taken");
  }
}
