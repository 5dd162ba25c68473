/** The call log of one process, in SQLite: a file in `DATA_DIR`, or memory. What is written there is written before `append` returns. */

import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Log } from "../ops/log.ts";
import { Attempts } from "./attempts.ts";
import {
  type CallLog,
  LIMITS,
  type LogEntry,
  type LoggedCall,
  type LogLimits,
  MAX_IN_CHAT,
  MAX_MISSED,
} from "./call_log.ts";

/** Where a log is kept that ends with the process. */
export const IN_MEMORY = ":memory:";

/** Of the table below. A file of another one is not touched. */
const SCHEMA = 1;

/**
 * With WAL and `synchronous = NORMAL` every committed entry is in the system's hands: a process that is killed loses none. A machine that
 * loses its power may lose the last ones, and never more than those; each entry of `FULL` would wait for the disk, so the calls for it.
 */
const SETUP = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS calls (
    user TEXT NOT NULL, chat TEXT NOT NULL, at INTEGER NOT NULL, call TEXT NOT NULL, role TEXT NOT NULL, peer TEXT, name TEXT,
    media TEXT NOT NULL, duration INTEGER, outcome TEXT NOT NULL, missed TEXT, unseen INTEGER NOT NULL,
    PRIMARY KEY (user, chat, at, call)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_time ON calls (at);
  CREATE INDEX IF NOT EXISTS by_person ON calls (user, at);
  CREATE INDEX IF NOT EXISTS unseen ON calls (user, at) WHERE unseen = 1;
  PRAGMA user_version = ${SCHEMA};
`;

/** How long somebody else, who looks into the file, may have it for themselves, in ms. */
const BUSY_MS = 2_000;

/** How many more than may be are removed at once, so that counting them costs little. */
const SPARE = 1_000;

type Row = Record<"call" | "chat" | "role" | "media" | "outcome", string> & {
  readonly at: number;
  readonly peer: string | null;
  readonly name: string | null;
  readonly duration: number | null;
  readonly missed: string | null;
};

export class SqliteCallLog implements CallLog {
  readonly #db: DatabaseSync;
  readonly #attempts: Attempts;
  readonly #limits: LogLimits;
  readonly #statements;
  #size: number;

  /**
   * `path`: a file in a folder that is there, or `IN_MEMORY`.
   * @throws where it cannot be opened or written.
   */
  constructor(path: string, log: Log, limits = LIMITS) {
    this.#attempts = new Attempts((why) => log("call-log-failed", { why }));
    this.#limits = limits;
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
    const [version] = Object.values(this.#db.prepare("PRAGMA user_version").get()!) as number[];
    if (version !== 0 && version !== SCHEMA) throw new Error(`it has version ${version}, and ${SCHEMA} is expected`);
    this.#db.exec(SETUP);
    const prepare = (sql: string) => this.#db.prepare(sql);
    this.#statements = {
      insert: prepare(
        `INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET duration = excluded.duration`,
      ),
      update: prepare("UPDATE calls SET duration = ? WHERE user = ? AND chat = ? AND at = ? AND call = ?"),
      trim: prepare(
        `DELETE FROM calls WHERE user = ?1 AND chat = ?2 AND at < (
           SELECT at FROM calls WHERE user = ?1 AND chat = ?2 ORDER BY at DESC LIMIT 1 OFFSET ${MAX_IN_CHAT - 1})`,
      ),
      trimPerson: prepare(
        "DELETE FROM calls WHERE user = ?1 AND at <= (SELECT at FROM calls WHERE user = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)",
      ),
      trimAll: prepare("DELETE FROM calls WHERE at <= (SELECT at FROM calls ORDER BY at LIMIT 1 OFFSET ?)"),
      calls: prepare("SELECT * FROM calls WHERE user = ? AND chat = ? ORDER BY at DESC LIMIT ?"),
      unseen: prepare("SELECT count(*) AS n FROM calls WHERE user = ? AND chat = ? AND unseen = 1"),
      missed: prepare("SELECT * FROM calls WHERE user = ? AND unseen = 1 ORDER BY at DESC LIMIT ?"),
      acknowledge: prepare(
        `UPDATE calls SET unseen = 0 FROM (
           SELECT max(at) AS until, peer AS caller FROM calls WHERE user = ?1 AND chat = ?2 AND call = ?3)
         WHERE user = ?1 AND unseen = 1 AND chat = ?2 AND at <= until AND peer = caller`,
      ),
      clear: prepare("DELETE FROM calls WHERE user = ? AND chat = ?"),
      expire: prepare("DELETE FROM calls WHERE at < ?"),
      count: prepare("SELECT count(*) AS n FROM calls"),
    };
    this.#size = Number(this.#statements.count.get()!.n);
  }

  append(entries: readonly LogEntry[]): void {
    this.#attempts.try(undefined, () => this.#write(() => entries.forEach((entry) => this.#add(entry))));
  }

  update(entries: readonly LogEntry[]): void {
    const change = ({ userId, call: { chatId, callId, at, durationMs } }: LogEntry) =>
      void this.#statements.update.run(durationMs, userId, chatId, at, callId);
    this.#attempts.try(undefined, () => this.#write(() => entries.forEach(change)));
  }

  calls(userId: string, chatId: string, limit: number): LoggedCall[] {
    return this.#attempts.try([], () => this.#rows("calls", userId, chatId, limit));
  }

  summaries(userId: string, chats: readonly string[]) {
    const found = chats.flatMap((chatId) => {
      const [last] = this.calls(userId, chatId, 1);
      if (last === undefined) return [];
      const missed = this.#attempts.try(0, () => Number(this.#statements.unseen.get(userId, chatId)!.n));
      return [[chatId, { last, missed }] as const];
    });
    return new Map(found);
  }

  missed(userId: string): LoggedCall[] {
    return this.#attempts.try([], () => this.#rows("missed", userId, MAX_MISSED).reverse());
  }

  acknowledge(userId: string, chatId: string, callId: string): void {
    this.#attempts.try(undefined, () => void this.#statements.acknowledge.run(userId, chatId, callId));
  }

  clear(userId: string, chatId: string): void {
    this.#attempts.try(undefined, () => this.#remove("clear", userId, chatId));
  }

  expire(before: number): void {
    this.#attempts.try(undefined, () => this.#remove("expire", before));
  }

  close(): void {
    this.#attempts.try(undefined, () => this.#db.close());
    this.#attempts.close();
  }

  #add({ userId, call }: LogEntry): void {
    const { chatId, at, callId, role, peer, media, durationMs, outcome, missed } = call;
    const { changes } = this.#statements.insert.run(
      ...[userId, chatId, Math.round(at), callId, role, peer?.id ?? null, peer?.name ?? null, media],
      ...[durationMs, outcome, missed, missed === null ? 0 : 1],
    );
    this.#size += Number(changes);
    const { ofPerson, inAll } = this.#limits;
    this.#remove("trim", userId, chatId);
    this.#remove("trimPerson", userId, ofPerson);
    if (this.#size <= inAll + SPARE) return;
    // Entries that were there already were counted again.
    this.#size = Number(this.#statements.count.get()!.n);
    if (this.#size > inAll) this.#remove("trimAll", this.#size - inAll - 1);
  }

  /** All of it, or nothing. */
  #write(action: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      action();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #remove(statement: "trim" | "trimPerson" | "trimAll" | "clear" | "expire", ...values: SQLInputValue[]): void {
    this.#size -= Number(this.#statements[statement].run(...values).changes);
  }

  #rows(statement: "calls" | "missed", ...values: SQLInputValue[]): LoggedCall[] {
    return (this.#statements[statement].all(...values) as unknown as Row[]).map(callOf);
  }
}

function callOf({ chat, call, at, role, peer, name, media, duration, outcome, missed }: Row): LoggedCall {
  return {
    chatId: chat,
    callId: call,
    at,
    role,
    peer: peer === null ? null : { id: peer, name: name ?? "" },
    media,
    durationMs: duration,
    outcome,
    missed,
  } as LoggedCall;
}
