/** The clients of the chaos, what they did, and what they saw that must not have happened. */

import { BEARER_PREFIX, CLOSE, SIGNAL_PATH, SUBPROTOCOL } from "../../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../../shared/protocol/client_messages.ts";
import { type ServerMessage, serverMessages } from "../../../shared/protocol/server_messages.ts";
import { chatsOf, membersOf } from "./chats.ts";
import { answer } from "./messages.ts";
import { sleep } from "./sleep.ts";
import { History, named } from "../history/history.ts";
import { type Line, openRawSocket, openSocket } from "./sockets.ts";

/** What the crowd did, and what must not have happened. */
export const stats = {
  clients: 0,
  sockets: 0,
  cuts: 0,
  sent: 0,
  hostile: 0,
  received: 0,
  placed: 0,
  connected: 0,
  resumed: 0,
};
export const errors: Record<string, number> = {};
export const violations: string[] = [];
/** What all of them said and were told of calls. */
export const history = new History();

/** One device of one user: it notes what it was told, comes back when its socket ends, and breaks no rule by itself. */
export class Client {
  readonly user: number;
  readonly chats: readonly string[];
  readonly calls = new Map<string, { callId: string; role: "caller" | "callee"; phase: "ringing" | "connected" }>();
  readonly seen: ServerMessage[] = [];
  isOpen = false;
  readonly #origin: () => string;
  readonly #by: string;
  #answers = 0;
  readonly #device: string;
  readonly #token: string;
  readonly #random: () => number;
  readonly #isRaw: boolean;
  #line: Line | null = null;
  #page = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  readonly #open = new Set<PromiseWithResolvers<void>>();

  /** `origin`: of the server for its next socket. */
  constructor(
    origin: () => string,
    user: number,
    device: string,
    token: string,
    random: () => number,
    isRaw: boolean,
  ) {
    this.user = user;
    this.#by = `user-${user}.${device}`;
    this.chats = chatsOf(user);
    this.#origin = origin;
    this.#device = device;
    this.#token = token;
    this.#random = random;
    this.#isRaw = isRaw;
    this.connect();
  }

  connect(token = this.#token): void {
    const isForged = token !== this.#token;
    const query = `device=${this.#device}&page=${this.#page}`;
    const url = new URL(`${SIGNAL_PATH}?${query}`, this.#origin().replace(/^http/, "ws"));
    const closed = Promise.withResolvers<void>();
    this.#open.add(closed);
    stats.sockets++;
    const line: Line = (this.#isRaw ? openRawSocket : openSocket)(url, [SUBPROTOCOL, BEARER_PREFIX + token], {
      onMessage: (text) => {
        if (isForged) violations.push(`a forged token was let in: ${text.slice(0, 200)}`);
        if (line === this.#line) this.#receive(text);
      },
      onClose: (code) => {
        closed.resolve();
        this.#open.delete(closed);
        if (line !== this.#line) return;
        this.isOpen = false;
        this.#line = null;
        if (this.#isStopped || code === CLOSE.replaced) return;
        this.#retry = setTimeout(() => this.connect(), 100 + 400 * this.#random());
      },
    });
    if (!isForged) this.#line = line;
  }

  send(message: ClientMessage): void {
    stats.sent++;
    const frame = JSON.stringify(
      message.type === "call:answer"
        ? { ...message, answer: named(message.answer, `${this.#by}.${++this.#answers}`) }
        : message,
    );
    history.sent(this.#by, frame);
    this.#line?.send(frame);
  }

  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    stats.hostile++;
    if (typeof data === "string") history.sent(this.#by, data);
    this.#line?.send(data);
  }

  cut(): void {
    stats.cuts++;
    this.#line?.cut();
  }

  /** The same device with another document, whose socket may come before the old one's end is noticed. */
  reload(): void {
    this.#page++;
    const old = this.#line;
    if (this.#random() < 0.5) old?.close();
    // A socket made by hand says at once that it is closed, and would be followed by another one.
    clearTimeout(this.#retry);
    this.connect();
    old?.close();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#line?.close();
    await Promise.all([...this.#open].map(({ promise }) => promise));
  }

  #receive(text: string): void {
    stats.received++;
    const message = JSON.parse(text) as ServerMessage;
    const parsed = serverMessages[message.type]?.safeParse(message);
    if (!parsed?.success) {
      violations.push(`not of the protocol: ${parsed?.error.issues[0]?.message}: ${text.slice(0, 500)}`);
    }
    this.#check(message);
    history.heard(this.#by, message);
    if (this.seen.push(message) > 50) this.seen.shift();
    this.#note(message);
  }

  /** Nothing of a chat this user is not in, and nothing in it of somebody who is not. */
  #check(message: ServerMessage): void {
    const me = `user-${this.user}`;
    const wrong = (what: string) =>
      violations.push(`${me} in ${this.chats}: ${what}: ${JSON.stringify(message).slice(0, 300)}`);
    if (message.type === "welcome" && (message.user.id !== me || message.deviceId !== this.#device)) wrong("not me");
    // An error repeats the chat that was named, of whomever it is.
    if (message.type === "call:error") errors[message.code] = (errors[message.code] ?? 0) + 1;
    else if ("chatId" in message && !this.chats.includes(message.chatId)) wrong("another chat");
    else if ("callerId" in message && !membersOf(message.chatId).includes(message.callerId)) wrong("a stranger calls");
    else if ("callerId" in message && message.callerId === me) wrong("I call myself");
    else if (
      message.type === "chat:state" && message.members.some(({ id }) => !membersOf(message.chatId).includes(id))
    ) {
      wrong("a stranger in the chat");
    }
  }

  #note(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.isOpen = true;
        for (const [chatId, { callId, role, phase }] of this.calls) {
          if (phase === "connected") this.send({ type: "call:resume", chatId, callId, role });
          else this.calls.delete(chatId);
        }
        return;
      case "call:offer":
        this.calls.set(message.chatId, { callId: message.callId, role: "callee", phase: "ringing" });
        if (message.glare) this.answer(message.chatId);
        else this.send({ type: "call:ringing", chatId: message.chatId, callId: message.callId });
        return;
      case "call:ringing":
        this.calls.set(message.chatId, { callId: message.callId, role: "caller", phase: "ringing" });
        return;
      case "call:answer":
        stats.connected++;
        this.calls.set(message.chatId, { callId: message.callId, role: "caller", phase: "connected" });
        return;
      case "call:state": {
        const { chatId, callId, role, state: phase } = message;
        if (phase === "connected") stats.resumed++;
        this.calls.set(chatId, { callId, role, phase });
        return;
      }
      case "call:end":
      case "call:rejected":
        if (this.calls.get(message.chatId)?.callId === message.callId) this.calls.delete(message.chatId);
        return;
      case "call:error":
        if (message.code === "NO_CALL" && message.chatId) this.calls.delete(message.chatId);
        return;
    }
  }

  answer(chatId: string): void {
    const call = this.calls.get(chatId)!;
    this.send({ type: "call:answer", chatId, callId: call.callId, answer });
    this.calls.set(chatId, { ...call, phase: "connected" });
  }

  /** The next message of one of these types, or `null` if none comes. */
  async hears<Type extends ServerMessage["type"]>(...types: Type[]) {
    for (const until = performance.now() + 5_000; performance.now() < until; await sleep(10)) {
      const at = this.seen.findIndex(({ type }) => (types as string[]).includes(type));
      if (at >= 0) return this.seen.splice(at, 1)[0] as Extract<ServerMessage, { type: Type }>;
    }
    return null;
  }
}
