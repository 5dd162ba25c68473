/** What an address may ask for (R18): counted at once by this process, and by what the others say they gave it. */

import { createHmac } from "node:crypto";
import { Buckets, HTTP_WRITES, sockets } from "./limits.ts";

/** What is counted. */
export type Counted = "sockets" | "writes";

/** What a process gave away: what was counted with the key of an address, and how often. */
export type Spent = readonly (readonly [what: string, count: number])[];

/** Addresses told of at a time; of more, the rest is known to this process only. */
const MAX_TOLD = 1_000;

/** What waits for longer to be told of, in ms, is forgotten: the store was away, and the address has been given as much anew by now. */
const STALE_MS = 3_000;

export interface AddressRatesOptions {
  readonly socketsPerMinute: number;
  /** What all processes hash addresses with, so that none is told of in clear; `null`: there is one process. */
  readonly secret: string | null;
  /** Monotonic time in ms. */
  now(): number;
}

export class AddressRates {
  readonly #options: AddressRatesOptions;
  readonly #buckets: Readonly<Record<Counted, Buckets>>;
  /** What the others do not know of yet. */
  readonly #untold = new Map<string, number>();
  #untoldSince = 0;

  constructor(options: AddressRatesOptions) {
    this.#options = options;
    this.#buckets = { sockets: new Buckets(sockets(options.socketsPerMinute)), writes: new Buckets(HTTP_WRITES) };
  }

  /** Takes one of an address's tokens: 0, or how long to wait for one, in ms. */
  take(what: Counted, address: string): number {
    const { secret, now } = this.#options;
    if (secret === null) return this.#buckets[what].take(address, now());
    const key = createHmac("sha256", `zvonok address\n${secret}`).update(address).digest("base64url").slice(0, 16);
    const waitMs = this.#buckets[what].take(key, now());
    if (waitMs === 0) this.#note(`${what} ${key}`);
    return waitMs;
  }

  /** What this process gave away since it was last asked. */
  untold(): Spent {
    this.#forgetStale();
    const spent = [...this.#untold];
    this.#untold.clear();
    return spent;
  }

  /** Another process gave this away. So a bucket may be in debt: the rate holds on average, also where all gave at once. */
  charge(spent: Spent): void {
    for (const [told, count] of spent) {
      const [what, key] = told.split(" ") as [Counted, string];
      this.#buckets[what]?.charge(key, this.#options.now(), count);
    }
  }

  #note(told: string): void {
    this.#forgetStale();
    if (this.#untold.size === 0) this.#untoldSince = this.#options.now();
    const count = this.#untold.get(told) ?? 0;
    if (count > 0 || this.#untold.size < MAX_TOLD) this.#untold.set(told, count + 1);
  }

  #forgetStale(): void {
    if (this.#options.now() - this.#untoldSince > STALE_MS) this.#untold.clear();
  }
}
