/** How a process takes part: it follows the log in the store, comes to it by a snapshot, and comes back where it was cut off. */

import { introduction } from "./introduction.ts";
import type { Spent } from "../../address_rates.ts";
import type { Fact } from "../../call/facts.ts";
import type { Log } from "../../ops/log.ts";
import type { EngineOptions } from "../engine.ts";
import type { Outgoing } from "./outgoing.ts";
import { type Batch, LEASE_MS, type Replica, type Snapshot } from "./replica.ts";
import { type Entry, explain, openStore, type Store, StoreError } from "./store.ts";

/** How long to wait before the store is tried again, in ms. */
const RETRY_MS = 300;
/** How long after an entry is written it may still be taken, in ms: what the store takes later would ring late. */
const LATE_MS = 2_000;
/** How long a process that asked for a snapshot waits before it asks again; and what each other one that could give it lets pass, in ms. */
const ASK_MS = 1_500;
const NEXT_MS = 400;
/** Of this engine's state: processes with another one keep apart, as do those with other rules. To be raised with each change of it, or of the arbiter. */
export const STATE_VERSION = 4;

/** What happens on the way. */
export interface FollowerPorts {
  readonly url: string;
  readonly out: Outgoing;
  readonly log: Log;
  newReplica(from: number | Snapshot): Replica;
  /** A batch is about to be taken; or was. */
  onBatch(batch: Batch, isOwn: boolean): void;
  onTaken(batch: Batch, isOwn: boolean): void;
  /** Calls that began before this process came. */
  onIntroduced(facts: readonly Fact[]): void;
  /** What was submitted is void, and devices have to come anew: this process is another one to all. */
  onLost(): void;
}

