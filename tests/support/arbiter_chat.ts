/** One chat as the arbiter sees it, for tests by table: what is in it before an event, what the event delivers, and what it leaves. */

import assert from "node:assert/strict";
import type { OmitEach } from "../../shared/omit_each.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { advance } from "../../signaling/call/advance.ts";
import { missedMessage } from "../../signaling/call/facts.ts";
import { type CallEvent, type ChatCalls, type Delivery, NO_CALLS } from "../../signaling/call/state.ts";
import type { Endpoint } from "../../signaling/call/parties.ts";

export const RULES = { ringTimeoutMs: 30_000, graceMs: 20_000 };
const CHAT = "chat";
export const CALL = "call-0123456789abcdef";
export const OTHER_CALL = "other-0123456789abcde";
export const ANN: Endpoint = { user: "ann", device: "laptop" };
export const BOB: Endpoint = { user: "bob", device: "phone" };
export const BOB_TOO: Endpoint = { user: "bob", device: "tablet" };

export const OFFER_SDP = [
  "v=0",
  "o=- 1 2 IN IP4 127.0.0.1",
  "s=-",
  "m=audio 5000 RTP/AVP 0",
  "c=IN IP4 192.0.2.7",
  "a=mid:0",
]
  .join("\r\n");
export const offer = { type: "offer" as const, sdp: OFFER_SDP };
export const answer = { type: "answer" as const, sdp: "v=0" };
export const candidate = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ host`, sdpMid: "0" });
export const relayed = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ relay`, sdpMid: "0" });

type Message = Exclude<
  ClientMessage,
  {
    type:
      | "chat:watch"
      | "session:renew"
      | "device:leaving"
      | "ping"
      | "call:initiate"
      | "call:resume"
      | "call:receipt"
      | "call:missed-seen";
  }
>;
type Body = OmitEach<Message, "chatId">;

/** One chat, its clock, and what was delivered, readable: `ann.laptop call:end timeout`. */
export class Chat {
  calls: ChatCalls = NO_CALLS;
  now = 0;
  deliveries: readonly Delivery[] = [];
  isRecovering = true;
  busy = { callerBusy: false, calleeBusy: false };
  push = false;
  bobsDevices = [{ device: "phone", connected: true }, { device: "tablet", connected: true }];

  with(change: { busy?: Partial<Chat["busy"]>; devices?: Chat["bobsDevices"]; push?: boolean }): this {
    Object.assign(this.busy, change.busy);
    this.push = change.push ?? this.push;
    this.bobsDevices = change.devices ?? this.bobsDevices;
    return this;
  }

  initiate(from = ANN, callId = CALL, callee: string | null = from.user === "ann" ? "bob" : "ann"): string[] {
    const message = { type: "call:initiate" as const, chatId: CHAT, callId, offer };
    const devices = callee === "ann" ? [{ device: "laptop", connected: true }] : this.bobsDevices;
    const name = from.user.toUpperCase();
    return this.#apply({
      type: "initiate",
      now: this.now,
      from,
      name,
      message,
      callId,
      callee,
      calleeName: callee ?? "",
      devices,
      ...this.busy,
      push: this.push,
    });
  }

  say(from: Endpoint, body: Body): string[] {
    const message = { chatId: CHAT, ...body } as Message;
    return this.#apply({ type: "message", now: this.now, from: { ...from, name: from.user }, message });
  }

  resume(from: Endpoint, role: "caller" | "callee", callId = CALL): string[] {
    const message = { type: "call:resume" as const, chatId: CHAT, callId, role };
    return this.#apply({
      type: "resume",
      now: this.now,
      from: { ...from, name: from.user },
      message,
      busy: false,
      isRecovering: this.isRecovering,
    });
  }

  after(ms: number): string[] {
    this.now += ms;
    return this.#apply({ type: "tick", now: this.now });
  }

  unreached = (callId = CALL) => this.#apply({ type: "unreached", now: this.now, callId });
  decline = (user = "bob", callId = CALL) => this.#apply({ type: "decline", now: this.now, user, callId });
  drop = (from: Endpoint, graceMs = RULES.graceMs) => this.#apply({ type: "drop", now: this.now, from, graceMs });
  connect = (from: Endpoint, reloaded = false) => this.#apply({ type: "connect", now: this.now, from, reloaded });

  get state(): string {
    return this.calls.call?.state ?? "none";
  }

  #apply(event: CallEvent): string[] {
    const { chat, deliveries, facts } = advance(this.calls, event, RULES);
    this.calls = chat;
    this.deliveries = deliveries;
    const told = deliveries.map(({ to, message }) => `${to.user}.${to.device} ${word(message)}`);
    // Messages to all devices of a user, or that are found later.
    const missed = facts.filter((fact) => fact.type === "missed");
    return [...told, ...missed.map((fact) => `${fact.callee} ${word(missedMessage(fact, 0))}`)];
  }
}

function word(message: ServerMessage): string {
  const detail = "reason" in message
    ? message.reason
    : "code" in message
    ? message.code
    : message.type === "call:peer" || message.type === "call:state"
    ? message.state
    : message.type === "call:offer" && message.glare
    ? "glare"
    : "";
  return `${message.type} ${detail}`.trim();
}

export const ringing = () => {
  const chat = new Chat();
  chat.initiate();
  return chat;
};
export const connected = () => {
  const chat = ringing();
  chat.say(BOB, { type: "call:answer", answer });
  return chat;
};

export const glaring = () => {
  const chat = ringing();
  chat.initiate(BOB, OTHER_CALL);
  return chat;
};

export interface Row {
  name: string;
  from?: () => Chat;
  when: (chat: Chat) => string[];
  delivers: string[];
  leaves: "none" | "ringing" | "connected";
}

export const end = (from: Endpoint, callId?: string) => (chat: Chat) =>
  chat.say(from, { type: "call:end", ...(callId ? { callId } : {}) });

export const rings = (from: Endpoint) => (chat: Chat) => chat.say(from, { type: "call:ringing", callId: CALL });

/** A test for each row. */
export function table(rows: Row[]): void {
  for (const { name, from = () => new Chat(), when, delivers, leaves } of rows) {
    Deno.test(`call: ${name}`, () => {
      const chat = from();
      assert.deepEqual(when(chat), delivers);
      assert.equal(chat.state, leaves);
    });
  }
}
