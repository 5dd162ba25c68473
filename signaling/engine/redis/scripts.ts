/** The scripts (Lua) that the store runs: each is one atomic step of it. */

/** The time of the store, as both scripts read it. */
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Joins an epoch of the log, or begins a new one: where there is none, where the store was started anew since (what it knows may be
 * older than what the processes know), and where nobody is left who could say what came before, but for one who was there. Who was heard
 * shortly before the last entry may be left: where all were silent since, it was the store that was away. To ask them is an entry too.
 * KEYS: meta, log, nodes. ARGV: the store's run id, a new epoch, the node, the epoch that it was in, lease and TTL in ms.
 * Gives the epoch, whether it is new, when it began, and the time.
 */
export const JOIN = `${NOW}
local known = redis.call('HMGET', KEYS[1], 'epoch', 'run', 'startedAt')
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local at = last and tonumber(string.match(last[1], '^%d+')) or now
local alive = redis.call('ZCOUNT', KEYS[3], at - ARGV[5], '+inf')
if known[1] and known[2] == ARGV[1] and (alive > 0 or known[1] == ARGV[4]) then
  return {known[1], 0, tonumber(known[3]), now}
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'run', ARGV[1], 'startedAt', now, 'seq', 0)
redis.call('ZADD', KEYS[3], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
return {ARGV[2], 1, now, now}
`;

/**
 * Appends one batch to the log of an epoch, unless that is over, or the batch comes too late to be wanted still.
 * KEYS: meta, log, nodes. ARGV: epoch, node, whether it lives ('1': it holds all that the log says), latest time, batch, how long
 * entries are kept, TTL. Gives the time.
 */
export const APPEND = `${NOW}
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return redis.error_reply('EPOCH is over') end
if now > tonumber(ARGV[4]) then return redis.error_reply('LATE') end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], 'MINID', '=', now - ARGV[6], '*', 's', seq, 'b', ARGV[5])
if ARGV[3] == '1' then redis.call('ZADD', KEYS[3], now, ARGV[2])
else redis.call('ZREM', KEYS[3], ARGV[2]) end
for n = 1, 3 do redis.call('PEXPIRE', KEYS[n], ARGV[7]) end
return now
`;

/** Gives what a key has, once. KEYS: the key. */
export const TAKE = `local text = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return text
`;
