/** The chats that the client watches: who is in them, and who of that is somebody else. */

import type { Member } from "../protocol/server_messages.ts";
import type { SignalSocket } from "./signaling/socket.ts";
import type { CallInfo, Snapshot } from "./state.ts";

/** By chat id; `null`: this user is not in that chat (R1), or not any more. */
type Members = Snapshot["members"];

export class Chats {
  readonly #signal: Pick<SignalSocket, "send" | "sendNow">;
  readonly #onChange: (members: Members) => void;
  readonly #watched = new Set<string>();
  #members: Members = {};
  #userId: string | null = null;

  constructor(signal: Pick<SignalSocket, "send" | "sendNow">, onChange: (members: Members) => void) {
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Keeps the members of a chat up to date. `isOpen`: the signaling socket is; else `welcomed` is called once it is. */
  watch(chatId: string, isOpen: boolean): void {
    if (this.#watched.has(chatId)) return;
    this.#watched.add(chatId);
    if (isOpen) this.#signal.send({ type: "chat:watch", chatId });
  }

  /** There is another signaling socket, over which nothing is watched yet. */
  welcomed(userId: string): void {
    this.#userId = userId;
    for (const chatId of this.#watched) this.#signal.sendNow({ type: "chat:watch", chatId });
  }

  /** The server says who is in a chat now. */
  take(chatId: string, members: readonly Member[] | null): void {
    this.#members = { ...this.#members, [chatId]: members };
    this.#onChange(this.#members);
  }

  /** The members of a chat that are not this user. */
  others(chatId: string): Member[] {
    return (this.#members[chatId] ?? []).filter(({ id }) => id !== this.#userId);
  }

  /** The other side of a call in a chat: the one with the id `wanted`, or the only one; `null` where that is not known. */
  peer(chatId: string, wanted?: string): CallInfo["peer"] {
    const others = this.others(chatId).filter(({ id }) => wanted === undefined || id === wanted);
    return others.length === 1 ? { id: others[0]!.id, name: others[0]!.name } : null;
  }
}
