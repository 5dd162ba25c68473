/** Several processes' engines over one store, and what each gave to its devices. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { AddressRates } from "../../signaling/address_rates.ts";
import type { Fact } from "../../signaling/call/facts.ts";
import type { Endpoint } from "../../signaling/call/parties.ts";
import { same } from "../../signaling/call/state.ts";
import type { ChatMessage, DeviceFact, Step } from "../../signaling/engine/engine.ts";
import { RedisEngine } from "../../signaling/engine/redis/redis.ts";
import { until } from "./until.ts";

export const SDP = "v=0\r\nm=audio 9 RTP/AVP 0";
export const offer = { type: "offer" as const, sdp: SDP };
export const answer = { type: "answer" as const, sdp: SDP };

/** Of addresses, of which these engines see none. */
export const rates = () => new AddressRates({ socketsPerMinute: 120, secret: null, now: () => performance.now() });

/** How long the calls of a test ring, and what its devices have to come back. */
export interface Rules {
  readonly ringTimeoutMs?: number;
  readonly graceMs?: number;
}

/** One process: its engine, and what came out of it that is this process's. */
export class EngineNode {
  readonly engine: RedisEngine;
  /** What was given to devices that have their sockets here. */
  readonly given: { readonly to: Endpoint; readonly message: ServerMessage }[] = [];
  readonly facts: (Fact | DeviceFact)[] = [];
  readonly #here: Endpoint[] = [];

  constructor(url: string, { ringTimeoutMs = 10_000, graceMs = 5_000 }: Rules = {}) {
    this.engine = new RedisEngine(
      {
        ringTimeoutMs,
        graceMs,
        chatCapacity: 2,
        push: false,
        now: () => performance.timeOrigin + performance.now(),
        newId: () => crypto.randomUUID().replaceAll("-", ""),
      },
      (step, isOwn) => this.#take(step, isOwn),
      { url, log: () => {}, rates: rates() },
    );
  }

  async ready(): Promise<this> {
    await until("the engine is there", () => Promise.resolve(this.engine.unavailability() === null));
    return this;
  }

  /** A device's socket opens here. */
  enter(from: Endpoint, chats = ["chat"], page = "first"): void {
    this.#here.push(from);
    const membership = { userId: from.user, name: from.user, chats, isGuest: true, issuedAt: Date.now() };
    this.engine.submit({ type: "connect", from, membership, page });
  }

  say(from: Endpoint, body: object, chatId = "chat"): void {
    this.engine.submit({ type: "message", from, message: { chatId, ...body } as ChatMessage, frame: 1 });
  }

  heard(by: Endpoint): ServerMessage[] {
    return this.given.filter(({ to }) => same(to, by)).map(({ message }) => message);
  }

  heardTypes(by: Endpoint): string[] {
    return this.heard(by).map(({ type }) => type);
  }

  count(type: (Fact | DeviceFact)["type"]): number {
    return this.facts.filter((fact) => fact.type === type).length;
  }

  #take({ deliveries, facts }: Step, isOwn: boolean): void {
    this.given.push(...deliveries.filter(({ to }) => this.#here.some((device) => same(device, to))));
    this.facts.push(...facts.filter((fact) => isOwn || !("call" in fact)));
    for (const fact of facts) {
      if (fact.type === "moved") this.#here.splice(this.#here.findIndex((one) => same(one, fact.device)), 1);
      if (fact.type === "lost") this.#here.splice(0);
    }
  }
}

/** What of a kind happened, as the processes count it together. */
export function total(nodes: readonly EngineNode[], type: (Fact | DeviceFact)["type"]): number {
  return nodes.reduce((sum, node) => sum + node.count(type), 0);
}
