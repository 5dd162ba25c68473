/**
 * Tells a host application's server what happened: one signed HTTP POST for each event, again and again until it is taken.
 * The signature, the headers and the form of the body are those of Standard Webhooks 1.0.
 */

import { createHash } from "node:crypto";

/** Messages kept until they are delivered or given up; more are dropped. */
const MAX_MESSAGES = 10_000;
const MAX_IN_FLIGHT = 8;

/** How often, and how soon again. Times are in ms. */
export interface RetryPolicy {
  readonly tries: number;
  /** The first pause; each later one is four times the one before, up to `maxPauseMs`. Each is shortened by up to half at random. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/** For three to four hours in all. */
const RETRY: RetryPolicy = { tries: 11, pauseMs: 1_000, maxPauseMs: 3_600_000, timeoutMs: 15_000 };

/** Where to, and the keys to sign with: all of them do, so that a secret can be changed without losing a message. */
export interface WebhookTarget {
  readonly url: string;
  readonly keys: readonly Uint8Array<ArrayBuffer>[];
}

/** What became of messages since the start. */
export interface WebhookFigures {
  /** Not delivered and not given up yet. */
  readonly waiting: number;
  readonly delivered: number;
  /** Tries that failed and were to be repeated. */
  readonly retried: number;
  /** Refused by the receiver, given up, or too many to keep. */
  readonly lost: number;
}

interface Message {
  readonly id: string;
  readonly body: string;
  tries: number;
  /** Until the next try. */
  timer?: ReturnType<typeof setTimeout>;
}

/** What a try came to. `again`: it may be repeated, after at least so many ms; `null`: it may not. */
type Verdict = "taken" | { readonly why: string; readonly again: number | null };

/** Is told of a message that is lost, but for those that the server leaves behind. */
type OnLost = (lost: { readonly why: string; readonly tries: number }) => void;

export class Webhook {
  readonly #url: string;
  readonly #keys: Promise<CryptoKey[]>;
  readonly #retry: RetryPolicy;
  readonly #onLost: OnLost;
  /** Not delivered and not given up. */
  readonly #messages = new Set<Message>();
  /** Messages whose turn it is. */
  readonly #ready: Message[] = [];
  #inFlight = 0;
  readonly #counts = { delivered: 0, retried: 0, lost: 0 };
  readonly #aborts = new AbortController();
  /** Set once the server leaves: then there are no further tries. */
  #emptied: (() => void) | null = null;

  constructor({ url, keys }: WebhookTarget, retry = RETRY, onLost: OnLost = () => {}) {
    this.#onLost = onLost;
    this.#url = url;
    const hmac = { name: "HMAC", hash: "SHA-256" };
    this.#keys = Promise.all(keys.map((key) => crypto.subtle.importKey("raw", key, hmac, false, ["sign"])));
    this.#retry = retry;
  }

  /**
   * Queues a message; `type` says what it is, `about` what it is about, `timestamp` (ISO 8601) when it happened. Its id is of the first two,
   * so that whoever gets it twice, from two processes, knows.
   */
  send(type: string, about: string, timestamp: string, data: object): void {
    if (this.#messages.size >= MAX_MESSAGES) {
      this.#counts.lost++;
      this.#onLost({ why: `${MAX_MESSAGES} wait already`, tries: 0 });
      return;
    }
    const digest = createHash("sha256").update(`${type}\n${about}`).digest("base64url");
    const message = { id: `msg_${digest.slice(0, 22)}`, body: JSON.stringify({ type, timestamp, data }), tries: 0 };
    this.#messages.add(message);
    this.#ready.push(message);
    this.#pump();
  }

  figures(): WebhookFigures {
    return { waiting: this.#messages.size, ...this.#counts };
  }

  /** Tries everything once more, but no longer than `withinMs`. Resolves to how many messages were lost. */
  async close(withinMs: number): Promise<number> {
    const lostBefore = this.#counts.lost;
    const emptied = new Promise<void>((resolve) => this.#emptied = resolve);
    const late = setTimeout(() => this.#aborts.abort(), withinMs);
    for (const message of this.#messages) {
      if (message.timer === undefined) continue;
      clearTimeout(message.timer);
      delete message.timer;
      this.#ready.push(message);
    }
    this.#pump();
    if (this.#messages.size > 0) await emptied;
    clearTimeout(late);
    return this.#counts.lost - lostBefore;
  }

  #pump(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && this.#ready.length > 0) this.#try(this.#ready.shift()!);
  }

  async #try(message: Message): Promise<void> {
    message.tries++;
    this.#inFlight++;
    const verdict = await this.#post(message);
    this.#inFlight--;
    const { tries, pauseMs, maxPauseMs } = this.#retry;
    const again = verdict === "taken" ? null : verdict.again;
    if (again !== null && message.tries < tries && this.#emptied === null) {
      this.#counts.retried++;
      const pause = Math.min(maxPauseMs, pauseMs * 4 ** (message.tries - 1)) * (1 - Math.random() / 2);
      message.timer = setTimeout(() => {
        delete message.timer;
        this.#ready.push(message);
        this.#pump();
      }, Math.max(pause, Math.min(again, maxPauseMs)));
    } else {
      this.#messages.delete(message);
      this.#counts[verdict === "taken" ? "delivered" : "lost"]++;
      if (verdict !== "taken" && this.#emptied === null) this.#onLost({ why: verdict.why, tries: message.tries });
    }
    this.#pump();
    if (this.#messages.size === 0) this.#emptied?.();
  }

  async #post({ id, body }: Message): Promise<Verdict> {
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), this.#retry.timeoutMs);
    try {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const response = await fetch(this.#url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": await this.#sign(`${id}.${timestamp}.${body}`),
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([tooLate.signal, this.#aborts.signal]),
      });
      await response.body?.cancel();
      return verdictOf(response);
    } catch {
      return { why: "no connection, or no answer in time", again: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  async #sign(content: string): Promise<string> {
    const bytes = new TextEncoder().encode(content);
    const signatures = (await this.#keys).map((key) => crypto.subtle.sign("HMAC", key, bytes));
    return (await Promise.all(signatures))
      .map((signature) => `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`).join(" ");
  }
}

/** A redirect is refused like most of 4xx: the address is wrong, and will be at the next try. */
function verdictOf({ ok, status, headers }: Response): Verdict {
  if (ok) return "taken";
  const mayPass = status >= 500 || status === 408 || status === 429;
  return { why: `it answers ${status}`, again: mayPass ? retryAfterMs(headers) : null };
}

/** `Retry-After` (RFC 9110, section 10.2.3) in ms: it has seconds or a date. */
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : 0;
}
