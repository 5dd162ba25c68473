/** Limits (rule R18): how much one device, user or address may ask for. */

import { rankOf } from "../shared/protocol/best_candidates.ts";
import type { Parsed } from "../shared/protocol/frames.ts";

/** `burst` at once, and `perSecond` on average. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const perMinute = (n: number): Rate => ({ burst: n, perSecond: n / 60 });

/** Messages of one device, candidates aside. */
const MESSAGES: Rate = { burst: 100, perSecond: 20 };
/** Candidates of one device: a laptop with Docker and VPN interfaces gathers up to 130 for a call, and again for each ICE restart. */
const CANDIDATES: Rate = { burst: 400, perSecond: 40 };
/** Of those, what is left to candidates of a higher rank (`rankOf`): relayed ones are the last to go. */
const RESERVED = [200, 100, 0] as const;
/** Calls started by one user. */
export const INITIATIONS: Rate = perMinute(20);
/** Calls told by push, of one user (R21). */
export const PUSHED_CALLS: Rate = perMinute(10);
/** State-changing HTTP requests from one address. */
export const HTTP_WRITES: Rate = perMinute(600);
/** New sockets from one address. */
export const sockets = perMinute;

/** Devices of one user that are connected at a time. */
export const MAX_DEVICES = 8;

/** How much sums of fractions may be wrong by, in ms. */
const ROUNDING_MS = 1e-6;

/** A token bucket. Times are monotonic, in ms. */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;
  /** When the token comes that nobody was told to wait for yet. */
  #promisedAt = 0;

  constructor(rate: Rate, now: number, tokens = rate.burst) {
    this.#rate = rate;
    this.#tokens = tokens;
    this.#at = now;
  }

  /** But for what was promised to those who repeat. */
  dump() {
    return { tokens: this.#tokens, at: this.#at };
  }

  /** Takes one token, and leaves `reserved` ones: 0, or how long to wait for one, in ms. */
  take(now: number, reserved = 0): number {
    this.#fill(now);
    if (this.#tokens >= 1 + reserved) {
      this.#tokens--;
      return 0;
    }
    return Math.ceil((1 + reserved - this.#tokens) * this.#tokenMs - ROUNDING_MS);
  }

  /** The same, for one who repeats what is refused: each is told to wait for a token of its own, and not all for the next one. */
  takeInTurn(now: number): number {
    const waitMs = this.take(now);
    if (waitMs === 0) return 0;
    // More than a bucket holds need not be waited for.
    const at = Math.min(Math.max(now + waitMs, this.#promisedAt), now + this.#rate.burst * this.#tokenMs);
    this.#promisedAt = at + this.#tokenMs;
    return Math.ceil(at - now - ROUNDING_MS);
  }

  /** Takes tokens that were given elsewhere, be they there or not. */
  charge(now: number, count: number): void {
    this.#fill(now);
    this.#tokens -= count;
  }

  /** As good as new: nothing is lost by forgetting it. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#rate.burst;
  }

  get #tokenMs(): number {
    return 1000 / this.#rate.perSecond;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (now - this.#at) / 1000 * this.#rate.perSecond);
    this.#at = now;
  }
}

/** A bucket for each key, such as a user or an address; those that are full again are forgotten. */
export class Buckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = 1_000;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Takes one of the key's tokens: 0, or how long to wait for one, in ms. */
  take(key: string, now: number): number {
    return this.#bucket(key, now).take(now);
  }

  /** Takes tokens of the key that were given elsewhere, be they there or not. */
  charge(key: string, now: number, count: number): void {
    this.#bucket(key, now).charge(now, count);
  }

  #bucket(key: string, now: number): Bucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#sweep(now);
      this.#buckets.set(key, bucket = new Bucket(this.#rate, now));
    }
    return bucket;
  }

  dump() {
    return {
      sweepAt: this.#sweepAt,
      buckets: Array.from(this.#buckets, ([key, bucket]) => [key, bucket.dump()] as const),
    };
  }

  restore({ sweepAt, buckets }: ReturnType<Buckets["dump"]>): void {
    this.#sweepAt = sweepAt;
    for (const [key, { tokens, at }] of buckets) this.#buckets.set(key, new Bucket(this.#rate, at, tokens));
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Whenever there are twice as many as after the last time, so that it costs nothing on average. */
  #sweep(now: number): void {
    if (this.#buckets.size < this.#sweepAt) return;
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    this.#sweepAt = Math.max(1_000, this.#buckets.size * 2);
  }
}

/** What becomes of a message by its device's rates. */
export type Admission =
  /** `isExcess`: it is over the rate all the same. */
  | { readonly do: "serve"; readonly isExcess: boolean }
  /** A candidate too many: the call goes on without it. */
  | { readonly do: "drop" }
  | { readonly do: "refuse"; readonly retryAfterMs: number };

/** The rates of one device: they outlive its socket with it, so that reconnecting gains nothing. */
export class DeviceRates {
  readonly #messages: Bucket;
  readonly #candidates: Bucket;

  constructor(now: number) {
    this.#messages = new Bucket(MESSAGES, now);
    this.#candidates = new Bucket(CANDIDATES, now);
  }

  /** Counts what was parsed. The end of candidates is a message like others, and so is what is none. */
  admit(parsed: Parsed, now: number): Admission {
    const message = parsed.ok ? parsed.message : undefined;
    const candidate = message?.type === "call:ice-candidate" ? message.candidate : null;
    // R17: `null` is a candidate that is left out.
    if (message === null || candidate?.candidate) {
      // Of what rank it is is of interest only where not all may have one.
      const hasPlace = this.#candidates.take(now, RESERVED[0]) === 0 ||
        candidate !== null && this.#candidates.take(now, RESERVED[rankOf(candidate)]) === 0;
      return hasPlace ? { do: "serve", isExcess: false } : { do: "drop" };
    }
    const retryAfterMs = this.#messages.takeInTurn(now);
    if (retryAfterMs === 0) return { do: "serve", isExcess: false };
    // What ends a call does no harm twice, and its loss would leave somebody in the call.
    const isEnd = message?.type === "call:end" || message?.type === "call:reject";
    return isEnd ? { do: "serve", isExcess: true } : { do: "refuse", retryAfterMs };
  }
}

/** Judges by what comes too fast over one socket when that is not worth keeping. */
export class FloodGate {
  #excess = 0;
  #since = 0;

  /** One more message was over its rate. True where it is a flood. */
  count(now: number): boolean {
    if (now - this.#since > FLOOD_MS) {
      this.#since = now;
      this.#excess = 0;
    }
    return ++this.#excess >= FLOOD_MESSAGES;
  }
}

const FLOOD_MESSAGES = 1_000;
const FLOOD_MS = 10_000;
