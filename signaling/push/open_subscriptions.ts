/** Where a server keeps push subscriptions: beside its call log, and for as long. */

import { type CallLogOptions, DAY_MS, expiring, openFile } from "../log/open_log.ts";
import type { Log } from "../ops/log.ts";
import { RedisSubscriptions } from "./redis_subscriptions.ts";
import { SqliteSubscriptions } from "./sqlite_subscriptions.ts";
import type { PushSubscriptions } from "./subscriptions.ts";

/** Opens them, and forgets those that nobody speaks of, now and then. */
export function openSubscriptions(
  { dataDir, redisUrl, callLogDays }: CallLogOptions,
  log: Log,
): PushSubscriptions {
  const keepMs = callLogDays * DAY_MS;
  if (redisUrl !== null) {
    return expiring<PushSubscriptions>(new RedisSubscriptions({ url: redisUrl, keepMs, log }), keepMs);
  }
  const open = (path: string) => new SqliteSubscriptions(path, log);
  const onRefused = (why: string) => log("push-subscriptions-in-memory", { why });
  return expiring<PushSubscriptions>(openFile(dataDir, "push.db", open, onRefused), keepMs);
}
