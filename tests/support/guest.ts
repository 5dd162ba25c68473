/** A visitor of the running product, over plain HTTP. */

import assert from "node:assert/strict";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

/** A browser as far as HTTP goes: it keeps its cookies and says where it comes from. */
export class Guest {
  /** The session. */
  cookie: string | null = null;
  /** What came with a join form. */
  visit: string | null = null;
  readonly #url: string;
  readonly #origin: string | null;

  constructor(url: string, origin: string | null = url) {
    this.#url = url;
    this.#origin = origin;
  }

  /** A browser with the same cookies. */
  copy(): Guest {
    return Object.assign(new Guest(this.#url, this.#origin), { cookie: this.cookie, visit: this.visit });
  }

  async ask(
    method: string,
    path: string,
    body?: BodyInit | null,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [this.cookie, this.visit].filter((pair) => pair !== null).join("; ");
    const response = await fetch(this.#url + path, {
      method,
      body,
      redirect: "manual",
      headers: {
        ...(cookie === "" ? {} : { cookie }),
        ...(this.#origin === null || method === "GET" ? {} : { origin: this.#origin }),
        ...headers,
      },
    });
    const text = await response.text();
    const set = response.headers.getSetCookie().findLast((value) => value.startsWith("zvonok_session="));
    if (set !== undefined) this.cookie = set.split(";")[0]!;
    const visit = response.headers.getSetCookie().find((value) => value.startsWith("zvonok_visit="));
    if (visit !== undefined) this.visit = visit.includes("Max-Age=0") ? null : visit.split(";")[0]!;
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
  }

  post(path: string, value?: unknown): Promise<Answer> {
    const json = { "content-type": "application/json" };
    return value === undefined ? this.ask("POST", path) : this.ask("POST", path, JSON.stringify(value), json);
  }

  submit(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.ask("POST", path, new URLSearchParams(fields));
  }

  /** Opens an invitation, or the lobby, and sends its form, as people do. */
  async join(path: string, name: string): Promise<Answer> {
    assert.match((await this.get(path)).text, /<form/);
    return await this.submit(path, { name });
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.ask("GET", path, null, headers);
  }

  static async named(url: string, name: string): Promise<Guest> {
    const guest = new Guest(url);
    assert.equal((await guest.post("/api/session", { name })).status, 200);
    return guest;
  }

  async createChat(): Promise<string> {
    const { status, json } = await this.post("/api/chats");
    assert.equal(status, 201);
    return json.chatId;
  }
}

/** Asserts a JSON error with this status and code. */
export function isError(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(Object.keys(answer.json ?? {}).sort(), ["code", "message"], answer.text);
  assert.equal(answer.json.code, code);
  assert.ok(answer.json.message.length > 0);
}

/** Asserts a page in a person's language that says why a request was refused, and, in a small line, the stable code. */
export function isRefusedPage(answer: Answer, status: number, code: string, lang = "en"): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/, answer.text.slice(0, 80));
  assert.match(answer.text, new RegExp(`<html lang="${lang}"`));
  assert.match(answer.text, /<h1>[^<]+<\/h1><p class="lead">[^<]+<\/p>/);
  assert.match(answer.text, /<a class="button[^>]* href="\//, "there is a way on");
  assert.match(answer.text, new RegExp(`lang="en">${status} ${code}: `));
}