export class Follower {
  readonly #options: EngineOptions;
  readonly #ports: FollowerPorts;
  readonly #out: Outgoing;
  readonly #name: string;
  #node: string;
  #epoch: string | null = null;
  #replica: Replica | null = null;
  #position = { id: "0-0", seq: 0 };
  #store: Store | null = null;
  #trouble: string | null = "the store was not reached yet";
  /** What was said of it last. */
  #said: string | null = null;
  #leaving = false;
  #closed = false;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #dueTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EngineOptions, ports: FollowerPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#out = ports.out;
    this.#node = options.newId();
    const { ringTimeoutMs, graceMs, chatCapacity, push } = options;
    const rules = [STATE_VERSION, ringTimeoutMs, graceMs, chatCapacity, ...push ? ["push"] : []];
    this.#name = `zvonok:{${rules.join(".")}}`;
  }

  /** This process, as all know it. */
  get node(): string {
    return this.#node;
  }

  /** What is known; `null`: nothing yet. */
  get replica(): Replica | null {
    return this.#replica;
  }

  /** Why nothing can be taken; `null`: this process is one of those that live. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** The store itself, for what is in no log; `null` while it is away. */
  get store(): Store | null {
    return this.#trouble === null ? this.#store : null;
  }

  /** This process takes part until it has left. */
  leave(): void {
    this.#leaving = true;
  }

  /** Appends a batch of this process. Gives the time of the store. */
  append(number: number, items: Batch["items"], spent: Spent): Promise<number> {
    // Whoever enters lives from there on: a process that asks does so behind it.
    const isIn = items.some(({ type }) => type === "enter") || (this.#replica?.has(this.#node) ?? false);
    const lives = isIn && !this.#leaving;
    return this.#write(this.#store!, this.#epoch!, lives, {
      node: this.#node,
      number,
      items,
      ...spent.length > 0 ? { spent } : {},
    });
  }

  close(): void {
    this.#closed = true;
    this.#trouble ??= "leaving";
    clearTimeout(this.#dueTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#store?.close();
  }

  /** Takes part from now on. */
  async run(): Promise<void> {
    while (!this.#closed) {
      let why = "";
      try {
        const store = this.#store = await openStore(this.#ports.url, this.#name);
        if (!this.#closed) await this.#follow(store);
      } catch (error) {
        why = explain(error);
      }
      this.#store?.close();
      this.#store = null;
      if (this.#closed) return;
      this.#out.interrupt();
      this.#setTrouble(why);
      await this.#pause(RETRY_MS * (1 + Math.random()));
    }
  }

  /** Takes the log's entries until something fails. */
  async #follow(store: Store): Promise<never> {
    // Who begins an epoch is in it as the process that it then is: one that nobody is would be waited for.
    const next = this.#options.newId();
    const found = await store.join(next, this.#options.newId(), LEASE_MS, this.#epoch);
    this.#out.setTime(found.now);
    const isKnown = found.epoch === this.#epoch && this.#replica !== null;
    if (isKnown) this.#out.first({ type: "enter" });
    else {
      this.#lose(next);
      this.#epoch = found.epoch;
      if (found.isNew) {
        this.#replica = this.#ports.newReplica(found.startedAt);
        this.#position = { id: "0-0", seq: 0 };
      } else await this.#takeSnapshot(store);
      this.#out.first({ type: "enter" });
    }
    const failed = this.#out.resume();
    const read = async (): Promise<never> => {
      for (;;) {
        for (const entry of await store.read(this.#position.id)) this.#apply(entry);
        this.#awaitDue();
      }
    };
    return await Promise.race([read(), failed]);
  }

  #apply({ id, seq, at, batch: text }: Entry): void {
    const replica = this.#replica!;
    if (seq !== this.#position.seq + 1) {
      this.#epoch = null;
      throw new StoreError("entries of the log are gone that this process has not read");
    }
    this.#position = { id, seq };
    const batch = JSON.parse(text) as Batch;
    const wasIn = replica.has(this.#node);
    const isOwn = batch.node === this.#node;
    this.#ports.onBatch(batch, isOwn);
    replica.apply(at, batch);
    this.#ports.onTaken(batch, isOwn);
    if (isOwn) this.#out.applied(batch.number);
    const isIn = replica.has(this.#node);
    if (isIn && isOwn) this.#setTrouble(null);
    if (!isIn && (wasIn || this.#trouble === null) && !this.#leaving) {
      // The others took this process for dead; it comes back as another one.
      this.#lose(this.#options.newId());
      this.#out.first({ type: "enter" });
      throw new StoreError("the other processes took this one for dead");
    }
  }

  /** From now on this is another process, `node`. */
  #lose(node: string): void {
    this.#node = node;
    this.#out.clear();
    this.#ports.onLost();
  }

  /** Asks the others for what they know. */
  async #takeSnapshot(store: Store): Promise<void> {
    const epoch = this.#epoch!;
    this.#replica = null;
    this.#epoch = null;
    const ask: Batch = { node: this.#node, number: 0, items: [{ type: "ask" }] };
    await this.#write(store, epoch, false, ask);
    for (const until = performance.now() + ASK_MS; performance.now() < until;) {
      const text = await store.snapshot(this.#node);
      if (text === null) await this.#pause(30);
      else {
        const { position, replica } = JSON.parse(text) as Kept;
        this.#epoch = epoch;
        this.#position = position;
        this.#replica = this.#ports.newReplica(replica);
        const { engine } = this.#replica;
        for (const call of engine.calls()) {
          this.#ports.onIntroduced(introduction(call, engine.members(call.chatId)));
        }
        return;
      }
    }
    throw new StoreError("no other process says what goes on");
  }

  /** Gives a process that asks what is known: the first of those that live does, and the next ones where it does not. */
  giveSnapshot(node: string): void {
    const rank = this.#replica!.nodes.indexOf(this.#node);
    const store = this.#store;
    if (rank < 0 || store === null || node === this.#node) return;
    const give = async () => {
      const replica = this.#replica;
      if (replica === null || await store.snapshot(node) !== null) return;
      const kept: Kept = { position: this.#position, replica: replica.snapshot() };
      await store.keepSnapshot(node, JSON.stringify(kept));
    };
    // Behind the entry that asks, all of it. Where it fails, who asked asks again.
    this.#after(rank * NEXT_MS, () => give().catch(() => {}));
  }

  #awaitDue(): void {
    clearTimeout(this.#dueTimer);
    const dueAt = this.#replica?.dueAt ?? null;
    if (dueAt === null || this.#leaving || this.#trouble !== null) return;
    // All processes wait for it; the first one's entry makes it happen everywhere.
    const delay = Math.max(1, dueAt - this.#out.storeTime()) + Math.random() * 5 * (this.#replica!.nodes.length - 1);
    this.#dueTimer = setTimeout(() => this.#out.beat(), Math.min(delay, 60_000));
  }

  /** Says what changes, once. */
  #setTrouble(why: string | null): void {
    this.#trouble = why;
    if (why === this.#said) return;
    if (why === null) this.#ports.log("store-back", {});
    else this.#ports.log("store-lost", { why });
    this.#said = why;
  }

  #write(store: Store, epoch: string, lives: boolean, batch: Batch): Promise<number> {
    return store.append(epoch, this.#node, lives, this.#out.storeTime() + LATE_MS, JSON.stringify(batch));
  }

  #after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#after(ms, resolve));
  }
}

/** A snapshot as it is kept, and of which point of the log it is. */
interface Kept {
  readonly position: { readonly id: string; readonly seq: number };
  readonly replica: Snapshot;
}
