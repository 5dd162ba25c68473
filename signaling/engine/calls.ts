/** The calls of all chats as the memory engine keeps them, and who is in one. */

import type { DeviceCall } from "../../shared/protocol/server_messages.ts";
import { nextDeadline } from "../call/advance.ts";
import type { Fact } from "../call/facts.ts";
import { type Call, callOn, type ChatCalls, isIn, MEMORY_MS, NO_CALLS, usersOf } from "../call/state.ts";
import type { Endpoint } from "../call/parties.ts";
import { Deadline, type Deadlines, type DueDeadline, dumpOf, restored } from "./deadlines.ts";

/** A chat in which somebody called lately. */
interface Entry {
  calls: ChatCalls;
  readonly due: Deadline;
}

export class CallTable {
  readonly #deadlines: Deadlines;
  readonly #onDue: (chatId: string) => void;
  readonly #entries = new Map<string, Entry>();
  /** R9: the chats in which a user is in a call; at most one, except where a call and a missed deadline cross. */
  readonly #chatsOf = new Map<string, Set<string>>();

  /** `onDue`: a chat's calls want a `tick`. */
  constructor(deadlines: Deadlines, onDue: (chatId: string) => void) {
    this.#deadlines = deadlines;
    this.#onDue = onDue;
  }

  get(chatId: string): ChatCalls {
    return this.#entries.get(chatId)?.calls ?? NO_CALLS;
  }

  /** The call that goes on in a chat. */
  current(chatId: string): Call | null {
    return this.#entries.get(chatId)?.calls.call ?? null;
  }

  /** Keeps what an event made of a chat's calls. Who is in a call changes with facts only. */
  keep(chatId: string, calls: ChatCalls, facts: readonly Fact[]): void {
    let entry = this.#entries.get(chatId);
    if (facts.length > 0) this.#count(chatId, entry?.calls.call ?? null, calls.call);
    const due = dueAt(calls);
    if (entry === undefined) {
      if (due === null && calls.call === null) return;
      this.#entries.set(chatId, entry = { calls, due: new Deadline(() => this.#onDue(chatId)) });
    }
    entry.calls = calls;
    this.#deadlines.set(entry.due, due);
    if (due === null && calls.call === null) this.#entries.delete(chatId);
  }

  /** The chats in which a user is in a call, or called. */
  chatsOf(userId: string): string[] {
    return [...this.#chatsOf.get(userId) ?? []];
  }

  isBusy(userId: string): boolean {
    return this.#chatsOf.has(userId);
  }

  isBusyOutside(userId: string, chatId: string): boolean {
    return this.chatsOf(userId).some((other) => other !== chatId);
  }

  /** The call that a device is in, or that rings on it. */
  callOf(device: Endpoint): Call | null {
    for (const chatId of this.#chatsOf.get(device.user) ?? []) {
      const call = this.current(chatId);
      if (call !== null && isIn(call, device)) return call;
    }
    return null;
  }

  /** What a device whose socket opens, maybe after its page was `reloaded`, is told of its calls. */
  on(device: Endpoint, reloaded: boolean): DeviceCall[] {
    const calls = this.chatsOf(device.user).map((chatId) => callOn(this.current(chatId)!, device, reloaded));
    return calls.filter((call) => call !== null);
  }

  /** The calls that go on, or ring. */
  all(): Call[] {
    return [...this.#entries.values()].flatMap(({ calls }) => calls.call ?? []);
  }

  dump() {
    const entries = Array.from(this.#entries, ([chatId, { calls, due }]) => ({ chatId, calls, due: dumpOf(due) }));
    return { entries, chatsOf: Array.from(this.#chatsOf, ([user, chats]) => [user, [...chats]] as const) };
  }

  /** Gives what is due. */
  restore({ entries, chatsOf }: ReturnType<CallTable["dump"]>): DueDeadline[] {
    for (const [user, chats] of chatsOf) this.#chatsOf.set(user, new Set(chats));
    return entries.flatMap(({ chatId, calls, due }) => {
      const deadline = new Deadline(() => this.#onDue(chatId));
      this.#entries.set(chatId, { calls, due: deadline });
      return restored(deadline, due);
    });
  }

  /** The chats that something is kept for. */
  chats(): string[] {
    return [...this.#entries.keys()];
  }

  gauges(): { readonly ringing: number; readonly connected: number } {
    let [ringing, connected] = [0, 0];
    for (const { calls: { call } } of this.#entries.values()) {
      if (call?.state === "ringing") ringing++;
      if (call?.state === "connected") connected++;
    }
    return { ringing, connected };
  }

  #count(chatId: string, before: Call | null, after: Call | null): void {
    for (const user of before === null ? [] : usersOf(before)) {
      const chats = this.#chatsOf.get(user);
      chats?.delete(chatId);
      if (chats?.size === 0) this.#chatsOf.delete(user);
    }
    for (const user of after === null ? [] : usersOf(after)) {
      this.#chatsOf.set(user, (this.#chatsOf.get(user) ?? new Set()).add(chatId));
    }
  }
}

/** When a chat next wants a `tick`: for its call's deadline, or to forget what it remembers of earlier ones. */
function dueAt(calls: ChatCalls): number | null {
  const newest = calls.memory.at(-1);
  return nextDeadline(calls) ?? (newest === undefined ? null : newest.at + MEMORY_MS);
}
