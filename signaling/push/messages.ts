/** What is pushed to whom, from what happens in calls: a pure function. Rule R21. */

import { createHash } from "node:crypto";
import { fill, strings } from "../../shared/i18n/i18n.ts";
import type { CallTag, Fact } from "../call/facts.ts";
import type { Sender } from "../call/parties.ts";
import type { Subscription } from "./subscriptions.ts";

/** How long a push service keeps what tells of a missed call, and of one that need not ring any more, in seconds. */
const MISSED_TTL = 24 * 3600;
const OVER_TTL = 60;

/** A call that rings, or is about to, by push too. */
export interface RungCall {
  readonly call: CallTag;
  readonly caller: Sender;
  readonly callee: string;
  /** When the ringing ends, in ms since 1970. */
  readonly until: number;
}

/** What is to be told of a call. */
export type CallNews = RungCall & {
  /** It rings; it is a missed one; or it is no more, for it was answered or declined elsewhere, or could not be. */
  readonly state: "ringing" | "missed" | "over";
};

/** One message to one browser (RFC 8030, section 5). */
export interface PushMessage {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  /** In seconds, at least one. */
  readonly ttl: number;
  readonly urgency: "high" | "normal";
  /** A later message of the same call takes the place of one that waits still. */
  readonly topic: string;
  /** For the service worker: which call, and what to say where the server cannot be asked. No more than the notification shows. */
  readonly data: { readonly state: CallNews["state"]; readonly chatId: string; readonly callId: string; title: string };
}

/** What a fact says of a call to people who look at no page; `null`: nothing. `rung`: the call, while it rings. */
export function newsOf(fact: Fact, rung: RungCall | undefined): CallNews | null {
  if (rung === undefined) return null;
  switch (fact.type) {
    case "placed":
      return { ...rung, state: "ringing" };
    case "missed":
      // Nobody was reached at all.
      return fact.reason === "offline" ? null : { ...rung, state: "missed" };
    case "answered":
    case "ended":
      return { ...rung, state: "over" };
    default:
      return null;
  }
}

/** The messages that tell news of a call to these browsers, now (ms since 1970): none of a call whose ringing is over. */
export function messagesOf(news: CallNews, subscriptions: readonly Subscription[], now: number): PushMessage[] {
  const { state, call: { chatId, callId }, until } = news;
  const left = Math.ceil((until - now) / 1000);
  if (state === "ringing" && left <= 0) return [];
  const ttl = { ringing: left, missed: MISSED_TTL, over: OVER_TTL }[state];
  const topic = createHash("sha256").update(callId).digest("base64url").slice(0, 32);
  return subscriptions.map(({ endpoint, p256dh, auth, locale }) => ({
    endpoint,
    keys: { p256dh, auth },
    ttl,
    urgency: state === "missed" ? "normal" : "high",
    topic,
    data: { state, chatId, callId, title: titleOf(news, locale) },
  }));
}

function titleOf({ state, call: { media }, caller: { name } }: CallNews, locale: Subscription["locale"]): string {
  const { history, missed } = strings(locale).chat;
  return fill(state === "missed" ? missed[media] : history.incoming, { name });
}
