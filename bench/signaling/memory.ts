/** What a server holds in memory: for an idle socket, for a call that goes on, for a chat that nobody is in yet. */

import { inParallel } from "../in_parallel.ts";
import { CallForms, chatId } from "./call_frames.ts";
import { openPairs } from "./pairs.ts";
import { type Memory, ServerProcess } from "./server_process.ts";
import { headOf, PRODUCT, type Subject } from "./subjects.ts";

const SOCKETS = 10_000;
const CALLS = 1_000;
const CHATS = 5_000;
/** Numbers of users, far from those with sockets. */
const FIRST_IN_CHATS = 10_000_000;
/** Requests, and calls that are entered, at a time. */
const AT_A_TIME = 32;

/** In bytes, each of one. `chat`: before any socket; `null` where a server knows of none then. */
export interface MemoryFigures {
  readonly sockets: number;
  readonly socket: Memory;
  readonly call: Memory;
  readonly chat: Memory | null;
}

/** Starts a server anew for it. */
export async function measureMemory(subject: Subject): Promise<MemoryFigures> {
  await using server = await ServerProcess.start(subject.start);
  const sockets = Math.min(SOCKETS, subject.maxSockets);
  await openPairs(subject, [server.port], 50, 0).then((pairs) => Promise.all(pairs.map((pair) => pair.close())));
  const before = await server.memory();
  const pairs = await openPairs(subject, [server.port], (sockets - 100) / 2, 100);
  const idle = await server.memory();
  const forms = new CallForms(subject.wording);
  await inParallel(CALLS, AT_A_TIME, (n) => pairs[n]!.enterCall(forms));
  const talking = await server.memory();
  await Promise.all(pairs.map((pair) => pair.close()));
  return {
    sockets,
    socket: each(before, idle, pairs.length * 2),
    call: each(idle, talking, CALLS),
    chat: subject.name === PRODUCT ? await chatsOfTwo(subject) : null,
  };
}

/** Chats are there as soon as their members' tokens were seen, by whatever request. */
async function chatsOfTwo(subject: Subject): Promise<Memory> {
  await using server = await ServerProcess.start(subject.start);
  const see = (first: number, chats: number) =>
    inParallel(chats * 2, AT_A_TIME, async (n) => {
      const user = first + n;
      const [protocols, address] = headOf(user, chatId(Math.floor(user / 2)));
      const headers = {
        authorization: `Bearer ${/bearer\.(\S+)/.exec(protocols!)![1]}`,
        "x-forwarded-for": address!.split(": ")[1]!,
      };
      const response = await fetch(`http://127.0.0.1:${server.port}/api/ice`, { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`A token is not believed: ${response.status}`);
    });
  await see(FIRST_IN_CHATS, CHATS / 5);
  const before = await server.memory();
  await see(2 * FIRST_IN_CHATS, CHATS);
  return each(before, await server.memory(), CHATS);
}

function each(before: Memory, after: Memory, count: number): Memory {
  return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count };
}
