/** Guest sessions: who comes without a host application gets a signed token in a cookie. */

import { sessionCookie, type Tokens } from "./auth.ts";
import type { Hub } from "./hub.ts";

/** Who is calling, as a verified token says. */
export interface Session {
  readonly userId: string;
  readonly name: string;
  /** Ids of the chats this user is a member of, oldest first. */
  readonly chats: readonly string[];
}

/** A renewed session and the `Set-Cookie` value that carries it. */
export interface Renewed {
  readonly session: Session;
  readonly cookie: string;
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
    return this.#renew({ userId: session?.userId ?? randomId(), name, chats: session?.chats ?? [] });
  }

  /** A new chat with this user as its first member. Its id has 128 random bits: the link is the invitation. */
  async createChat(session: Session): Promise<Renewed & { readonly chatId: string }> {
    const chatId = randomId();
    return { ...await this.#renew({ ...session, chats: [...session.chats, chatId] }), chatId };
  }

  /** Takes a seat in a chat; `null` (access denied) where it is full or unknown. A member keeps the seat. */
  joinChat(session: Session, chatId: string): Promise<Renewed | null> {
    if (!this.#hub.join(chatId, session)) return Promise.resolve(null);
    const chats = [...session.chats.filter((id) => id !== chatId), chatId];
    return this.#renew({ ...session, chats });
  }

  async #renew(session: Session): Promise<Renewed> {
    this.#hub.admit(session);
    return { session, cookie: sessionCookie(await this.#tokens.sign(session), this.#secure) };
  }
}

/** 128 random bits, URL-safe. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
