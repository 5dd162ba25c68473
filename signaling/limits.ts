/** Limits (rule R18): how much one device, user or address may ask for. */

/** `burst` at once, and `perSecond` on average. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const perMinute = (n: number): Rate => ({ burst: n, perSecond: n / 60 });

/** Messages of one device. */
export const MESSAGES: Rate = { burst: 100, perSecond: 20 };
/** Calls started by one user. */
export const INITIATIONS: Rate = perMinute(20);
/** State-changing HTTP requests from one address. */
export const HTTP_WRITES: Rate = perMinute(600);
/** New sockets from one address. */
export const sockets = perMinute;

/** Devices of one user that are connected at a time. */
export const MAX_DEVICES = 8;

/** What adding fractions up may be wrong by. */
const ROUNDING_MS = 1e-6;

/** A token bucket. Times are monotonic, in ms. */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes one token: 0, or how long to wait for one, in ms. */
  take(now: number): number {
    this.#fill(now);
    if (this.#tokens >= 1) {
      this.#tokens--;
      return 0;
    }
    return Math.ceil((1 - this.#tokens) / this.#rate.perSecond * 1000 - ROUNDING_MS);
  }

  /** As good as new: nothing is lost by forgetting it. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#rate.burst;
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
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#sweep(now);
      this.#buckets.set(key, bucket = new Bucket(this.#rate, now));
    }
    return bucket.take(now);
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

/**
 * Judges what comes over one socket: when a flood is not worth an answer, and when the socket is not worth keeping.
 */
export class FloodGate {
  #refused = 0;
  #since = 0;

  /** A message was refused for coming too fast: `answer` it, stay `silent` (19 of 20), or `close` the socket. */
  refuse(now: number): "answer" | "silent" | "close" {
    if (now - this.#since > FLOOD_MS) {
      this.#since = now;
      this.#refused = 0;
    }
    this.#refused++;
    if (this.#refused >= FLOOD_REFUSALS) return "close";
    return this.#refused % 20 === 1 ? "answer" : "silent";
  }
}

const FLOOD_REFUSALS = 1_000;
const FLOOD_MS = 10_000;

/**
 * The client's address: of the connection, or, behind `proxies` trusted ones, what the outermost of them wrote into
 * `X-Forwarded-For`. IPv6 by its /64, which is what one customer has.
 */
export function addressOf(headers: Headers, info: Deno.ServeHandlerInfo | undefined, proxies: number): string {
  const connection = info?.remoteAddr && "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "unknown";
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim()).filter(Boolean);
  const address = proxies === 0 ? connection : forwarded.at(-proxies) ?? connection;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped ? mapped[1]! : address.includes(":") ? network64(address) : address;
}

function network64(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::");
  const groups = head.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
  const whole = [...groups, ...Array(Math.max(0, zeros)).fill("0"), ...(tail ?? "").split(":").filter(Boolean)];
  return whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":") + "::/64";
}
