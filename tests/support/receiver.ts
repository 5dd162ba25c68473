/** A host application's server as webhooks see it: it checks each signature with the library that host applications would use. */

import assert from "node:assert/strict";
import { StandardWebhook } from "./packages.ts";

/** What `RECEIPT_SECRET` is in tests. */
export const WEBHOOK_SECRET = `whsec_${btoa("a key of thirty-two bytes, or so")}`;

/** One request, its signature verified. */
export interface Received {
  readonly id: string;
  /** When it came, in ms of `performance.now()`. */
  readonly at: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** What it answers to the n-th request, counted from 0. */
type Answer = (n: number) => Response | Promise<Response>;

const thanks = () => new Response(null, { status: 204 });

/** Listens on a free port; `await using` stops it. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  #news = Promise.withResolvers<void>();

  constructor(answer: Answer = thanks, secret = WEBHOOK_SECRET) {
    const verifier = new StandardWebhook(secret);
    this.#http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
      const text = await req.text();
      let body;
      try {
        assert.equal(req.method, "POST");
        assert.equal(req.headers.get("content-type"), "application/json");
        body = verifier.verify(text, Object.fromEntries(req.headers));
      } catch (error) {
        body = { refused: String(error) };
      }
      this.received.push({ id: req.headers.get("webhook-id") ?? "", at: performance.now(), body });
      this.#news.resolve();
      this.#news = Promise.withResolvers();
      return await answer(this.received.length - 1);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#http.addr.port}/hook?from=calls`;
  }

  /** Waits until there have been so many requests, and returns them. */
  async until(count: number, timeoutMs = 10_000): Promise<Received[]> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${this.received.length} of ${count} requests within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      while (this.received.length < count) await Promise.race([this.#news.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.shutdown();
  }
}
