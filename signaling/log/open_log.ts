/** Which call log a server keeps: that of the store which processes share, a file, or, where nothing can be written, memory. */

import type { Log } from "../ops/log.ts";
import type { CallLog } from "./call_log.ts";
import { RedisCallLog } from "./redis_log.ts";
import { IN_MEMORY, SqliteCallLog } from "./sqlite_log.ts";

const DAY_MS = 24 * 3600 * 1000;
/** How often entries are looked for that are too old, in ms. */
const EXPIRE_MS = 3600 * 1000;

/** Where it is kept, and for how long. */
export interface CallLogOptions {
  /** A folder, made where it is not there; or `IN_MEMORY`. */
  readonly dataDir: string;
  readonly redisUrl: string | null;
  readonly callLogDays: number;
}

/** Opens the log, and forgets what is too old, now and then. */
export function openCallLog(options: CallLogOptions, log: Log): CallLog {
  const { dataDir, redisUrl, callLogDays } = options;
  const keepMs = callLogDays * DAY_MS;
  const calls = redisUrl === null ? openFile(dataDir, log) : new RedisCallLog({ url: redisUrl, keepMs, log });
  const expire = () => calls.expire(Date.now() - keepMs);
  expire();
  const timer = setInterval(expire, EXPIRE_MS);
  Deno.unrefTimer(timer);
  const close = calls.close.bind(calls);
  return Object.assign(calls, {
    close() {
      clearInterval(timer);
      return close();
    },
  });
}

function openFile(dataDir: string, log: Log): CallLog {
  if (dataDir === IN_MEMORY) return new SqliteCallLog(IN_MEMORY, log);
  try {
    // Who called whom is nobody's business but the server's.
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return new SqliteCallLog(`${dataDir}/calls.db`, log);
  } catch (error) {
    log("call-log-in-memory", { why: whyNotWritten(dataDir, error) });
    return new SqliteCallLog(IN_MEMORY, log);
  }
}

/** Deno's own words, with what the task that starts the server says of it: that it may write in the default folder only. */
function whyNotWritten(dataDir: string, error: unknown): string {
  if (!(error instanceof Deno.errors.NotCapable)) return (error as Error).message;
  return `this process may not write in ${dataDir}: start it with --allow-write=${dataDir} (docs/configuration.md)`;
}
