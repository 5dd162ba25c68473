/** What every call log does, over each that there is: a file, memory, and a real Redis. */

import assert from "node:assert/strict";
import { HAS_REDIS, Redis } from "../../tests/support/redis.ts";
import type { CallLog, LoggedCall } from "./call_log.ts";
import { MAX_IN_CHAT, MAX_MISSED } from "./call_log.ts";
import type { Log } from "../ops/log.ts";
import { RedisCallLog } from "./redis_log.ts";
import { IN_MEMORY, SqliteCallLog } from "./sqlite_log.ts";

const DAY_MS = 24 * 3600 * 1000;
/** Of one person and of all, in these logs. */
const LIMITS = { ofPerson: 400, inAll: 600 };
const START = Date.now();

/** Opens a log; a second one of the same place knows what the first one did, if it keeps that. */
interface Kind {
  readonly name: string;
  readonly ignore?: boolean;
  /** Whether another log, opened after it, has the same entries. */
  readonly keeps: boolean;
  open(place: string): CallLog;
}

const log: Log = (event) => assert.fail(event);
let redis: Redis;
const KINDS: readonly Kind[] = [
  { name: "file", keeps: true, open: (place) => new SqliteCallLog(`${place}/calls.db`, log, LIMITS) },
  { name: "memory", keeps: false, open: () => new SqliteCallLog(IN_MEMORY, log, LIMITS) },
  {
    name: "redis",
    ignore: !HAS_REDIS,
    keeps: true,
    open: () => new RedisCallLog({ url: redis.url, keepMs: 30 * DAY_MS, log }, LIMITS),
  },
];

