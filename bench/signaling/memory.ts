/** What a server holds in memory: for an idle socket, for a call that goes on, for a chat that nobody is in yet. */

import { CallForms, chatId } from "./call_frames.ts";
import { openPairs } from "./pairs.ts";
import { type Memory, ServerProcess } from "./server_process.ts";
import { headOf, PRODUCT, type Subject } from "./subjects.ts";

const SOCKETS = 10_000;
const CALLS = 1_000;
const CHATS = 5_000;
/** Numbers of users, far from those with sockets. */
const FIRST_IN_CHATS = 10_000_000;
/** Requests at a time. */
const ASKING = 32;

/** In bytes, each of one. `chat`: before any socket; `null` where a server knows of none then. */
export interface MemoryFigures {
  readonly sockets: number;
  readonly socket: Memory;
  readonly call: Memory;
  readonly chat: Memory | null;
}

/** Starts each server anew for it. */
export async function measureMemory(subjects: readonly Subject[]): Promise<Map<string, MemoryFigures>> {
  const figures = new Map<string, MemoryFigures>();
  for (const subject of subjects) {
    await using server = await ServerProcess.start(subject.start);
    const sockets = Math.min(SOCKETS, subject.maxSockets);
    await openPairs(subject, server.port, 50, 0).then((pairs) => Promise.all(pairs.map((pair) => pair.close())));
    const before = await server.memory();
    const pairs = await openPairs(subject, server.port, (sockets - 100) / 2, 100);
    const idle = await server.memory();
    const forms = new CallForms(subject.wording);
    for (const pair of pairs.slice(0, CALLS)) await pair.enterCall(forms);
    const talking = await server.memory();
    await Promise.all(pairs.map((pair) => pair.close()));
    figures.set(subject.name, {
      sockets,
      socket: each(before, idle, pairs.length * 2),
      call: each(idle, talking, CALLS),
      chat: subject.name === PRODUCT ? await chatsOfTwo(subject) : null,
    });
  }
  return figures;
}

/** Chats are there as soon as their members' tokens were seen, by whatever request. */
async function chatsOfTwo(subject: Subject): Promise<Memory> {
  await using server = await ServerProcess.start(subject.start);
  const see = async (first: number, chats: number) => {
    let next = 0;
    const some = async () => {
      while (next < chats * 2) {
        const user = first + next++;
        const [protocols, address] = headOf(user, chatId(Math.floor(user / 2)));
        const headers = {
          authorization: `Bearer ${/bearer\.(\S+)/.exec(protocols!)![1]}`,
          "x-forwarded-for": address!.split(": ")[1]!,
        };
        const response = await fetch(`http://127.0.0.1:${server.port}/api/ice`, { headers });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`A token is not believed: ${response.status}`);
      }
    };
    await Promise.all(Array.from({ length: ASKING }, some));
  };
  await see(FIRST_IN_CHATS, CHATS / 5);
  const before = await server.memory();
  await see(2 * FIRST_IN_CHATS, CHATS);
  return each(before, await server.memory(), CHATS);
}

function each(before: Memory, after: Memory, count: number): Memory {
  return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count };
}
