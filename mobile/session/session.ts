/**
 * Who this phone's person is at the server: a guest by a token that the app keeps, or the user of a host application, which signs the
 * token. Of all that the server answers, the newest token counts.
 */

import { ask, type Credentials } from "../platform/transport.ts";
import { type Claims, claimsOf } from "./token.ts";
import type { Vault } from "./vault";

/** Why something was not done: there is no network, or what the server said to it. */
export type Trouble = "offline" | "refused" | "name" | "rate" | "unknown" | "broken";

/** Asks a host application for its user's token; `null`: nobody is signed in there. May reject. */
export type HostToken = () => Promise<string | null>;

/** What the session is made of. */
export interface SessionPorts {
  /** The server's origin. */
  readonly server: string;
  readonly vault: Vault;
  /** In place of a guest's session. */
  readonly hostToken: HostToken | null;
  /** In ms since 1970. */
  now(): number;
}

export class Session implements Credentials {
  readonly #ports: SessionPorts;
  readonly #listeners = new Set<() => void>();
  #token = "";
  #person: Claims | null = null;
  /** Answers may overtake each other: requests that bring a token run one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** Who it is, and their chats, oldest first; `null`: nobody yet. */
  get person(): Claims | null {
    return this.#person;
  }

  /** Whether people come from a host application, which alone lets them in. */
  get isHosted(): boolean {
    return this.#ports.hostToken !== null;
  }

  /** Calls `listener` when `person` is another one. The result takes that back. */
  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up the session of before. One whose half is over is renewed, where there is a network. Never rejects. */
  async start(): Promise<void> {
    const kept = this.isHosted ? null : await this.#ports.vault.read().catch(() => null);
    if (kept !== null) this.#take(kept);
    const isDue = this.#person === null ? this.isHosted : this.#person.halfAt < this.#ports.now();
    if (isDue) await this.renew().catch(() => null);
  }

  token(): Promise<string> {
    return Promise.resolve(this.#token);
  }

  async renew(): Promise<string | null> {
    const { hostToken } = this.#ports;
    if (hostToken === null) return await this.#post("/api/session/renew") === null ? this.#token : null;
    const token = await hostToken();
    if (token !== null) this.#take(token);
    return token;
  }

  /** Becomes a guest, or the same one with another name. Gives the trouble, or `null`. */
  enter(name: string): Promise<Trouble | null> {
    return this.#post("/api/session", { name, token: true });
  }

  /** Becomes another device of the user whose link's pass it is. Gives the chat to open, or the trouble. */
  async addDevice(pass: string): Promise<{ readonly chatId: string } | Trouble> {
    let chatId = "";
    const trouble = await this.#post("/api/session/device", { pass }, (answer) => chatId = String(answer.chatId));
    return trouble ?? { chatId };
  }

  /** Makes a chat. Gives its id, or the trouble. */
  async createChat(): Promise<{ readonly chatId: string } | Trouble> {
    const before = this.#person?.chats ?? [];
    const trouble = await this.#post("/api/chats");
    const chatId = this.#person?.chats.find((id) => !before.includes(id));
    return trouble ?? (chatId === undefined ? "broken" : { chatId });
  }

  /** Takes a seat in a chat. */
  join(chatId: string): Promise<Trouble | null> {
    return this.#post(`/api/chats/${chatId}/join`);
  }

  /** Gives one's own seat back. */
  leave(chatId: string): Promise<Trouble | null> {
    return this.#post(`/api/chats/${chatId}/leave`);
  }

  /** Forgets who this is, on this phone alone. */
  async forget(): Promise<void> {
    this.#token = "";
    this.#show(null);
    await this.#ports.vault.write(null).catch(() => {});
  }

  /** `read`: takes the answer. */
  #post(path: string, body?: object, read?: (answer: Record<string, unknown>) => void): Promise<Trouble | null> {
    const turn = this.#turn.then(() => this.#posted(path, body, read));
    this.#turn = turn;
    return turn;
  }

  async #posted(
    path: string,
    body?: object,
    read = (_: Record<string, unknown>) => {},
  ): Promise<Trouble | null> {
    try {
      const response = await ask(this.#ports.server + path, this.#token, {
        method: "POST",
        ...body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
      });
      if (!response.ok) return troubleOf(response.status);
      const answer = await response.json() as Record<string, unknown>;
      if (typeof answer.token === "string") this.#take(answer.token);
      read(answer);
      return null;
    } catch {
      return "offline";
    }
  }

  #take(token: string): void {
    const claims = claimsOf(token);
    if (claims === null) return;
    this.#token = token;
    this.#show(claims);
    // Who cannot be kept is still somebody until the app ends.
    if (!this.isHosted) this.#ports.vault.write(token).catch(() => {});
  }

  #show(person: Claims | null): void {
    this.#person = person;
    for (const listener of this.#listeners) listener();
  }
}

function troubleOf(status: number): Trouble {
  switch (status) {
    case 400:
      return "name";
    case 401:
      return "unknown";
    case 403:
      return "refused";
    case 429:
      return "rate";
    default:
      return "broken";
  }
}
