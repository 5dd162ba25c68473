/** Hands messages to push services (RFC 8030), sealed for the browser (RFC 8291) and signed by this server (RFC 8292). */

import type { PushMessage } from "./messages.ts";
import { isPushService, leadsOut } from "./services.ts";
import type { Vapid } from "./vapid.ts";

/** How long a push service may take, in ms. */
const ANSWER_MS = 10_000;
/** How long to wait before each further try, in ms. */
const PAUSES_MS = [1_000, 3_000] as const;

/** The service has it; the subscription is no more; or it could not be handed over. */
export type Sent = "taken" | "gone" | "failed";

export interface SenderOptions {
  readonly vapid: Vapid;
  /** The push services that may be, by origin; empty: any in the world. */
  readonly services: readonly string[];
  /** A push service did not take a message. `why` is one of a few texts. */
  onFailed(failed: { readonly service: string; readonly why: string }): void;
}

export class PushSender {
  readonly #options: SenderOptions;
  readonly #aborts = new AbortController();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Tries until a time, in ms since 1970, and a few times at most. Never rejects. */
  async send(message: PushMessage, until: number): Promise<Sent> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      const left = Math.max(1, Math.ceil((until - Date.now()) / 1000));
      const isRinging = message.data.state === "ringing";
      const sent = await this.#post(isRinging ? { ...message, ttl: Math.min(message.ttl, left) } : message);
      if (sent !== "again" || pauseMs === null) return sent === "again" ? "failed" : sent;
      if (Date.now() + pauseMs > until || !await this.#sleep(pauseMs)) return "failed";
    }
    return "failed";
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#aborts.abort();
  }

  async #post({ endpoint, keys, ttl, urgency, topic, data }: PushMessage): Promise<Sent | "again"> {
    const { vapid, services, onFailed } = this.#options;
    // The setting may be another one than when the browser subscribed.
    if (!isPushService(endpoint, services)) return "gone";
    if (services.length === 0 && !await leadsOut(endpoint)) return "failed";
    const { origin: service } = new URL(endpoint);
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), ANSWER_MS);
    try {
      const { buildPushPayload } = await import("@block65/webcrypto-web-push");
      const message = { data, options: { ttl, urgency, topic } };
      const { headers, body } = await buildPushPayload(message, { endpoint, expirationTime: null, keys }, vapid);
      const signal = AbortSignal.any([tooLate.signal, this.#aborts.signal]);
      const response = await fetch(endpoint, { method: "POST", headers, body, redirect: "manual", signal });
      await response.body?.cancel();
      const { ok, status } = response;
      if (ok) return "taken";
      if (status === 404 || status === 410) return "gone";
      onFailed({ service, why: `it answered ${status}${hintFor(status)}` });
      return status === 429 || status >= 500 ? "again" : "failed";
    } catch (error) {
      if (this.#aborts.signal.aborted) return "failed";
      onFailed({ service, why: `it could not be reached (${nameOf(error)})` });
      return "again";
    } finally {
      clearTimeout(timer);
    }
  }

  /** False where the server leaves meanwhile. */
  #sleep(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = () => resolve(false);
    const timer = setTimeout(() => resolve(true), ms);
    this.#aborts.signal.addEventListener("abort", leave);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#aborts.signal.removeEventListener("abort", leave);
    });
  }
}

/** An error's kind: its message may name the endpoint. */
const nameOf = (error: unknown) => error instanceof Error ? error.name : "it failed";

const hintFor = (status: number) =>
  status === 401 || status === 403 ? ": it does not take VAPID_PUBLIC_KEY or VAPID_SUBJECT" : "";
