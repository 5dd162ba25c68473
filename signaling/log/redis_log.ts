/** The call log of several processes, in the store that they share. Over a connection of its own: that of the engine comes and goes. */

import { explain, StoreError, within } from "../engine/redis/store.ts";
import type { Log } from "../ops/log.ts";
import {
  type CallLog,
  type ChatSummary,
  LIMITS,
  type LogEntry,
  type LoggedCall,
  type LogLimits,
  MAX_IN_CHAT,
  MAX_MISSED,
} from "./call_log.ts";
import { ACKNOWLEDGE, APPEND, CLEAR, EXPIRE, UPDATE } from "./redis_scripts.ts";

/** How long the store may take for anything, in ms. */
const ANSWER_MS = 2_000;
/** What may wait for a store that is away; what is more is lost. */
const MAX_WAITING = 10_000;
/** How often something is said again whose connection was lost. */
const AGAIN = 3;
/** Removed in one step of the store. */
const EXPIRED_AT_ONCE = 500;

/** All keys begin so; the braces keep them in one slot of a cluster. */
const PREFIX = "zvonok:{calls}:";

/** As much of the client as is used. */
interface Client {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  sendCommand(words: string[]): Promise<unknown>;
  close(): Promise<unknown>;
  destroy(): void;
}

export interface RedisLogOptions {
  readonly url: string;
  /** How long an entry is kept, in ms. */
  readonly keepMs: number;
  readonly log: Log;
}

export class RedisCallLog implements CallLog {
  readonly #options: RedisLogOptions;
  readonly #limits: LogLimits;
  readonly #client: Promise<Client>;
  /** What is being written. */
  #written: Promise<unknown> = Promise.resolve();
  /** Entries that wait for the store; and those that it did not take. */
  #waiting = 0;
  #lost = 0;
  #trouble = "";
  #isClosed = false;

  /** It connects, and comes back, by itself: entries wait for that. */
  constructor(options: RedisLogOptions, limits = LIMITS) {
    this.#options = options;
    this.#limits = limits;
    this.#client = connect(options.url);
  }

  append(entries: readonly LogEntry[]): Promise<void> {
    const { ofPerson, inAll } = this.#limits;
    const limits = [MAX_IN_CHAT, ofPerson, inAll, Math.ceil(this.#options.keepMs)].map(String);
    return this.#change(entries, ({ userId, call }) => {
      const { chatId, callId, at, missed } = call;
      const words = [userId, chatId, callId, String(at), missed === null ? "0" : "1", JSON.stringify(call)];
      return ["EVAL", APPEND, "0", PREFIX, ...limits, ...words];
    });
  }