if (HAS_REDIS) {
  Deno.test.beforeAll(async () => {
    redis = await Redis.start();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());
}

/** A call of Ann's to Bob, as Ann has it; the `n`th. */
function outgoing(n: number, more: Partial<LoggedCall> = {}): LoggedCall {
  return {
    chatId: "chat",
    callId: `call-${n}`,
    at: START + n,
    role: "caller",
    peer: { id: "bob", name: "Bob" },
    media: "video",
    durationMs: 61_000,
    outcome: "hangup",
    missed: null,
    ...more,
  };
}

/** One that Ann missed. */
const missed = (n: number, more: Partial<LoggedCall> = {}) =>
  outgoing(n, { role: "callee", durationMs: null, outcome: "timeout", missed: "timeout", ...more });

const mine = (...calls: LoggedCall[]) => calls.map((call) => ({ userId: "ann", call }));
const ids = (calls: readonly LoggedCall[]) => calls.map(({ callId }) => callId);

/** What is to hold, by name. `again` gives the log as a process that starts later finds it. */
type Scene = (log: CallLog, again: () => CallLog | null) => Promise<void>;

const SCENES: Record<string, Scene> = {
  "a call is there as it was told, newest first, for its person and chat": async (log) => {
    const unknown = outgoing(3, { peer: null, durationMs: null, outcome: "connection-lost", media: "audio" });
    await log.append(mine(outgoing(1), unknown));
    await log.append([{ userId: "bob", call: outgoing(1, { role: "callee", peer: { id: "ann", name: "Ann" } }) }]);
    await log.append(mine(outgoing(2), outgoing(4, { chatId: "other" })));
    assert.deepEqual(await log.calls("ann", "chat", 9), [unknown, outgoing(2), outgoing(1)]);
    assert.deepEqual(await log.calls("ann", "chat", 1), [unknown]);
    assert.equal((await log.calls("bob", "chat", 9))[0]!.peer!.name, "Ann");
    assert.deepEqual(await log.calls("cat", "chat", 9), []);
  },
  "a call that is told again is there once, and may have become longer": async (log) => {
    await log.append(mine(missed(1), outgoing(2)));
    await log.acknowledge("ann", "chat", "call-1");
    const again = { durationMs: 62_000, outcome: "connection-lost", peer: null } as const;
    await log.append(mine(missed(1), outgoing(2, again)));
    assert.deepEqual(await log.calls("ann", "chat", 9), [outgoing(2, { durationMs: 62_000 }), missed(1)]);
    assert.deepEqual(await log.missed("ann"), [], "what was seen to stays so");
  },
  "that a call is known better changes its length, and brings back none that was cleared": async (log) => {
    await log.append(mine(missed(1), outgoing(2), outgoing(3, { chatId: "other" })));
    await log.clear("ann", "other");
    const better = { durationMs: 62_000, outcome: "declined", peer: { id: "eve", name: "Eve" } } as const;
    await log.update(mine(outgoing(2, better), outgoing(3, { chatId: "other", ...better }), outgoing(4, better)));
    await log.update(mine(missed(1)));
    assert.deepEqual(await log.calls("ann", "chat", 9), [outgoing(2, { durationMs: 62_000 }), missed(1)]);
    assert.deepEqual(await log.calls("ann", "other", 9), []);
    assert.deepEqual(ids(await log.missed("ann")), ["call-1"]);
  },
  "missed calls stay until they are seen to, one with those before it of its caller and chat": async (log) => {
    await log.append(mine(missed(1), missed(2, { chatId: "other" }), missed(3), outgoing(4), missed(5)));
    assert.deepEqual(await log.missed("ann"), [missed(1), missed(2, { chatId: "other" }), missed(3), missed(5)]);
    const summaries = await log.summaries("ann", ["other", "nothing", "chat"]);
    assert.deepEqual([...summaries], [
      ["other", { last: missed(2, { chatId: "other" }), missed: 1 }],
      ["chat", { last: missed(5), missed: 3 }],
    ]);
    await log.acknowledge("ann", "chat", "call-3");
    assert.deepEqual(ids(await log.missed("ann")), ["call-2", "call-5"]);
    assert.equal((await log.summaries("ann", ["chat"])).get("chat")!.missed, 1);
    await log.acknowledge("ann", "chat", "no-such-call");
    await log.acknowledge("bob", "chat", "call-5");
    await log.acknowledge("ann", "other", "call-5");
    assert.deepEqual(ids(await log.missed("ann")), ["call-2", "call-5"]);
    await log.append(mine(missed(6, { peer: { id: "cat", name: "Cat" } })));
    await log.acknowledge("ann", "chat", "call-6");
    assert.deepEqual(ids(await log.missed("ann")), ["call-2", "call-5"]);
  },
  "clearing forgets one person's calls in one chat": async (log) => {
    await log.append([...mine(missed(1), missed(2, { chatId: "other" })), { userId: "bob", call: outgoing(1) }]);
    await log.clear("ann", "chat");
    assert.deepEqual(await log.calls("ann", "chat", 9), []);
    assert.deepEqual(ids(await log.missed("ann")), ["call-2"]);
    assert.equal((await log.calls("bob", "chat", 9)).length, 1);
  },
  "what is too old is forgotten": async (log) => {
    await log.append(mine(missed(1), missed(2), missed(3)));
    await log.expire(START + 2);
    assert.deepEqual(ids(await log.calls("ann", "chat", 9)), ["call-3", "call-2"]);
    assert.deepEqual(ids(await log.missed("ann")), ["call-2", "call-3"]);
  },
  "[R18] the newest are kept: of a person's calls in a chat, and of all": async (log) => {
    const many = Array.from({ length: MAX_IN_CHAT + 9 }, (_, n) => missed(n));
    await log.append(mine(...many));
    const kept = await log.calls("ann", "chat", 999);
    assert.deepEqual([kept.length, kept[0], kept.at(-1)], [MAX_IN_CHAT, many.at(-1), many[9]]);
    assert.deepEqual(await log.missed("ann"), many.slice(-MAX_MISSED));
    // Those beyond what may be are removed by the thousand, or at once.
    for (let chat = 0; chat < 20; chat++) {
      const chatId = `chat-${chat}`;
      await log.append(mine(...Array.from({ length: 100 }, (_, n) => outgoing(1000 + 100 * chat + n, { chatId }))));
    }
    assert.deepEqual(await log.calls("ann", "chat", 999), []);
    assert.deepEqual(await log.missed("ann"), []);
    assert.equal((await log.calls("ann", "chat-19", 999)).length, 100);
  },
  "[R18] who calls without end, in whatever chats, puts nobody else's calls out of the log": async (log) => {
    await log.append(mine(missed(1), outgoing(2)));
    for (let chat = 0; chat < 20; chat++) {
      const calls = Array.from({ length: 100 }, (_, n) => outgoing(100 + 100 * chat + n, { chatId: `chat-${chat}` }));
      await log.append(calls.map((call) => ({ userId: "eve", call })));
    }
    assert.deepEqual(await log.calls("ann", "chat", 9), [outgoing(2), missed(1)]);
    assert.deepEqual(await log.missed("ann"), [missed(1)]);
    const kept = await Promise.all(Array.from({ length: 20 }, (_, n) => log.calls("eve", `chat-${n}`, 999)));
    const expected = [...Array(16).fill(0), ...Array(4).fill(100)];
    assert.deepEqual(kept.map(({ length }) => length), expected);
  },
  "ids with everything that ids may have in them are told apart": async (log) => {
    const odd = "a:b {c}* 'd\" ж\\";
    await log.append([{ userId: odd, call: missed(1, { peer: { id: odd, name: odd } }) }]);
    assert.deepEqual(await log.missed(odd), [missed(1, { peer: { id: odd, name: odd } })]);
    assert.deepEqual(await log.missed("a"), []);
  },
  "what was told is there after a restart, where it is kept at all": async (log, again) => {
    await log.append(mine(missed(1), outgoing(2)));
    const later = again();
    if (later === null) return;
    assert.deepEqual(await later.calls("ann", "chat", 9), [outgoing(2), missed(1)]);
    assert.deepEqual(await later.missed("ann"), [missed(1)]);
    await later.close();
  },
};

for (const { name, ignore, keeps, open } of KINDS) {
  for (const [what, run] of Object.entries(SCENES)) {
    Deno.test({
      name: `call log: ${name}: ${what}`,
      ignore: ignore ?? false,
      async fn() {
        const place = await Deno.makeTempDir({ prefix: "zvonok-log-" });
        if (name === "redis") await redis.say("FLUSHALL");
        const log = open(place);
        try {
          await run(log, () => keeps ? open(place) : null);
        } finally {
          await log.close();
          await Deno.remove(place, { recursive: true });
        }
      },
    });
  }
}
