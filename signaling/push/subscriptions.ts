/**
 * The port of push subscriptions (W3C Push API): where a person can be told of a call while no page of theirs is open. Kept beside the
 * call log, and as long as that at most.
 *
 * What every implementation guarantees:
 *
 * 1. A subscription is one person's: who had its endpoint before has it no more.
 * 2. Of one person's the newest `MAX_SUBSCRIPTIONS` are kept, of all the newest `MAX_IN_ALL`.
 * 3. Nothing throws or rejects: subscriptions that cannot be read are none, and why is told to whoever runs the server.
 */

import type { Locale } from "../../shared/i18n/strings.ts";
import type { Answer } from "../engine/engine.ts";

/** Of one person, and in all. */
export const MAX_SUBSCRIPTIONS = 8;
export const MAX_IN_ALL = 100_000;

/** A browser that can be told of calls. */
export interface Subscription {
  /** Where its push service takes messages (RFC 8030, section 5): a URL that nobody else can know. */
  readonly endpoint: string;
  /** Its public key and its secret (RFC 8291, section 2), base64url. */
  readonly p256dh: string;
  readonly auth: string;
  /** The language of its notifications. */
  readonly locale: Locale;
  /** When its page last said that it is there, in ms since 1970. */
  readonly at: number;
}

export interface PushSubscriptions {
  /** Keeps a subscription, or what is new of one that is known. */
  keep(userId: string, subscription: Subscription): Answer<void>;
  /** A person's subscriptions, newest first. */
  of(userId: string): Answer<Subscription[]>;
  /** Forgets one, if it is this person's. */
  remove(userId: string, endpoint: string): Answer<void>;
  /** Forgets all of a person's. */
  clear(userId: string): Answer<void>;
  /** Forgets those that nobody spoke of since a time, in ms since 1970. */
  expire(before: number): Answer<void>;
  /** Resolves once all is kept. */
  close(): Answer<void>;
}
