/** Guest sessions: who comes without a host application gets a signed token in a cookie. */

import type { Tokens } from "./auth.ts";
import type { Hub } from "./hub.ts";
import { SESSION_SECONDS, sessionCookies } from "./session_cookie.ts";

/** Who is calling, as a verified token says. */
export interface Session {
  readonly userId: string;
  readonly name: string;
  /** Ids of the chats this user is a member of, oldest first. */
  readonly chats: readonly string[];
  /** Signed by this server, for somebody without a host application; only such a session is renewed here. */
  readonly isGuest: boolean;
  /** When its token was issued (0: it does not say), in ms since 1970. */
  readonly issuedAt: number;
  /** When its token stops being believed, in ms since 1970: from then on it speaks for no more than a call that goes on (R20). */
  readonly expiresAt: number;
}

/** A renewed session and the `Set-Cookie` values that carry it. */
export interface Renewed {
  readonly session: Session;
  readonly cookie: readonly string[];
}

/** What the lobby, the join form and the HTTP endpoints do with sessions; made per request: the cookie's `Secure` depends on it. */
export class Guests {
  readonly #tokens: Tokens;
  readonly #hub: Hub;
  readonly #secure: boolean;

  constructor(tokens: Tokens, hub: Hub, secure: boolean) {
    this.#tokens = tokens;
    this.#hub = hub;
    this.#secure = secure;
  }

  /** A new guest, or the same one with another name. `name` must have passed `displayName`. */
  enter(session: Session | null, name: string): Promise<Renewed> {
    return this.#sign(session?.userId ?? randomId(), name, session?.chats ?? []);
  }

  /** The same session for longer, once half of its time is over; `null` before that. */
  renew(session: Session): Promise<Renewed | null> {
    const isFresh = session.expiresAt - Date.now() > SESSION_SECONDS * 1000 / 2;
    return isFresh ? Promise.resolve(null) : this.prolong(session);
  }

  /** The same session for longer. */
  prolong({ userId, name, chats }: Session): Promise<Renewed> {
    return this.#sign(userId, name, chats);
  }

  /** A new chat with this user as its first member. Its id has 128 random bits: the link is the invitation. */
  async createChat(session: Session): Promise<Renewed & { readonly chatId: string }> {
    const chatId = randomId();
    return { ...await this.#sign(session.userId, session.name, [...session.chats, chatId]), chatId };
  }

  /** Takes a seat in a chat; `null` (access denied) where it is full or unknown. A member keeps the seat. */
  joinChat(session: Session, chatId: string): Promise<Renewed | null> {
    if (!this.#hub.join(chatId, session)) return Promise.resolve(null);
    const chats = [...session.chats.filter((id) => id !== chatId), chatId];
    return this.#sign(session.userId, session.name, chats);
  }

  async #sign(userId: string, name: string, chats: readonly string[]): Promise<Renewed> {
    const session = {
      userId,
      name,
      chats,
      isGuest: true,
      issuedAt: Date.now(),
      expiresAt: Date.now() + SESSION_SECONDS * 1000,
    };
    this.#hub.renew(session);
    return { session, cookie: sessionCookies(await this.#tokens.sign(session), this.#secure) };
  }
}

/** 128 random bits, URL-safe. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
