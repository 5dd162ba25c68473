/**
 * How long a token speaks for a device, and what the device may say once it has expired: rule R20. A pure machine, and the one
 * timer that drives it. All times are wall clock, in ms since 1970, as tokens have them.
 */

import { type Answer, type CallRef, type ChatMessage, whenKnown } from "../engine/engine.ts";

/** A call goes on for so long after the expiry of a token in it, in ms, and no longer. */
export const OUTLIVED_MS = 24 * 3600 * 1000;

/** How long a device may take to tell of the call that its token did not outlive (`call:receipt`), in ms. */
export const RECEIPT_MS = 2_000;

/** A device is told when this share of its token's life is left, within these bounds, in ms. */
const NOTICE_SHARE = 0.25;
const NOTICE_MS = { least: 3_000, most: 60_000 };

/** The longest that timers can wait (a signed 32-bit number of ms, WHATWG HTML, section 8.7): 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a device's token is good for. */
export type Life =
  /** Everything. `noticeAt`: when to say that it expires soon; `null`: that was said. */
  | { readonly state: "valid"; readonly noticeAt: number | null; readonly expiresAt: number }
  /** The token expired in this call, which goes on, until `endsAt` at the latest. */
  | { readonly state: "expired"; readonly call: CallRef; readonly endsAt: number }
  /** The call in which the token expired is over. Messages about its end may come until `endsAt`. */
  | { readonly state: "leaving"; readonly call: CallRef; readonly endsAt: number }
  /** Nothing: the socket is closed. */
  | { readonly state: "over" };

/** What can happen in the life of a token. */
export type LifeEvent =
  /** Time has passed. `call`: the one that the device is in, or that rings on it. */
  | { readonly type: "time"; readonly now: number; readonly call: CallRef | null }
  /** Another token of the same user was shown, which expires then. */
  | { readonly type: "renewed"; readonly now: number; readonly expiresAt: number }
  /** The device is not in its call any more, and has this long to tell of it, in ms. */
  | { readonly type: "left"; readonly now: number; readonly waitMs: number };

/** `notice`: the device is to be told when its token expires, or that it has. `end`: the socket is to be closed. */
export type LifeEffect = "notice" | "end";

/** The life of a token that was just shown. */
export function bornAt(now: number, expiresAt: number): Life {
  const noticeMs = Math.min(Math.max((expiresAt - now) * NOTICE_SHARE, NOTICE_MS.least), NOTICE_MS.most);
  return { state: "valid", noticeAt: expiresAt - noticeMs, expiresAt };
}

/** Applies one event. Total: every event may come in every state. */
export function live(life: Life, event: LifeEvent): { readonly life: Life; readonly effect: LifeEffect | null } {
  const { now } = event;
  const stays = { life, effect: null };
  const ends = { life: { state: "over" }, effect: "end" } as const;
  if (life.state === "over") return stays;
  switch (event.type) {
    case "renewed": {
      const isLater = event.expiresAt > (life.state === "valid" ? life.expiresAt : now);
      return isLater ? { life: bornAt(now, event.expiresAt), effect: null } : stays;
    }
    case "left": {
      if (life.state === "valid") return stays;
      return { life: { ...life, state: "leaving", endsAt: Math.min(life.endsAt, now + event.waitMs) }, effect: null };
    }
    case "time": {
      if (life.state !== "valid") return now < life.endsAt ? stays : ends;
      const { noticeAt, expiresAt } = life;
      if (now >= expiresAt) {
        const endsAt = expiresAt + OUTLIVED_MS;
        if (event.call === null || now >= endsAt) return ends;
        return { life: { state: "expired", call: event.call, endsAt }, effect: "notice" };
      }
      if (noticeAt === null || now < noticeAt) return stays;
      return { life: { ...life, noticeAt: null }, effect: "notice" };
    }
  }
}

/** When `time` is next worth an event; `null`: never. */
export function nextAt(life: Life): number | null {
  if (life.state === "over") return null;
  return life.state === "valid" ? life.noticeAt ?? life.expiresAt : life.endsAt;
}

