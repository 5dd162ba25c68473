/** The store behind the log: one connection to write and one to read, over the client library, which is loaded here and nowhere else. */

import { APPEND, JOIN, TAKE } from "./scripts.ts";

/** The oldest server that has what the scripts use (`XADD` with `MINID`). */
const OLDEST = [6, 2] as const;

/** How long the store may take for anything, in ms; then it counts as away. */
const ANSWER_MS = 2_000;
/** How long a read waits for something new, in ms. */
const BLOCK_MS = 3_000;
/** How long the log keeps an entry, so how far a process may be behind, in ms: descriptions of calls do not stay for longer. */
const KEEP_MS = 15_000;
/** How long anything is kept where no process is left, in ms. */
const TTL_MS = 60_000;
/** How many entries are read at a time. */
const COUNT = 500;

/** Why the store cannot be used, in one line without its address. */
export class StoreError extends Error {
  override name = "StoreError";
}

/** An epoch of the log. Times are in ms since 1970, by the clock of the store. */
export interface Epoch {
  readonly epoch: string;
  readonly isNew: boolean;
  readonly startedAt: number;
  readonly now: number;
}

/** What one process wrote at one time. */
export interface Entry {
  readonly id: string;
  /** Counts the entries of an epoch, from 1. */
  readonly seq: number;
  readonly at: number;
  readonly batch: string;
}

/** What the engine needs of the store; every one of these may fail, and then the store counts as away. */
export interface Store {
  join(node: string, newEpoch: string, leaseMs: number, before: string | null): Promise<Epoch>;
  /** Gives the time. */
  append(epoch: string, node: string, lives: boolean, notAfter: number, batch: string): Promise<number>;
  /** The entries behind this one; none where none came for a while. */
  read(after: string): Promise<Entry[]>;
  /** Keeps a snapshot for a node that asked, unless somebody else did. */
  keepSnapshot(node: string, snapshot: string): Promise<void>;
  snapshot(node: string): Promise<string | null>;
  /** Keeps something of no log behind a key, for so many ms; and gives it, once. */
  keepEntry(key: string, text: string, ttlMs: number): Promise<void>;
  takeEntry(key: string): Promise<string | null>;
  close(): void;
}

/** Connects, and sees that the store can be used. `name`: which processes share it. */
export async function openStore(url: string, name: string): Promise<Store> {
  const { createClient } = await import("@redis/client");
  const socket = { reconnectStrategy: false, connectTimeout: ANSWER_MS } as const;
  const writer = createClient({ url, RESP: 2, disableOfflineQueue: true, socket });
  const reader = createClient({ url, RESP: 2, disableOfflineQueue: true, socket });
  // What fails is said by the command that fails.
  for (const client of [writer, reader]) client.on("error", () => {});
  const close = () => {
    for (const client of [writer, reader]) if (client.isOpen) client.destroy();
  };
  const send = (...words: string[]) => within(ANSWER_MS, writer.sendCommand(words)) as Promise<unknown>;
  try {
    await within(ANSWER_MS, Promise.all([writer.connect(), reader.connect()]));
    const run = runOf(String(await send("INFO", "server")), String(await send("INFO", "replication")));
    const [join, append] = [await send("SCRIPT", "LOAD", JOIN), await send("SCRIPT", "LOAD", APPEND)];
    const keys = ["meta", "log", "nodes"].map((key) => `${name}:${key}`);
    const script = (sha: unknown, ...words: (string | number)[]) =>
      send("EVALSHA", String(sha), "3", ...keys, ...words.map(String));
    return {
      close,
      async join(node, newEpoch, leaseMs, before) {
        const reply = await script(join, run, newEpoch, node, before ?? "", leaseMs, TTL_MS);
        const [epoch, isNew, startedAt, now] = reply as [string, number, number, number];
        return { epoch, isNew: isNew === 1, startedAt, now };
      },
      append: async (epoch, node, lives, notAfter, batch) =>
        Number(await script(append, epoch, node, lives ? 1 : 0, Math.floor(notAfter), batch, KEEP_MS, TTL_MS)),
      async read(after) {
        const words = ["XREAD", "COUNT", String(COUNT), "BLOCK", String(BLOCK_MS), "STREAMS", keys[1]!, after];
        const reply = await within(BLOCK_MS + ANSWER_MS, reader.sendCommand(words));
        return reply === null ? [] : (reply as unknown as [string, [string, string[]][]][])[0]![1].map(entryOf);
      },
      keepSnapshot: async (node, snapshot) =>
        void await send("SET", `${name}:snapshot:${node}`, snapshot, "PX", String(KEEP_MS), "NX"),
      snapshot: async (node) => await send("GET", `${name}:snapshot:${node}`) as string | null,
      keepEntry: async (key, text, ttlMs) => void await send("SET", `zvonok:entry:${key}`, text, "PX", String(ttlMs)),
      takeEntry: async (key) => await send("EVAL", TAKE, "1", `zvonok:entry:${key}`) as string | null,
    };
  } catch (error) {
    close();
    throw error instanceof StoreError ? error : new StoreError(explain(error));
  }
}

/** What went wrong, for whoever runs the server. */
export function explain(error: unknown): string {
  const { message = "", code } = error as { message?: string; code?: string };
  const inner = (error as { errors?: unknown[] }).errors?.[0];
  if (inner !== undefined) return explain(inner);
  if (/^(WRONGPASS|NOAUTH)|\bAUTH\b/.test(message)) return "the store takes no such user and password";
  if (message.startsWith("NOPERM")) return "the user of the store may not do what is needed";
  if (message.startsWith("READONLY")) return "the store is a read-only replica";
  if (message.startsWith("OOM")) return "the store's memory is full";
  if (message.startsWith("LOADING")) return "the store loads its data";
  if (message.startsWith("EPOCH")) return "the store was emptied or started anew";
  if (message.startsWith("LATE")) return "the store was away";
  if (error instanceof StoreError) return message;
  if (/CERT|SIGNATURE/.test(code ?? "")) return `the store's certificate is not trusted (${code}; see DENO_CERT)`;
  if (code !== undefined) return `the store cannot be reached (${code})`;
  return /timeout|time/i.test(message) ? "the store does not answer" : "the store cannot be reached";
}

/** The store's run id: another one after each of its starts. */
function runOf(server: string, replication: string): string {
  const field = (text: string, name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(text)?.[1] ?? "";
  const version = field(server, "redis_version");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || major === OLDEST[0] && minor < OLDEST[1]) {
    throw new StoreError(`expected Redis ${OLDEST.join(".")} or later, or Valkey, and not ${version || "this"}`);
  }
  if (field(replication, "role") === "slave") throw new StoreError("the store is a read-only replica");
  return field(server, "run_id");
}

function entryOf([id, fields]: [string, string[]]): Entry {
  const field = (name: string) => fields[fields.indexOf(name) + 1]!;
  return { id, seq: Number(field("s")), at: Number(id.slice(0, id.indexOf("-"))), batch: field("b") };
}

/** Rejects where a promise takes longer than so many ms. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreError("the store does not answer")), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
