/** The users of a load: guests as the product lets them in, or a host application's with tokens signed here. */

import { SignJWT } from "jose";
import { inParallel } from "../in_parallel.ts";
import type { Access } from "./options.ts";

/** Tokens are good for so long, in seconds: longer than any run. */
const LIFETIME = 8 * 24 * 3600;
/** Requests at a time. */
const AT_A_TIME = 8;

/** Somebody with a token, and where they connect. */
export interface Person {
  readonly url: string;
  readonly token: string;
}

/** Two who can call each other. */
export interface Two {
  readonly chatId: string;
  readonly caller: Person;
  readonly callee: Person;
}

/** Told of how many of a kind are there, and that the server's limits are waited for. */
export type Told = (what: string) => void;

/** Makes people at these servers. */
export class People {
  readonly #access: Access;
  readonly #urls: readonly string[];
  readonly #told: Told;
  readonly #run = crypto.randomUUID().slice(0, 8);
  #count = 0;

  constructor(access: Access, urls: readonly string[], told: Told) {
    this.#access = access;
    this.#urls = urls;
    this.#told = told;
  }

  /** Pairs, each in a chat of its own. */
  async pairs(count: number): Promise<Two[]> {
    return await inParallel(count, AT_A_TIME, async (n) => {
      const [here, there] = [this.#at(n), this.#at(n + 1)];
      if (this.#access.by === "guest") return await this.#guests(here, there);
      const chatId = `load-${this.#run}-${n}`;
      const [caller, callee] = [await this.#member(here, [chatId]), await this.#member(there, [chatId])];
      return { chatId, caller, callee };
    });
  }

  /** Those who are there and do nothing. */
  async idle(count: number): Promise<Person[]> {
    return await inParallel(count, AT_A_TIME, async (n) => {
      const url = this.#at(n);
      if (this.#access.by === "host") return await this.#member(url, [`idle-${this.#run}-${Math.floor(n / 2)}`]);
      return { url, token: await this.#guest(url) };
    });
  }

  #at(n: number): string {
    return this.#urls[n % this.#urls.length]!;
  }

  async #guests(here: string, there: string): Promise<Two> {
    const made = await this.#post(here, "/api/chats", await this.#guest(here));
    const chatId: string = made.json.chatId;
    const joined = await this.#post(there, `/api/chats/${chatId}/join`, await this.#guest(there));
    return { chatId, caller: { url: here, token: made.token }, callee: { url: there, token: joined.token } };
  }

  async #guest(url: string): Promise<string> {
    return (await this.#post(url, "/api/session", null, { name: `Load ${++this.#count}` })).token;
  }

  /** A host application's user. */
  async #member(url: string, chats: string[]): Promise<Person> {
    if (this.#access.by !== "host") throw new Error("Guests have no tokens of a host application");
    const { secret, issuer, audience } = this.#access;
    const n = ++this.#count;
    const token = new SignJWT({ name: `Load ${n}`, chats }).setProtectedHeader({ alg: "HS256" })
      .setSubject(`load-${this.#run}-${n}`).setIssuedAt().setExpirationTime(`${LIFETIME}s`);
    if (issuer !== undefined) token.setIssuer(issuer);
    if (audience !== undefined) token.setAudience(audience);
    return { url, token: await token.sign(new TextEncoder().encode(secret)) };
  }

  /** Gives the answer and the session that goes on from it. Waits where the server says that it is too much at once. */
  // deno-lint-ignore no-explicit-any
  async #post(url: string, path: string, token: string | null, body?: object): Promise<{ token: string; json: any }> {
    for (;;) {
      const response = await fetch(url + path, {
        method: "POST",
        headers: {
          origin: url,
          ...(token === null ? {} : { cookie: `zvonok_session=${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "manual",
      });
      const text = await response.text();
      if (response.status === 429 || response.status === 503) {
        this.#told(`${path}: ${response.status}, waiting as the server says`);
        const seconds = Number(response.headers.get("retry-after") ?? 1);
        await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
        continue;
      }
      const cookies = response.headers.getSetCookie().map((cookie) => /^zvonok_session=([^;]+)/.exec(cookie));
      const next = cookies.find((match) => match !== null)?.[1] ?? token;
      if (!response.ok || next === null) throw new Error(`${path} answers ${response.status}`);
      return { token: next, json: JSON.parse(text) };
    }
  }
}
