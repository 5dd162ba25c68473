/**
 * The engine of several processes. What they take goes into one log in the store (a stream of Redis), and each of them makes the same of
 * it (`replica.ts`): so all that the engine in memory guarantees holds for all of them together, in the order of the log and by its
 * clock. A process answers from what it knows, and gives its steps to its own devices.
 *
 * A store that was started anew, emptied, or out of reach for too long is to this engine what a restart is to the one in memory: sockets
 * close with 1012, and calls that go on are taken up (R14). While it is away nobody can call, and all else waits in order.
 */

import type { Member } from "../../../shared/protocol/server_messages.ts";
import type { AddressRates } from "../../address_rates.ts";
import type { Endpoint } from "../../call/parties.ts";
import { MEMORY_MS, type RingingCall } from "../../call/state.ts";
import { to } from "../../call/steps.ts";
import {
  type CallRef,
  type Engine,
  type EngineEvent,
  type EngineOptions,
  type Gauges,
  type Membership,
  type Reservation,
  type Step,
  type StepReceiver,
  type StoreFigures,
  UnavailableError,
} from "../engine.ts";
import { Histogram } from "../../ops/histogram.ts";
import type { Log } from "../../ops/log.ts";
import { ENTRY_MS } from "../entries.ts";
import { Follower } from "./follower.ts";
import { itemOf } from "./items.ts";
import { Outgoing } from "./outgoing.ts";
import { type Batch, HEARTBEAT_MS, type Item, keyOf, Replica, type Snapshot } from "./replica.ts";
import { explain, type Store } from "./store.ts";

/** How long an answer waits for what was submitted before it, in ms. */
const SETTLE_MS = 2_000;
/** R19: how long a process that leaves waits for the store, in ms. */
const LEAVE_MS = 400;
/** Bounds for how long the store takes, in seconds. */
const APPEND_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
/** When a client may place its call again, in ms. */
const AGAIN_MS = 2_000;

/** What this engine needs of its process. */
export interface RedisOptions {
  readonly url: string;
  readonly log: Log;
  /** What addresses are given here and elsewhere: told with what is written anyway, at the latest with the next sign of life. */
  readonly rates: Pick<AddressRates, "untold" | "charge">;
}

