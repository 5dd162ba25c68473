/** The push subscriptions of several processes, in the store that they share. */

import { explain, StoreError, within } from "../engine/redis/store.ts";
import { connect } from "../log/redis_log.ts";
import type { Log } from "../ops/log.ts";
import { MAX_IN_ALL, MAX_SUBSCRIPTIONS, type PushSubscriptions, type Subscription } from "./subscriptions.ts";

/** How long the store may take for anything, in ms. */
const ANSWER_MS = 2_000;

/** All keys begin so; the braces keep them in one slot of a cluster. */
const PREFIX = "zvonok:{push}:";

/**
 * The keys, behind the prefix, which is the first of `ARGV` everywhere: `of:` a person's subscriptions as JSON by endpoint, `owner` whose
 * an endpoint is, `all` the endpoints by time.
 */
const KEYS = `local p = ARGV[1]
local function remove(endpoint)
  local user = redis.call('HGET', p .. 'owner', endpoint)
  if user then redis.call('HDEL', p .. 'of:' .. user, endpoint) end
  redis.call('HDEL', p .. 'owner', endpoint)
  redis.call('ZREM', p .. 'all', endpoint)
end
`;

/** ARGV: user, endpoint, time, JSON, the most of one person and in all, how long they are kept in ms. */
const KEEP = `${KEYS}
local of = p .. 'of:' .. ARGV[2]
remove(ARGV[3])
redis.call('HSET', of, ARGV[3], ARGV[5])
redis.call('HSET', p .. 'owner', ARGV[3], ARGV[2])
redis.call('ZADD', p .. 'all', ARGV[4], ARGV[3])
while redis.call('HLEN', of) > tonumber(ARGV[6]) do
  local oldest, least
  for _, endpoint in ipairs(redis.call('HKEYS', of)) do
    local at = tonumber(redis.call('ZSCORE', p .. 'all', endpoint) or 0)
    if not least or at < least then oldest, least = endpoint, at end
  end
  redis.call('HDEL', of, oldest)
  remove(oldest)
end
local more = redis.call('ZCARD', p .. 'all') - ARGV[7]
if more > 0 then for _, endpoint in ipairs(redis.call('ZRANGE', p .. 'all', 0, more - 1)) do remove(endpoint) end end
for _, key in ipairs({ of, p .. 'owner', p .. 'all' }) do redis.call('PEXPIRE', key, ARGV[8]) end
`;

/** ARGV: user, endpoint. */
const REMOVE = `${KEYS}
if redis.call('HGET', p .. 'owner', ARGV[3]) == ARGV[2] then remove(ARGV[3]) end
`;

/** ARGV: user. */
const CLEAR = `${KEYS}
for _, endpoint in ipairs(redis.call('HKEYS', p .. 'of:' .. ARGV[2])) do remove(endpoint) end
`;

/** ARGV: up to which time. */
const EXPIRE = `${KEYS}
for _, endpoint in ipairs(redis.call('ZRANGE', p .. 'all', '-inf', '(' .. ARGV[2], 'BYSCORE')) do remove(endpoint) end
`;

export interface RedisSubscriptionsOptions {
  readonly url: string;
  /** How long one that nobody speaks of is kept, in ms. */
  readonly keepMs: number;
  readonly log: Log;
}

export class RedisSubscriptions implements PushSubscriptions {
  readonly #options: RedisSubscriptionsOptions;
  readonly #maxInAll: number;
  readonly #client: ReturnType<typeof connect>;
  #trouble = "";
  #isClosed = false;

  constructor(options: RedisSubscriptionsOptions, maxInAll = MAX_IN_ALL) {
    this.#options = options;
    this.#maxInAll = maxInAll;
    this.#client = connect(options.url);
  }

  async keep(userId: string, subscription: Subscription): Promise<void> {
    const limits = [MAX_SUBSCRIPTIONS, this.#maxInAll, Math.ceil(this.#options.keepMs)].map(String);
    const { endpoint, at } = subscription;
    await this.#run(KEEP, userId, endpoint, String(at), JSON.stringify(subscription), ...limits);
  }

  async of(userId: string): Promise<Subscription[]> {
    const found = await this.#ask("HVALS", `${PREFIX}of:${userId}`) as string[] | null ?? [];
    const since = Date.now() - this.#options.keepMs;
    return found.map((text) => JSON.parse(text) as Subscription)
      .filter(({ at }) => at >= since).sort((a, b) => b.at - a.at);
  }

  async remove(userId: string, endpoint: string): Promise<void> {
    await this.#run(REMOVE, userId, endpoint);
  }

  async clear(userId: string): Promise<void> {
    await this.#run(CLEAR, userId);
  }

  async expire(before: number): Promise<void> {
    await this.#run(EXPIRE, String(before));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client.catch(() => null);
    if (client?.isOpen) client.destroy();
  }

  #run(script: string, ...words: string[]): Promise<unknown> {
    return this.#ask("EVAL", script, "0", PREFIX, ...words);
  }

  /** `null` where it cannot be had. Why is told once, until something works again; that the store is away the engine tells. */
  async #ask(...words: string[]): Promise<unknown> {
    try {
      const answer = await within(ANSWER_MS, this.#client.then((client) => client.sendCommand(words)));
      this.#trouble = "";
      return answer;
    } catch (error) {
      const isReady = await this.#client.then((client) => client.isReady, () => true);
      const why = this.#isClosed || error instanceof StoreError || !isReady ? "" : explain(error);
      if (why !== "" && why !== this.#trouble) this.#options.log("push-subscriptions-failed", { why });
      this.#trouble = why;
      return null;
    }
  }
}
