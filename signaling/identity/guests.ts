/** Guest sessions: who comes without a host application gets a signed token in a cookie. */

import type { Tokens } from "./auth.ts";
import type { Hub } from "../hub.ts";
import { type Passes, visitCookie, visitPassOf } from "./passes.ts";
import { randomId } from "../random_id.ts";
import type { Renewed, Session } from "./session.ts";
import { SESSION_SECONDS, sessionCookies } from "./session_cookie.ts";

/** Who sends a join form without a session: by the pass that came with it; or none came back, or it is out of date. */
export type Visitor = { readonly userId: string } | "cookieless" | "late";

/** What the lobby, the join form and the HTTP endpoints do with sessions; made per request: the cookie's `Secure` depends on it. */
export class Guests {
  readonly #tokens: Tokens;
  readonly #passes: Passes;
  readonly #hub: Hub;
  readonly #secure: boolean;

  constructor(tokens: Tokens, passes: Passes, hub: Hub, secure: boolean) {
    this.#tokens = tokens;
    this.#passes = passes;
    this.#hub = hub;
    this.#secure = secure;
  }

  /** A new guest (`userId`: by their pass), or the same one with another name. `name` must have passed `displayName`. */
  enter(session: Session | null, name: string, userId: string = randomId()): Promise<Renewed> {
    return this.#sign(session?.userId ?? userId, name, session?.chats ?? []);
  }

  /** The session anew and for longer, once half of its time is over or its chats are others; `null` before that. */
  renew(session: Session): Promise<Renewed | null> {
    const isFresh = session.expiresAt - Date.now() > SESSION_SECONDS * 1000 / 2;
    return isFresh && !session.isOld ? Promise.resolve(null) : this.prolong(session);
  }

  /** The session anew, and for longer. */
  prolong({ userId, name, chats }: Session): Promise<Renewed> {
    return this.#sign(userId, name, chats);
  }

  /** A new chat with this user as its first member. Its id has 128 random bits: the link is the invitation. */
  async createChat(session: Session): Promise<Renewed & { readonly chatId: string }> {
    const chatId = randomId();
    return { ...await this.#sign(session.userId, session.name, session.chats, chatId), chatId };
  }

  /** Takes a seat in a chat; `null` (access denied) where it is full or unknown. A member keeps the seat. */
  async joinChat(session: Session, chatId: string): Promise<Renewed | null> {
    if (!await this.#hub.join(chatId, session)) return null;
    const chats = [...session.chats.filter((id) => id !== chatId), chatId];
    return await this.#sign(session.userId, session.name, chats);
  }

  /** Gives the user's own seat back; `null` where they have none in this chat. */
  leaveChat({ userId, name, chats }: Session, chatId: string): Promise<Renewed | null> {
    if (!chats.includes(chatId)) return Promise.resolve(null);
    this.#hub.free(chatId, userId, Date.now());
    return this.#sign(userId, name, chats.filter((id) => id !== chatId));
  }

  /** Frees another member's seat; false where this user did not make the chat. Twice is as good as once. */
  async freeSeat({ userId }: Session, chatId: string, member: string): Promise<boolean> {
    if (await this.#hub.maker(chatId) !== userId || member === userId) return false;
    this.#hub.free(chatId, member, Date.now());
    return true;
  }

  /** Who sends a join form without a session. */
  async visitor(headers: Headers): Promise<Visitor> {
    const pass = visitPassOf(headers);
    if (pass === null) return "cookieless";
    const userId = await this.#passes.visitor(pass);
    return userId === null ? "late" : { userId };
  }

  /** The `Set-Cookie` value for whoever is shown a join form; `null` where the pass they have is good. */
  async welcome(headers: Headers): Promise<string | null> {
    const visitor = await this.visitor(headers);
    return typeof visitor === "string" ? visitCookie(await this.#passes.visit(), this.#secure) : null;
  }

  /** The `Set-Cookie` value that ends a visit: the visitor has a session now. */
  endOfVisit(): string {
    return visitCookie(null, this.#secure);
  }

  /** What a link for a second device of this user carries, to open this chat there. */
  devicePass({ userId, name }: Session, chatId: string): Promise<string> {
    return this.#passes.device({ userId, name, chatId });
  }

  /** Makes this device another one of the user whose pass it is; `null` where that is not good, or not any more. */
  async addDevice(pass: string): Promise<Renewed & { readonly chatId: string } | null> {
    const read = await this.#passes.readDevice(pass);
    if (read === null || !await this.#hub.usePass(read.id, read.expiresAt)) return null;
    const { userId, name, chatId } = read;
    // By the registry, not by the pass: who left the chat in the meantime, or was put out of it, does not come back by a link.
    const chats = await this.#hub.chatsOf({ userId, chats: [] });
    return { ...await this.#sign(userId, name, chats), chatId };
  }

  async #sign(userId: string, name: string, known: readonly string[], made?: string): Promise<Renewed> {
    // As old as the chats in it: a seat that is freed from now on is not taken back by this token.
    const issuedAt = Date.now();
    // Those of this moment: while the request was on its way the user may have left one, or been put out of it.
    const chats = [...await this.#hub.chatsOf({ userId, chats: known }), ...made === undefined ? [] : [made]];
    const makers = await Promise.all(chats.map((id) => id === made ? userId : this.#hub.maker(id)));
    const session = {
      userId,
      name,
      chats,
      own: chats.filter((_, n) => makers[n] === userId),
      isGuest: true,
      issuedAt,
      expiresAt: Date.now() + SESSION_SECONDS * 1000,
    };
    this.#hub.renew(session);
    const token = await this.#tokens.sign(session);
    return { session, token, cookie: sessionCookies(token, this.#secure) };
  }
}