export class RedisEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #receive: StepReceiver;
  readonly #out: Outgoing;
  readonly #follower: Follower;
  #leaving = false;
  readonly #appends = new Histogram(APPEND_SECONDS);
  #errors = 0;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  /** Chats that somebody here looks at, or asked to. */
  readonly #watched = new Set<string>();
  /** Sockets of devices that opened here, and that the log does not say so of yet. */
  readonly #connecting = new Map<string, number>();

  constructor(options: EngineOptions, receive: StepReceiver, redis: RedisOptions) {
    this.#options = options;
    this.#receive = receive;
    this.#out = new Outgoing({
      refuse: (item, isDoubtful) => this.#refuse(item, isDoubtful),
      append: (number, items) => this.#append(number, items, redis.rates.untold()),
    });
    this.#follower = new Follower(options, {
      ...redis,
      out: this.#out,
      newReplica: (from) => this.#newReplica(from),
      onBatch: (batch, isOwn) => {
        if (isOwn) this.#count(batch);
      },
      onTaken: (batch, isOwn) => {
        if (isOwn) return;
        this.#unwatchOthers(batch);
        redis.rates.charge(batch.spent ?? []);
      },
      onIntroduced: (facts) => this.#give({ ...NOTHING, facts }, false),
      onLost: () => {
        this.#connecting.clear();
        this.#watched.clear();
        this.#give({ ...NOTHING, facts: [{ type: "lost" }] }, true);
      },
    });
    this.#heartbeat = setInterval(() => this.#out.beat(), HEARTBEAT_MS);
    this.#follower.run();
  }

  // --- What the process submits and asks -------------------------------------------------------------------------------

  submit(event: EngineEvent): void {
    switch (event.type) {
      case "unwatch":
        this.#watched.delete(event.chatId);
        this.#follower.replica?.engine.submit(event);
        return;
      case "shutdown":
        this.#leaving = true;
        this.#follower.leave();
        this.#out.add({ type: "leave" });
        return;
      case "token":
        if (this.#follower.replica?.engine.isNews(event.membership) === false) return;
        break;
      case "connect":
        this.#connecting.set(keyOf(event.from), (this.#connecting.get(keyOf(event.from)) ?? 0) + 1);
        break;
      case "message":
        if (event.message.type === "chat:watch") this.#watched.add(event.message.chatId);
        if (this.#follower.trouble !== null && this.#refuse(itemOf(event, ""))) return;
    }
    this.#out.add(itemOf(event, this.#options.newId()));
  }

  join(chatId: string, { userId, name }: Pick<Membership, "userId" | "name">): Promise<boolean> {
    return this.#ask({ type: "join", chatId, member: { userId, name } });
  }

  usePass(pass: string, expiresAt: number): Promise<boolean> {
    return this.#ask({ type: "use", pass, expiresAt });
  }

  async keepEntry(token: string): Promise<string> {
    const key = this.#options.newId();
    await this.#withStore((store) => store.keepEntry(key, token, ENTRY_MS));
    return key;
  }

  takeEntry(key: string): Promise<string | null> {
    return this.#withStore((store) => store.takeEntry(key));
  }

  reserve(device: Endpoint, forMs: number): Reservation | null {
    return this.#follower.replica?.engine.reserve(device, forMs) ?? null;
  }

  release(reservation: Reservation): void {
    this.#follower.replica?.engine.release(reservation);
  }

  async members(chatId: string): Promise<Member[]> {
    await this.settled();
    return this.#known().members(chatId);
  }

  async chatsOf(userId: string): Promise<ReadonlySet<string>> {
    await this.settled();
    return this.#known().chatsOf(userId);
  }

  async maker(chatId: string): Promise<string | null> {
    await this.settled();
    return this.#known().maker(chatId);
  }

  callOf(device: Endpoint): CallRef | null {
    return this.#follower.replica?.engine.callOf(device) ?? null;
  }

  talksIn(userId: string, deviceId?: string): CallRef | null {
    return this.#follower.replica?.engine.talksIn(userId, deviceId) ?? null;
  }

  ringing(chatId: string, callId: string): RingingCall | null {
    return this.#follower.replica?.engine.ringing(chatId, callId) ?? null;
  }

  gauges(): Gauges {
    return this.#follower.replica?.engine.gauges() ?? { users: 0, chats: 0, ringing: 0, connected: 0 };
  }

  storeFigures(): StoreFigures {
    return { isUp: this.#follower.trouble === null, appends: this.#appends, errors: this.#errors };
  }

  unavailability(): string | null {
    return this.#follower.trouble;
  }

  async settled(): Promise<void> {
    await this.#out.settled(this.#leaving ? LEAVE_MS : SETTLE_MS);
  }

  isSpokesman(): boolean {
    const [first = this.#follower.node] = this.#follower.replica?.nodes ?? [];
    return first === this.#follower.node;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#out.stop();
    this.#follower.close();
  }

  /** What the log makes of a question. Whether it was taken is not known where it rejects: it is never asked again by itself. */
  async #ask(item: Item): Promise<boolean> {
    if (this.#follower.trouble !== null) throw new UnavailableError(this.#follower.trouble);
    const answer = await this.#out.ask(item);
    if (answer === null) throw new UnavailableError("the store is away");
    return answer;
  }

  /** Something that is in no log. */
  async #withStore<T>(action: (store: Store) => Promise<T>): Promise<T> {
    const { store, trouble } = this.#follower;
    if (store === null) throw new UnavailableError(trouble ?? "");
    return await action(store).catch((error) => {
      throw new UnavailableError(explain(error));
    });
  }

  /** Appends a batch to the log, and minds how long that takes. */
  async #append(...batch: Parameters<Follower["append"]>): Promise<number> {
    const beganAt = performance.now();
    try {
      const time = await this.#follower.append(...batch);
      this.#appends.observe((performance.now() - beganAt) / 1000);
      return time;
    } catch (error) {
      this.#errors++;
      throw error;
    }
  }

  #known() {
    if (this.#follower.replica === null) throw new UnavailableError(this.#follower.trouble ?? "");
    return this.#follower.replica.engine;
  }

  /** What of this process's own is in the log now. */
  #count({ items }: Batch): void {
    for (const item of items) {
      if (item.type !== "event" || item.event.type !== "connect") continue;
      const key = keyOf(item.event.from);
      const left = (this.#connecting.get(key) ?? 0) - 1;
      if (left > 0) this.#connecting.set(key, left);
      else this.#connecting.delete(key);
    }
  }

  /** Who looks at a chat elsewhere is told there. */
  #unwatchOthers({ items }: Batch): void {
    for (const item of items) {
      if (item.type !== "event" || item.event.type !== "message" || item.event.message.type !== "chat:watch") continue;
      const { chatId } = item.event.message;
      if (!this.#watched.has(chatId)) this.#follower.replica!.engine.submit({ type: "unwatch", chatId });
    }
  }

  #newReplica(from: number | Snapshot): Replica {
    return new Replica(this.#options, {
      onStep: (step, by) => this.#take(step, by === this.#follower.node),
      onMoved: (device, from) => {
        if (from === this.#follower.node && !this.#connecting.has(keyOf(device))) {
          this.#give({ ...NOTHING, facts: [{ type: "moved", device }] }, true);
        }
      },
      onAnswered: (by, batch, answer) => {
        if (by === this.#follower.node) this.#out.answer(batch, answer);
      },
      onAsked: (by) => this.#follower.giveSnapshot(by),
    }, from);
  }

  /** A socket is welcomed, or refused, by the process that has it, and only the newest one of a device. */
  #take(step: Step, isOwn: boolean): void {
    const isMeant = (fact: Step["facts"][number]) =>
      fact.type !== "connected" && fact.type !== "crowded" || isOwn && !this.#connecting.has(keyOf(fact.device));
    const facts = step.facts.every(isMeant) ? step.facts : step.facts.filter(isMeant);
    this.#give(facts === step.facts ? step : { ...step, facts }, isOwn);
  }

  /** What goes wrong with a step in this process must not part its replica from the others'. */
  #give(step: Step | Omit<Step, "at">, isOwn: boolean): void {
    try {
      this.#receive({ at: this.#out.storeTime(), ...step }, isOwn);
    } catch (error) {
      console.error(error);
    }
  }

  /**
   * A call that cannot be placed now, and is not to be placed later. `isDoubtful`: the store may have taken it, so it is taken back too.
   * False: it is something else.
   */
  #refuse(item: Item, isDoubtful = false): boolean {
    if (item.type !== "event" || item.event.type !== "message" || item.event.message.type !== "call:initiate") {
      return false;
    }
    const { from, message, frame } = item.event;
    const { chatId, callId } = message;
    const about = { chatId, ...(callId === undefined ? {} : { callId }), refused: message.type, frame };
    const error = { type: "call:error", code: "UNAVAILABLE", message: "The server cannot do it now" } as const;
    // One that is taken back is remembered for a while as taken back (R7).
    const retryAfterMs = isDoubtful ? AGAIN_MS + MEMORY_MS : AGAIN_MS;
    const deliveries = [to(from, { ...error, ...about, retryAfterMs })];
    this.#give({ ...NOTHING, chatId, deliveries, facts: [{ type: "limited", device: from, callId }] }, true);
    const end = { type: "call:end", chatId, callId: callId ?? item.id } as const;
    if (isDoubtful) this.#out.add(itemOf({ type: "message", from, message: end, frame }, this.#options.newId()));
    return true;
  }
}

const NOTHING: Omit<Step, "at"> = { chatId: null, deliveries: [], facts: [], state: null };
