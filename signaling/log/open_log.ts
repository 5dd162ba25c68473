/** Which call log a server keeps: that of the store which processes share, a file, or, where nothing can be written, memory. */

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

/** Opens the log, and forgets what is too old, now and then. `say` takes a line for whoever runs the server. */
export function openCallLog(options: CallLogOptions, say: (line: string) => void): CallLog {
  const { dataDir, redisUrl, callLogDays } = options;
  const keepMs = callLogDays * DAY_MS;
  const log = redisUrl === null ? openFile(dataDir, say) : new RedisCallLog({ url: redisUrl, keepMs, say });
  const expire = () => log.expire(Date.now() - keepMs);
  expire();
  const timer = setInterval(expire, EXPIRE_MS);
  Deno.unrefTimer(timer);
  const close = log.close.bind(log);
  return Object.assign(log, {
    close() {
      clearInterval(timer);
      return close();
    },
  });
}

function openFile(dataDir: string, say: (line: string) => void): CallLog {
  if (dataDir === IN_MEMORY) return new SqliteCallLog(IN_MEMORY, say);
  try {
    // Who called whom is nobody's business but the server's.
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return new SqliteCallLog(`${dataDir}/calls.db`, say);
  } catch (error) {
    say(`DATA_DIR: the call log is kept in memory, and ends with this process: ${(error as Error).message}`);
    return new SqliteCallLog(IN_MEMORY, say);
  }
}