  update(entries: readonly LogEntry[]): Promise<void> {
    return this.#change(entries, ({ userId, call: { chatId, callId, durationMs } }) => {
      return ["EVAL", UPDATE, "0", PREFIX, userId, chatId, callId, String(durationMs)];
    });
  }

  /** However long the store is away: what waits is written then, and a call that is there already is there once. */
  #change(entries: readonly LogEntry[], command: (entry: LogEntry) => string[]): Promise<void> {
    this.#waiting += entries.length;
    const changed = entries.map(async (entry) => {
      const isWritten = await this.#try(false, () => this.#say(...command(entry)).then(() => true));
      if (this.#isClosed) return;
      this.#waiting--;
      if (!isWritten) this.#lost++;
      else this.#tellLost();
    });
    const written = Promise.all([this.#written, ...changed]).then(() => {});
    this.#written = written;
    return written;
  }

  /** What was not written is told once something is again, or never will be. */
  #tellLost(): void {
    if (this.#lost > 0) this.#options.log("call-log-lost", { entries: this.#lost });
    this.#lost = 0;
  }

  async calls(userId: string, chatId: string, limit: number): Promise<LoggedCall[]> {
    const book = bookOf(userId, chatId);
    const read = async () => {
      const ids = await this.#soon("ZRANGE", `${PREFIX}order:${book}`, "0", String(limit - 1), "REV") as string[];
      return await this.#read(book, ids);
    };
    return await this.#try([], read);
  }

  async summaries(userId: string, chats: readonly string[]): Promise<ReadonlyMap<string, ChatSummary>> {
    const unseen = await this.#unseen(userId);
    const found = await Promise.all(chats.map(async (chatId) => {
      const [last] = await this.calls(userId, chatId, 1);
      const missed = unseen.filter((one) => one.chatId === chatId).length;
      return [chatId, last && { last, missed }] as const;
    }));
    return new Map(found.filter((one): one is [string, ChatSummary] => one[1] !== undefined));
  }

  async missed(userId: string): Promise<LoggedCall[]> {
    const newest = (await this.#unseen(userId)).slice(-MAX_MISSED);
    const read = async () =>
      await Promise.all(newest.map(async ({ chatId, callId }) => {
        return await this.#read(bookOf(userId, chatId), [callId]);
      }));
    return (await this.#try([], read)).flat();
  }

  acknowledge(userId: string, chatId: string, callId: string): Promise<void> {
    return this.#try(undefined, () => this.#say("EVAL", ACKNOWLEDGE, "0", PREFIX, userId, chatId, callId));
  }

  clear(userId: string, chatId: string): Promise<void> {
    return this.#try(undefined, () => this.#say("EVAL", CLEAR, "0", PREFIX, userId, chatId));
  }

  async expire(before: number): Promise<void> {
    const some = async () =>
      Number(await this.#soon("EVAL", EXPIRE, "0", PREFIX, String(before), String(EXPIRED_AT_ONCE)));
    while (await this.#try(0, some) === EXPIRED_AT_ONCE);
  }

  async close(): Promise<void> {
    const client = await this.#client.catch(() => null);
    if (client === null) return;
    await within(ANSWER_MS, this.#written).catch(() => {});
    this.#isClosed = true;
    this.#lost += this.#waiting;
    this.#tellLost();
    if (client.isOpen) client.destroy();
  }

  /** Missed calls that were not seen to, oldest first. */
  async #unseen(userId: string): Promise<Pick<LoggedCall, "chatId" | "callId">[]> {
    const words = await this.#try([], () => this.#soon("ZRANGE", `${PREFIX}unseen:${userId}`, "0", "-1"));
    return (words as string[]).map((word) => {
      const [chatId, callId] = word.split("\n") as [string, string];
      return { chatId, callId };
    });
  }

  async #read(book: string, ids: readonly string[]): Promise<LoggedCall[]> {
    if (ids.length === 0) return [];
    const found = await this.#soon("HMGET", `${PREFIX}of:${book}`, ...ids) as (string | null)[];
    const since = Date.now() - this.#options.keepMs;
    return found.flatMap((text) => text === null ? [] : JSON.parse(text) as LoggedCall).filter(({ at }) => at >= since);
  }

  /** Says it once more where the connection went in the midst of it, since nobody knows whether it was heard: all may be said twice. */
  async #say(...words: string[]): Promise<void> {
    const client = await this.#client;
    for (let again = AGAIN;; again--) {
      try {
        await client.sendCommand(words);
        return;
      } catch (error) {
        if (client.isReady || again === 0 || this.#isClosed) throw error;
      }
    }
  }

  /** Something that somebody waits for. */
  async #soon(...words: string[]): Promise<unknown> {
    return await within(ANSWER_MS, this.#client.then((client) => client.sendCommand(words)));
  }

  /** What the store refuses is told once, until something works again or fails in another way. That it is away the engine tells. */
  async #try<T>(otherwise: T, action: () => Promise<T>): Promise<T> {
    try {
      const result = await action();
      this.#trouble = "";
      return result;
    } catch (error) {
      // What was under way when the server left wants nothing any more.
      if (this.#isClosed) return otherwise;
      // There is no client where its package is missing, which is no matter of the store.
      const isReady = await this.#client.then((client) => client.isReady, () => true);
      const isAway = error instanceof StoreError || !isReady;
      const why = isAway ? "" : explain(error);
      if (why !== "" && why !== this.#trouble) this.#options.log("call-log-failed", { why });
      this.#trouble = why;
      return otherwise;
    }
  }
}

/** A client that comes back by itself; what fails is said by the command that fails. */
export async function connect(url: string): Promise<Client> {
  const { createClient } = await import("@redis/client");
  const client = createClient({ url, RESP: 2, commandsQueueMaxLength: MAX_WAITING });
  // What fails is said by the command that fails.
  client.on("error", () => {});
  client.connect().catch(() => {});
  return client as unknown as Client;
}

const bookOf = (userId: string, chatId: string) => `${userId}\n${chatId}`;
