/** Which call log a server keeps: that of the store which processes share, a file, or, where nothing can be written, memory. */

import type { Answer } from "../engine/engine.ts";
import type { Log } from "../ops/log.ts";
import type { CallLog } from "./call_log.ts";
import { RedisCallLog } from "./redis_log.ts";
import { IN_MEMORY, SqliteCallLog } from "./sqlite_log.ts";

export const DAY_MS = 24 * 3600 * 1000;
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
export function openCallLog({ dataDir, redisUrl, callLogDays }: CallLogOptions, log: Log): CallLog {
  const keepMs = callLogDays * DAY_MS;
  if (redisUrl !== null) return expiring<CallLog>(new RedisCallLog({ url: redisUrl, keepMs, log }), keepMs);
  const open = (path: string) => new SqliteCallLog(path, log);
  return expiring<CallLog>(openFile(dataDir, "calls.db", open, (why) => log("call-log-in-memory", { why })), keepMs);
}

/** Something that is kept for so long. */
interface Expiring {
  /** Forgets what is of before a time, in ms since 1970. */
  expire(before: number): unknown;
  close(): Answer<void>;
}

/** Has what is too old forgotten, now and then, until it is closed. */
export function expiring<Kept extends Expiring>(kept: Kept, keepMs: number): Kept {
  const expire = () => kept.expire(Date.now() - keepMs);
  expire();
  const timer = setInterval(expire, EXPIRE_MS);
  Deno.unrefTimer(timer);
  const close = kept.close.bind(kept);
  return Object.assign(kept, {
    close() {
      clearInterval(timer);
      return close();
    },
  });
}

/** Opens a file in `DATA_DIR`; or memory, and tells why, where that is not to be had. */
export function openFile<Kept>(
  dataDir: string,
  name: string,
  open: (path: string) => Kept,
  onRefused: (why: string) => void,
): Kept {
  if (dataDir === IN_MEMORY) return open(IN_MEMORY);
  try {
    // Who called whom is nobody's business but the server's.
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return open(`${dataDir}/${name}`);
  } catch (error) {
    onRefused(whyNotWritten(dataDir, error));
    return open(IN_MEMORY);
  }
}

/** Deno's own words, with what the task that starts the server says of it: that it may write in the default folder only. */
function whyNotWritten(dataDir: string, error: unknown): string {
  if (!(error instanceof Deno.errors.NotCapable)) return (error as Error).message;
  return `this process may not write in ${dataDir}: start it with --allow-write=${dataDir} (docs/configuration.md)`;
}