/** The one call that a token speaks for in such a life; `null`: for everything. */
export function restrictionOf(life: Life): CallRef | null {
  return life.state === "expired" || life.state === "leaving" ? life.call : null;
}

/**
 * Whether a device may say this whose token speaks for this one call, or (`null`) for everything. `current`: the call of the message's
 * chat, if there is one. What an expired token may not do is begin anything, nor hear of other chats.
 */
export function maySay(restriction: CallRef | null, message: ChatMessage, current: CallRef | null): boolean {
  if (restriction === null) return true;
  const { chatId, callId } = restriction;
  switch (message.type) {
    case "call:initiate":
    case "call:missed-seen":
      return false;
    case "chat:watch":
      return message.chatId === chatId;
    case "call:resume":
    case "call:receipt":
      return message.chatId === chatId && message.callId === callId;
    default:
      // What crosses the call's end finds none, and is no error (R11).
      return message.chatId === chatId && (current === null || current.callId === callId);
  }
}

/** What the life of a device's token needs of the hub. */
export interface LifetimePorts {
  /** Wall clock in ms since 1970. */
  clock(): number;
  /** The call that the device is in, or that rings on it. */
  call(): Answer<CallRef | null>;
  /** The token speaks for this one call only from now on, or (`null`) for everything again. */
  onRestriction(call: CallRef | null): void;
  /** To tell the device that its token expires in so many ms; 0: it has. */
  onNotice(expiresInMs: number): void;
  /** To close the socket. */
  onEnd(): void;
}

/** The life of one socket's token. To be closed with the socket. */
export class Lifetime {
  readonly #ports: LifetimePorts;
  #life: Life;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(expiresAt: number, ports: LifetimePorts) {
    this.#ports = ports;
    this.#life = bornAt(ports.clock(), expiresAt);
    this.#schedule();
  }

  get life(): Life {
    return this.#life;
  }

  /** How long the token is good for, in ms. */
  get expiresInMs(): number {
    const { state } = this.#life;
    const leftMs = state === "valid" ? this.#life.expiresAt - this.#ports.clock() : 0;
    return Math.min(Math.max(0, Math.round(leftMs)), Number.MAX_SAFE_INTEGER);
  }

  /** Acts on what is due, be the timer late or the clock set. Costs next to nothing where nothing is. */
  catchUp(): void {
    const at = nextAt(this.#life);
    if (at === null || this.#ports.clock() < at) return;
    whenKnown(this.#ports.call(), (call) => this.#apply({ type: "time", now: this.#ports.clock(), call }));
  }

  /** Another token of the user was shown. True where it is good for longer. */
  renew(expiresAt: number): boolean {
    const before = this.#life;
    this.#apply({ type: "renewed", now: this.#ports.clock(), expiresAt });
    return this.#life !== before;
  }

  /** The device is not in its call any more, and has this long to tell of it. */
  leave(waitMs: number): void {
    this.#apply({ type: "left", now: this.#ports.clock(), waitMs });
  }

  close(): void {
    this.#life = { state: "over" };
    clearTimeout(this.#timer);
  }

  #apply(event: LifeEvent): void {
    const before = this.#life;
    const { life, effect } = live(before, event);
    this.#life = life;
    this.#schedule();
    const call = restrictionOf(life);
    if (restrictionOf(before) !== call) this.#ports.onRestriction(call);
    if (effect === "notice") this.#ports.onNotice(this.expiresInMs);
    if (effect === "end") this.#ports.onEnd();
  }

  /** A timer may be early by the clock, or have waited for as long as timers can. */
  #wake(): void {
    const at = nextAt(this.#life);
    if (at !== null && this.#ports.clock() < at) return this.#schedule();
    this.catchUp();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const at = nextAt(this.#life);
    if (at === null) return;
    const delay = Math.min(Math.max(0, at - this.#ports.clock()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#wake(), delay);
  }
}
