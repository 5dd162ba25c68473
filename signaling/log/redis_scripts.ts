/**
 * The scripts (Lua) by which the store changes the call log, each in one atomic step. Its keys, behind a prefix: `of:` a person's calls in
 * a chat as JSON by id, `order:` their ids by time, `person:` all of a person's and `unseen:` those that
 * they missed by time, `all`: all entries by time. Person and chat,
 * and chat and call, have a line break between them, which no id has. The prefix is the first of `ARGV` everywhere.
 */

const KEYS = `local p = ARGV[1]
local function keys(user, chat) return p .. 'of:' .. user .. '\\n' .. chat, p .. 'order:' .. user .. '\\n' .. chat, p .. 'unseen:' .. user, p .. 'person:' .. user end
local function remove(user, chat, call)
  local of, order, unseen, person = keys(user, chat)
  redis.call('HDEL', of, call)
  redis.call('ZREM', order, call)
  redis.call('ZREM', unseen, chat .. '\\n' .. call)
  redis.call('ZREM', person, chat .. '\\n' .. call)
  redis.call('ZREM', p .. 'all', user .. '\\n' .. chat .. '\\n' .. call)
end
local function removeAll(members)
  for _, member in ipairs(members) do remove(string.match(member, '^(.-)\\n(.-)\\n(.*)$')) end
end
`;

const UPDATE_ONE = `local function update(of, call, duration)
  local text = redis.call('HGET', of, call)
  if not text then return end
  local known = cjson.decode(text)
  known.durationMs = duration
  redis.call('HSET', of, call, cjson.encode(known))
end
`;

/** ARGV: the most in a chat, of a person and in all, how long they are kept in ms; user, chat, call, time, whether it is to be seen to, JSON. */
export const APPEND = `${KEYS}${UPDATE_ONE}
local user, chat, call, at = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local of, order, unseen, person = keys(user, chat)
if redis.call('HGET', of, call) then update(of, call, cjson.decode(ARGV[11]).durationMs)
else
  redis.call('HSET', of, call, ARGV[11])
  redis.call('ZADD', order, at, call)
  redis.call('ZADD', p .. 'all', at, user .. '\\n' .. chat .. '\\n' .. call)
  redis.call('ZADD', person, at, chat .. '\\n' .. call)
  if ARGV[10] == '1' then redis.call('ZADD', unseen, at, chat .. '\\n' .. call) end
  for _, old in ipairs(redis.call('ZRANGE', order, 0, -1 - ARGV[2])) do remove(user, chat, old) end
  for _, old in ipairs(redis.call('ZRANGE', person, 0, -1 - ARGV[3])) do remove(user, string.match(old, '^(.-)\\n(.*)$')) end
  local more = redis.call('ZCARD', p .. 'all') - ARGV[4]
  if more > 0 then removeAll(redis.call('ZRANGE', p .. 'all', 0, more - 1)) end
end
for _, key in ipairs({ of, order, unseen, person, p .. 'all' }) do redis.call('PEXPIRE', key, ARGV[5]) end
`;

/** ARGV: user, chat, call, how long it was in ms, or `null`. */
export const UPDATE = `${KEYS}${UPDATE_ONE}
local of = keys(ARGV[2], ARGV[3])
update(of, ARGV[4], tonumber(ARGV[5]) or cjson.null)
`;

/** ARGV: user, chat, call. */
export const ACKNOWLEDGE = `${KEYS}
local of, order, unseen = keys(ARGV[2], ARGV[3])
local function read(call)
  local text = redis.call('HGET', of, call)
  return text and cjson.decode(text)
end
local seen = read(ARGV[4])
if not seen then return end
for _, word in ipairs(redis.call('ZRANGE', unseen, 0, -1)) do
  local chat, id = string.match(word, '^(.-)\\n(.*)$')
  local call = chat == ARGV[3] and read(id)
  if call and call.at <= seen.at and call.peer.id == seen.peer.id then redis.call('ZREM', unseen, word) end
end
`;

/** ARGV: user, chat. */
export const CLEAR = `${KEYS}
local of, order = keys(ARGV[2], ARGV[3])
for _, call in ipairs(redis.call('ZRANGE', order, 0, -1)) do remove(ARGV[2], ARGV[3], call) end
redis.call('DEL', of)
`;

/** ARGV: up to which time, how many at most. Gives how many there were. */
export const EXPIRE = `${KEYS}
local old = redis.call('ZRANGE', p .. 'all', '-inf', '(' .. ARGV[2], 'BYSCORE', 'LIMIT', 0, ARGV[3])
removeAll(old)
return #old
`;
