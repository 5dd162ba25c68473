/**
 * What every process makes of the log: the same engine, since each is given the same entries in the same order, and none looks at a
 * clock of its own. Whose socket a device has is known here too, and which processes live.
 */

import type { Endpoint } from "../../call/parties.ts";
import type { Spent } from "../../address_rates.ts";
import { Deadlines } from "../deadlines.ts";
import type { EngineEvent, EngineOptions, Membership, Step } from "../engine.ts";
import { type EngineDump, MemoryEngine } from "../memory.ts";

/** A process that says nothing for so long, in ms, is dead. */
export const LEASE_MS = 5_000;
/** How often a process says something, in ms. */
export const HEARTBEAT_MS = 1_000;
/** Where nobody said anything for so long, in ms, the store was away, and nobody died of it. */
const SILENCE_MS = 3 * HEARTBEAT_MS;

/** One thing that a process has to say to all. */
export type Item =
  /** `id`: for whatever the event makes that needs one. */
  | { readonly type: "event"; readonly event: SharedEvent; readonly id: string }
  | { readonly type: "join"; readonly chatId: string; readonly member: Pick<Membership, "userId" | "name"> }
  | { readonly type: "use"; readonly pass: string; readonly expiresAt: number }
  /** The process holds all that the log says, and takes sockets from now on. */
  | { readonly type: "enter" }
  /** R19: the process leaves. */
  | { readonly type: "leave" }
  /** Somebody is to give this process a snapshot. */
  | { readonly type: "ask" };

/** Whether a process waits for what comes of this item: true or false. */
export const isQuestion = ({ type }: Item): boolean => type === "join" || type === "use";

/** What all have to know of. */
export type SharedEvent = Exclude<EngineEvent, { type: "unwatch" | "shutdown" }>;

/** What one process says at one time. */
export interface Batch {
  readonly node: string;
  /** Counts the batches of a process: one that comes a second time is nothing. */
  readonly number: number;
  readonly items: readonly Item[];
  /** R18: what it gave addresses since its last batch. No replica's state, since each process counts what it is told. */
  readonly spent?: Spent;
}

/** A process as all know it. */
interface Node {
  heardAt: number;
  batch: number;
}

/** All that a replica knows, as plain data. */
export interface Snapshot {
  readonly engine: EngineDump;
  readonly at: number;
  readonly nodes: readonly (readonly [string, Node])[];
  readonly holders: readonly (readonly [string, string])[];
}

/** What a process hears of its replica. */
export interface ReplicaPorts {
  /** A step, and which process said what it came of. */
  onStep(step: Step, by: string): void;
  /** A device that this process may hold a socket of has one in another. */
  onMoved(device: Endpoint, from: string): void;
  /** What came of a question (`isQuestion`) of a process. */
  onAnswered(by: string, batch: number, answer: boolean): void;
  onAsked(by: string): void;
}

/** A device as a key of maps. */
export const keyOf = ({ user, device }: Endpoint) => `${user}\n${device}`;
const endpointOf = (key: string): Endpoint => {
  const [user, device] = key.split("\n") as [string, string];
  return { user, device };
};

export class Replica {
  readonly engine: MemoryEngine;
  readonly #ports: ReplicaPorts;
  readonly #graceMs: number;
  readonly #deadlines: Deadlines;
  /** Processes that live, the one that entered first before all others. */
  readonly #nodes: Map<string, Node>;
  /** Which process has, or last had, the socket of a device. */
  readonly #holders: Map<string, string>;
  #at: number;
  #by = "";
  #id = "";

