/** What every store of push subscriptions does, over each that there is: a file, memory, and a real Redis. */

import assert from "node:assert/strict";
import { HAS_REDIS, Redis } from "../../tests/support/redis.ts";
import { IN_MEMORY } from "../log/sqlite_log.ts";
import { RedisSubscriptions } from "./redis_subscriptions.ts";
import { SqliteSubscriptions } from "./sqlite_subscriptions.ts";
import { MAX_SUBSCRIPTIONS, type PushSubscriptions, type Subscription } from "./subscriptions.ts";

const DAY_MS = 24 * 3600 * 1000;
const START = Date.now();
/** Of all, in these stores. */
const MOST = 20;

interface Kind {
  readonly name: string;
  readonly ignore?: boolean;
  /** Whether another one, opened after it, knows the same. */
  readonly keeps: boolean;
  open(place: string): PushSubscriptions;
}

const log = (event: string) => assert.fail(event);
let redis: Redis;
const KINDS: readonly Kind[] = [
  { name: "file", keeps: true, open: (place) => new SqliteSubscriptions(`${place}/push.db`, log, MOST) },
  { name: "memory", keeps: false, open: () => new SqliteSubscriptions(IN_MEMORY, log, MOST) },
  {
    name: "redis",
    ignore: !HAS_REDIS,
    keeps: true,
    open: () => new RedisSubscriptions({ url: redis.url, keepMs: 30 * DAY_MS, log }, MOST),
  },
];

if (HAS_REDIS) {
  Deno.test.beforeAll(async () => {
    redis = await Redis.start();
  });
  Deno.test.afterAll(async () => await redis[Symbol.asyncDispose]());
}

/** The `n`th browser. */
const browser = (n: number, more: Partial<Subscription> = {}): Subscription => ({
  endpoint: `https://push.example/${n}?a=b'c"d`,
  p256dh: "key",
  auth: "secret",
  locale: "en",
  at: START + n,
  ...more,
});

const SCENES: Record<string, (kept: PushSubscriptions, again: () => PushSubscriptions | null) => Promise<void>> = {
  "what is kept is there, newest first, for its person": async (kept) => {
    await kept.keep("ann", browser(1));
    await kept.keep("ann", browser(2, { locale: "ru" }));
    await kept.keep("bob", browser(3));
    assert.deepEqual(await kept.of("ann"), [browser(2, { locale: "ru" }), browser(1)]);
    assert.deepEqual(await kept.of("bob"), [browser(3)]);
    assert.deepEqual(await kept.of("cat"), []);
  },
  "one that is told again is there once, as it was told last": async (kept) => {
    await kept.keep("ann", browser(1));
    await kept.keep("ann", browser(1, { auth: "new", at: START + 5 }));
    assert.deepEqual(await kept.of("ann"), [browser(1, { auth: "new", at: START + 5 })]);
  },
  "a browser is one person's": async (kept) => {
    await kept.keep("ann", browser(1));
    await kept.keep("bob", browser(1));
    assert.deepEqual(await kept.of("ann"), []);
    assert.deepEqual(await kept.of("bob"), [browser(1)]);
  },
  "one is forgotten by its person only, or all of theirs": async (kept) => {
    for (const n of [1, 2, 3]) await kept.keep("ann", browser(n));
    await kept.keep("bob", browser(4));
    await kept.remove("bob", browser(2).endpoint);
    assert.equal((await kept.of("ann")).length, 3);
    await kept.remove("ann", browser(2).endpoint);
    assert.deepEqual(await kept.of("ann"), [browser(3), browser(1)]);
    await kept.clear("ann");
    assert.deepEqual(await kept.of("ann"), []);
    assert.deepEqual(await kept.of("bob"), [browser(4)]);
  },
  "what nobody spoke of for long is forgotten": async (kept) => {
    for (const n of [1, 2, 3]) await kept.keep("ann", browser(n));
    await kept.expire(START + 2);
    assert.deepEqual(await kept.of("ann"), [browser(3), browser(2)]);
  },
  "[R18] the newest are kept: of one person, and of all": async (kept) => {
    for (let n = 1; n <= MAX_SUBSCRIPTIONS + 2; n++) await kept.keep("ann", browser(n));
    const ofAnn = await kept.of("ann");
    assert.deepEqual([ofAnn.length, ofAnn.at(-1)], [MAX_SUBSCRIPTIONS, browser(3)]);
    for (let n = 0; n < MOST - 3; n++) await kept.keep(`user-${n}`, browser(100 + n));
    assert.deepEqual(await kept.of("ann"), [browser(10), browser(9), browser(8)]);
    assert.equal((await kept.of(`user-${MOST - 4}`)).length, 1);
  },
  "what was kept is there after a restart, where it is kept at all": async (kept, again) => {
    await kept.keep("ann", browser(1));
    const later = again();
    if (later === null) return;
    assert.deepEqual(await later.of("ann"), [browser(1)]);
    await later.close();
  },
};

for (const { name, ignore, keeps, open } of KINDS) {
  for (const [what, run] of Object.entries(SCENES)) {
    Deno.test({
      name: `push subscriptions: ${name}: ${what}`,
      ignore: ignore ?? false,
      async fn() {
        const place = await Deno.makeTempDir({ prefix: "zvonok-push-" });
        if (name === "redis") await redis.say("FLUSHALL");
        const kept = open(place);
        try {
          await run(kept, () => keeps ? open(place) : null);
        } finally {
          await kept.close();
          await Deno.remove(place, { recursive: true });
        }
      },
    });
  }
}
