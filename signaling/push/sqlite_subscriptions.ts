/** The push subscriptions of one process, in SQLite: a file in `DATA_DIR`, or memory. */

import { DatabaseSync } from "node:sqlite";
import type { Log } from "../ops/log.ts";
import { Attempts } from "../log/attempts.ts";
import { MAX_IN_ALL, MAX_SUBSCRIPTIONS, type PushSubscriptions, type Subscription } from "./subscriptions.ts";

/** Of the table below. A file of another one is not touched. */
const SCHEMA = 1;

const SETUP = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 2000;
  CREATE TABLE IF NOT EXISTS subscriptions (
    endpoint TEXT PRIMARY KEY, user TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, locale TEXT NOT NULL, at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS of_user ON subscriptions (user, at);
  CREATE INDEX IF NOT EXISTS by_time ON subscriptions (at);
  PRAGMA user_version = ${SCHEMA};
`;

export class SqliteSubscriptions implements PushSubscriptions {
  readonly #db: DatabaseSync;
  readonly #attempts: Attempts;
  readonly #statements;

  /**
   * `path`: a file in a folder that is there, or `:memory:`.
   * @throws where it cannot be opened or written.
   */
  constructor(path: string, log: Log, maxInAll = MAX_IN_ALL) {
    this.#attempts = new Attempts((why) => log("push-subscriptions-failed", { why }));
    this.#db = new DatabaseSync(path);
    const [version] = Object.values(this.#db.prepare("PRAGMA user_version").get()!) as number[];
    if (version !== 0 && version !== SCHEMA) throw new Error(`it has version ${version}, and ${SCHEMA} is expected`);
    this.#db.exec(SETUP);
    const prepare = (sql: string) => this.#db.prepare(sql);
    this.#statements = {
      keep: prepare("INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?, ?, ?)"),
      trim: prepare(
        `DELETE FROM subscriptions WHERE endpoint IN (
           SELECT endpoint FROM subscriptions WHERE user = ? ORDER BY at DESC LIMIT -1 OFFSET ${MAX_SUBSCRIPTIONS})`,
      ),
      trimAll: prepare(
        `DELETE FROM subscriptions WHERE endpoint IN (
           SELECT endpoint FROM subscriptions ORDER BY at DESC LIMIT -1 OFFSET ${maxInAll})`,
      ),
      of: prepare("SELECT endpoint, p256dh, auth, locale, at FROM subscriptions WHERE user = ? ORDER BY at DESC"),
      remove: prepare("DELETE FROM subscriptions WHERE user = ? AND endpoint = ?"),
      clear: prepare("DELETE FROM subscriptions WHERE user = ?"),
      expire: prepare("DELETE FROM subscriptions WHERE at < ?"),
    };
  }

  keep(userId: string, { endpoint, p256dh, auth, locale, at }: Subscription): void {
    this.#attempts.try(undefined, () => {
      this.#statements.keep.run(endpoint, userId, p256dh, auth, locale, Math.floor(at));
      this.#statements.trim.run(userId);
      this.#statements.trimAll.run();
    });
  }

  of(userId: string): Subscription[] {
    return this.#attempts.try(
      [],
      () => (this.#statements.of.all(userId) as unknown as Subscription[]).map((row) => ({ ...row })),
    );
  }

  remove(userId: string, endpoint: string): void {
    this.#attempts.try(undefined, () => void this.#statements.remove.run(userId, endpoint));
  }

  clear(userId: string): void {
    this.#attempts.try(undefined, () => void this.#statements.clear.run(userId));
  }

  expire(before: number): void {
    this.#attempts.try(undefined, () => void this.#statements.expire.run(before));
  }

  close(): void {
    this.#attempts.try(undefined, () => this.#db.close());
    this.#attempts.close();
  }
}