  /** `startedAt`: when the epoch began, by the clock of the store; or a snapshot of a replica of it. */
  constructor(options: Omit<EngineOptions, "now" | "newId">, ports: ReplicaPorts, from: number | Snapshot) {
    this.#ports = ports;
    this.#graceMs = options.graceMs;
    const known = typeof from === "number" ? { at: from, nodes: [], holders: [], engine: null } : from;
    this.#at = known.at;
    this.#nodes = new Map(known.nodes.map(([id, node]) => [id, { ...node }]));
    this.#holders = new Map(known.holders);
    this.#deadlines = new Deadlines(() => this.#at, false);
    this.engine = new MemoryEngine(
      { ...options, now: () => this.#at, newId: () => this.#id },
      (step) => this.#take(step),
      this.#deadlines,
    );
    if (known.engine !== null) this.engine.restore(known.engine);
  }

  /** The time of what came last. */
  get at(): number {
    return this.#at;
  }

  /** When something is due; `null`: nothing is. */
  get dueAt(): number | null {
    return this.#deadlines.next;
  }

  get nodes(): string[] {
    return [...this.#nodes.keys()];
  }

  has(node: string): boolean {
    return this.#nodes.has(node);
  }

  snapshot(): Snapshot {
    return {
      engine: this.engine.dump(),
      at: this.#at,
      nodes: [...this.#nodes],
      holders: [...this.#holders],
    };
  }

  /** Takes the next entry of the log. */
  apply(at: number, { node, number, items }: Batch): void {
    const silentMs = at - this.#at;
    if (silentMs > SILENCE_MS) { for (const one of this.#nodes.values()) one.heardAt += silentMs; }
    this.#at = Math.max(this.#at, at);
    this.#by = node;
    const known = this.#nodes.get(node);
    if (known !== undefined) known.heardAt = this.#at;
    this.#deadlines.fire();
    for (const [id, { heardAt }] of this.#nodes) if (this.#at - heardAt > LEASE_MS) this.#bury(id);
    if (known !== undefined) {
      if (number <= known.batch) return;
      known.batch = number;
    }
    for (const item of items) {
      try {
        this.#do(item, node, number);
      } catch (error) {
        // It fails in every process alike; none of them may stop at it.
        console.error(error);
      }
    }
  }

  #do(item: Item, node: string, number: number): void {
    switch (item.type) {
      case "enter":
        if (!this.#nodes.has(node)) this.#nodes.set(node, { heardAt: this.#at, batch: number });
        return;
      case "ask":
        return this.#ports.onAsked(node);
    }
    // Whoever counts as dead has to enter anew: its devices' graces run.
    if (!this.#nodes.has(node)) return;
    switch (item.type) {
      case "leave":
        this.#nodes.delete(node);
        return this.#nodes.size > 0 ? this.#dropAll(node) : this.engine.submit({ type: "shutdown" });
      case "join":
        return this.#ports.onAnswered(node, number, this.engine.join(item.chatId, item.member));
      case "use":
        return this.#ports.onAnswered(node, number, this.engine.usePass(item.pass, item.expiresAt));
      case "event":
        this.#id = item.id;
        return this.#submit(item.event, node);
    }
  }

  #submit(event: SharedEvent, node: string): void {
    if ("from" in event) {
      const key = keyOf(event.from);
      const holder = this.#holders.get(key);
      if (event.type === "connect") {
        if (holder !== undefined && holder !== node) this.#ports.onMoved(event.from, holder);
        this.#holders.set(key, node);
      } else if (holder !== node) return; // It has another socket elsewhere by now.
    }
    this.engine.submit(event);
  }

  /** A process is dead: its devices' sockets are gone (R12). */
  #bury(node: string): void {
    this.#nodes.delete(node);
    this.#dropAll(node);
  }

  #dropAll(node: string): void {
    for (const [key, holder] of this.#holders) {
      if (holder === node) this.engine.submit({ type: "drop", from: endpointOf(key), graceMs: this.#graceMs });
    }
  }

  #take(step: Step): void {
    for (const fact of step.facts) {
      if (fact.type === "gone" || fact.type === "crowded") this.#holders.delete(keyOf(fact.device));
    }
    this.#ports.onStep(step, this.#by);
  }
}
