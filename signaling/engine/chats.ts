/** The in-memory registry of chat rooms: which chats there are, and who is in them. */

/** What bounds the registry. */
export interface ChatLimits {
  /** How many may join a chat by its link. A signed token is believed whatever the capacity. */
  readonly capacity: number;
  /** Chats kept; beyond that the ones unused for longest are forgotten, whoever is online. */
  readonly maxChats: number;
  /** Chats of one user; beyond that they are not in the oldest any more, as their next token says too. */
  readonly chatsOfUser: number;
  /** A chat unused for so long, in ms, is forgotten, unless it is in use: somebody in it is online. */
  readonly idleMs: number;
  isInUse(chatId: string): boolean;
  /** Told of everybody who stops being a member. */
  onLeave(chatId: string, userId: string): void;
}

interface Chat {
  /** Names by user id, in order of joining. */
  readonly members: Map<string, string>;
  /** Who made the chat, where that is known: they may free seats. */
  maker: string | null;
  /** When users left or were put out, by user id, in ms since 1970: older tokens of theirs count for nothing here. */
  left: Map<string, number> | null;
  /** The time of leaving of everybody who is no member: in place of marks in `left` that were too many. */
  floor: number;
  usedAt: number;
}

/** Idle chats looked at for each one that is new: a little work each time, never a lot. */
const EVICTIONS = 8;

/** Users remembered who left a chat; beyond that the first of them stand for all, with the time at which they did. */
const MAX_LEFT = 64;

/**
 * Chats and their members, by what signed tokens say. A chat that was forgotten is there again with the next token that
 * names it; until then its link leads nowhere. Times are monotonic, in ms.
 */
export class Chats {
  /** In order of use. */
  readonly #chats = new Map<string, Chat>();
  readonly #chatsOf = new Map<string, Set<string>>();
  readonly #limits: ChatLimits;

  constructor(limits: ChatLimits) {
    this.#limits = limits;
  }

  /**
   * A token that names the chat was seen: the chat exists (again), and this user is in it, unless they left after it was issued
   * (`issuedAt`, in ms since 1970). True where that, or the name, is new.
   */
  admit(chatId: string, userId: string, name: string, now: number, issuedAt = Infinity): boolean {
    const chat = this.#chats.get(chatId) ??
      { members: new Map(), maker: null, left: null, floor: -1, usedAt: now };
    const leftAt = chat.left?.get(userId) ?? (chat.members.has(userId) ? -1 : chat.floor);
    if (issuedAt <= leftAt) return false;
    this.#use(chatId, chat, now);
    if (chat.members.get(userId) === name) return false;
    chat.members.set(userId, name);
    const chats = this.#chatsOf.get(userId) ?? new Set();
    this.#chatsOf.set(userId, chats.add(chatId));
    const [oldest] = chats;
    if (chats.size > this.#limits.chatsOfUser) this.leave(oldest!, userId);
    this.#evict(now);
    return true;
  }

  /** A token says that this user made the chat. */
  setMaker(chatId: string, userId: string): void {
    const chat = this.#chats.get(chatId);
    if (chat?.members.has(userId)) chat.maker = userId;
  }

  /** Who made the chat, as long as they are in it; `null` where that is not known. */
  maker(chatId: string): string | null {
    const { maker = null, members } = this.#chats.get(chatId) ?? {};
    return maker !== null && members?.has(maker) ? maker : null;
  }

  /** Frees the user's seat: they left, or were put out, at `at` (ms since 1970). Tokens issued until then do not bring them back. */
  free(chatId: string, userId: string, at: number): void {
    const chat = this.#chats.get(chatId);
    if (!chat?.members.has(userId)) return;
    chat.left ??= new Map();
    chat.left.delete(userId);
    chat.left.set(userId, at);
    const [oldest] = chat.left;
    if (chat.left.size > MAX_LEFT) {
      chat.left.delete(oldest![0]);
      chat.floor = Math.max(chat.floor, oldest![1]);
    }
    this.leave(chatId, userId);
  }

  /**
   * The user is not a member any more. A chat without members is forgotten; unless it knows of somebody who left, whose older token
   * would make it anew: then it is kept for as long as one with members.
   */
  leave(chatId: string, userId: string): void {
    const chat = this.#chats.get(chatId);
    chat?.members.delete(userId);
    if (chat?.members.size === 0 && chat.left === null) this.#chats.delete(chatId);
    const chats = this.#chatsOf.get(userId);
    chats?.delete(chatId);
    if (chats?.size === 0) this.#chatsOf.delete(userId);
    this.#limits.onLeave(chatId, userId);
  }

  /** Takes a seat; false (R1: in the same way) for a chat that is unknown, that everybody left, and that is full. */
  join(chatId: string, userId: string, name: string, now: number): boolean {
    const chat = this.#chats.get(chatId);
    if (chat === undefined || chat.members.size === 0) return false;
    if (!chat.members.has(userId) && chat.members.size >= this.#limits.capacity) return false;
    chat.left?.delete(userId);
    this.admit(chatId, userId, name, now);
    return true;
  }

  /** The members' names by user id, in order of joining; empty for an unknown chat. */
  members(chatId: string): ReadonlyMap<string, string> {
    return this.#chats.get(chatId)?.members ?? new Map();
  }

  /** The chats this user is a member of. */
  chatsOf(userId: string): ReadonlySet<string> {
    return this.#chatsOf.get(userId) ?? new Set();
  }

  dump() {
    const chats = Array.from(this.#chats, ([chatId, { members, left, ...rest }]) => ({
      chatId,
      ...rest,
      members: [...members],
      left: left && [...left],
    }));
    return { chats, chatsOf: Array.from(this.#chatsOf, ([userId, ids]) => [userId, [...ids]] as const) };
  }

  restore({ chats, chatsOf }: ReturnType<Chats["dump"]>): void {
    for (const { chatId, members, left, ...rest } of chats) {
      this.#chats.set(chatId, { ...rest, members: new Map(members), left: left && new Map(left) });
    }
    for (const [userId, ids] of chatsOf) this.#chatsOf.set(userId, new Set(ids));
  }

  get size(): number {
    return this.#chats.size;
  }

  #use(chatId: string, chat: Chat, now: number): void {
    chat.usedAt = now;
    this.#chats.delete(chatId);
    this.#chats.set(chatId, chat);
  }

  #evict(now: number): void {
    const { maxChats, idleMs, isInUse } = this.#limits;
    for (let n = 0; n < EVICTIONS; n++) {
      const [oldest] = this.#chats;
      if (oldest === undefined) return;
      const [chatId, chat] = oldest;
      if (this.#chats.size <= maxChats && now - chat.usedAt < idleMs) return;
      if (this.#chats.size <= maxChats && isInUse(chatId)) this.#use(chatId, chat, now);
      else {
        for (const userId of [...chat.members.keys()]) this.leave(chatId, userId);
        this.#chats.delete(chatId);
      }
    }
  }
}
