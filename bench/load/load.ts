/** A load on a server: people who are there, and calls between them that begin at a steady rate. */

import { inParallel } from "../in_parallel.ts";
import { CallError, type Latencies, makeCall } from "./call.ts";
import { Client } from "./client.ts";
import type { LoadOptions } from "./options.ts";
import { People, type Told } from "./people.ts";

/** Sockets that are being opened at a time. */
const OPENING = 64;
/** How often it is looked whether a call is due, in ms. */
const TICK_MS = 5;

/** What came of it so far. */
export interface Figures {
  readonly latencies: Latencies;
  /** Calls. */
  begun: number;
  whole: number;
  failed: number;
  /** Codes of what went wrong, with calls and sockets, and how often. */
  readonly errors: Map<string, number>;
  /** How late this process looked whether a call is due, each time, in ms: what is not the server's. */
  readonly ownDelays: number[];
}

/** Two who are there, and in no call with each other. */
interface Pair {
  readonly chatId: string;
  readonly caller: Client;
  readonly callee: Client;
}

export class Load implements AsyncDisposable {
  readonly figures: Figures = {
    latencies: { ring: [], relay: [], end: [] },
    begun: 0,
    whole: 0,
    failed: 0,
    errors: new Map(),
    ownDelays: [],
  };
  readonly #clients: Client[] = [];
  readonly #free: Pair[] = [];
  readonly #going = new Set<Promise<void>>();

  /** Lets everybody in and opens their sockets. `told`: what is being done. */
  async open({ access, urls, clients, idle }: LoadOptions, told: Told): Promise<void> {
    const people = new People(access, urls, told);
    told(`letting ${clients + idle} people in`);
    const pairs = await people.pairs(clients / 2);
    const others = await people.idle(idle);
    told(`opening ${clients + idle} sockets`);
    await inParallel(pairs.length, OPENING, async (n) => {
      const { chatId, caller, callee } = pairs[n]!;
      this.#free.push({ chatId, caller: await this.#enter(caller), callee: await this.#enter(callee) });
    });
    await inParallel(others.length, OPENING, (n) => this.#enter(others[n]!));
  }

  /** Calls at the rate for so long, until the last one is over or has failed. */
  async run(callsPerSecond: number, seconds: number): Promise<void> {
    const start = performance.now();
    for (let looked = start;;) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      const now = performance.now();
      this.figures.ownDelays.push(Math.max(0, now - looked - TICK_MS));
      looked = now;
      const passed = Math.min(seconds, (now - start) / 1000);
      const due = Math.floor(passed * callsPerSecond);
      while (this.figures.begun < due) this.#begin();
      if (passed === seconds) break;
    }
    await Promise.all(this.#going);
  }

  /** How many calls are going on. */
  get going(): number {
    return this.#going.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await inParallel(this.#clients.length, OPENING, (n) => this.#clients[n]!.close());
  }

  #begin(): void {
    this.figures.begun++;
    const pair = this.#free.shift();
    // All are in calls: the server is slower than the rate, or there are too few.
    if (pair === undefined) return this.#fail("NOBODY_FREE");
    const call = this.#call(pair).finally(() => {
      this.#going.delete(call);
      this.#free.push(pair);
    });
    this.#going.add(call);
  }

  async #call({ chatId, caller, callee }: Pair): Promise<void> {
    if (!caller.isOpen || !callee.isOpen) return this.#fail("SOCKET_LOST");
    try {
      await makeCall({ caller, callee }, chatId, this.figures.latencies);
      this.figures.whole++;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#fail(error.code);
    }
  }

  #fail(code: string): void {
    this.figures.failed++;
    this.#count(code);
  }

  #count(code: string): void {
    this.figures.errors.set(code, (this.figures.errors.get(code) ?? 0) + 1);
  }

  async #enter(person: { readonly url: string; readonly token: string }): Promise<Client> {
    const client = new Client(person, (code) => this.#count(code));
    this.#clients.push(client);
    await client.opened;
    return client;
  }
}
