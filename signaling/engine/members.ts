/** Whose chats are which, by what tokens say: a host application's newest token says all, a guest's adds to what is known. */

import type { Member } from "../../shared/protocol/server_messages.ts";
import { Chats } from "./chats.ts";
import type { Membership } from "./engine.ts";
import { NewestTokens } from "./newest.ts";

/** Chats kept in memory, and how long an unused one is kept (R18). */
const MAX_CHATS = 100_000;
const MAX_CHATS_OF_USER = 64;
const CHAT_IDLE_MS = 7 * 24 * 3600 * 1000;

interface MembersOptions {
  /** How many may join a chat by its link. */
  readonly capacity: number;
  now(): number;
  isOnline(userId: string): boolean;
  /** Told of everybody who stops being a member. */
  onLeave(chatId: string, userId: string): void;
}

export class Members {
  readonly #options: MembersOptions;
  readonly #chats: Chats;
  readonly #newest: NewestTokens;

  constructor(options: MembersOptions) {
    const { capacity, now, onLeave } = options;
    this.#options = options;
    this.#newest = new NewestTokens(now);
    this.#chats = new Chats({
      capacity,
      maxChats: MAX_CHATS,
      chatsOfUser: MAX_CHATS_OF_USER,
      idleMs: CHAT_IDLE_MS,
      onLeave,
      isInUse: (chatId) => this.#chats.members(chatId).keys().some(options.isOnline),
    });
  }

  /** Takes what a token says. The chats in which something changed by it. */
  admit({ chats, own, userId, name, isGuest, issuedAt }: Membership): string[] {
    const now = this.#options.now();
    // A guest may have joined since with another token.
    const age = isGuest ? null : this.#newest.see(userId, issuedAt);
    if (age === "older") return [];
    const left = age !== "newest" ? [] : [...this.chatsOf(userId)].filter((chatId) => !chats.includes(chatId));
    for (const chatId of left) this.#chats.leave(chatId, userId);
    const since = isGuest ? issuedAt : undefined;
    const news = chats.filter((chatId) => this.#chats.admit(chatId, userId, name, now, since));
    for (const chatId of own ?? []) this.#chats.setMaker(chatId, userId);
    return [...left, ...news];
  }

  join(chatId: string, { userId, name }: Pick<Membership, "userId" | "name">): boolean {
    return this.#chats.join(chatId, userId, name, this.#options.now());
  }

  free(chatId: string, userId: string, at: number): void {
    this.#chats.free(chatId, userId, at);
  }

  maker(chatId: string): string | null {
    return this.#chats.maker(chatId);
  }

  chatsOf(userId: string): ReadonlySet<string> {
    return this.#chats.chatsOf(userId);
  }

  /** The members as all of them see them, in order of joining. */
  of(chatId: string): Member[] {
    const { isOnline } = this.#options;
    return Array.from(this.#chats.members(chatId), ([id, name]) => ({ id, name, online: isOnline(id) }));
  }

  /** The ids of the members but for this one. */
  others(chatId: string, userId: string): string[] {
    return [...this.#chats.members(chatId).keys()].filter((id) => id !== userId);
  }

  /** The name of a member; `undefined`: the user is none. */
  nameOf(chatId: string, userId: string): string | undefined {
    return this.#chats.members(chatId).get(userId);
  }

  /** Whether a token says anything that is not known; one that says nothing new need not be taken. */
  isNews({ chats, own, userId, name, isGuest, issuedAt }: Membership): boolean {
    const isMember = (chatId: string) => this.#chats.members(chatId).get(userId) === name;
    if (!chats.every(isMember) || own?.some((chatId) => this.maker(chatId) !== userId)) return true;
    return !isGuest && (this.#newest.newest(userId) !== issuedAt || this.chatsOf(userId).size !== chats.length);
  }

  dump() {
    return { chats: this.#chats.dump(), newest: this.#newest.dump() };
  }

  restore({ chats, newest }: ReturnType<Members["dump"]>): void {
    this.#chats.restore(chats);
    this.#newest.restore(newest);
  }

  /** How many chats there are. */
  get size(): number {
    return this.#chats.size;
  }
}
