/** The client's signaling socket: it comes back by itself, and what could not be sent waits for that. */

import { CLOSE } from "../constants.ts";
import type { ClientMessage, ServerMessage } from "../protocol.ts";
import type { Environment, SocketPort } from "./ports.ts";

/** Waits before each try to reconnect, in ms; the last one repeats. Each is shortened by up to half, at random, so that clients of a restarted server do not come at once. */
export const RECONNECT_DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** Messages kept while there is no socket. */
const MAX_QUEUE = 128;

/** How the socket stands. `replaced` and `unauthorized` are final. */
export type SignalStatus = "connecting" | "open" | "replaced" | "unauthorized";

/** Where the socket's news goes. */
export interface SignalHandlers {
  /** Told of changes; the first status is `connecting`. */
  onStatus(status: SignalStatus): void;
  /** The first message of every socket is `welcome`. */
  onMessage(message: ServerMessage): void;
}

export class SignalSocket {
  readonly #env: Environment;
  readonly #handlers: SignalHandlers;
  #socket: SocketPort | null = null;
  #welcomed = false;
  #closed = false;
  #attempt = 0;
  #queue: ClientMessage[] = [];
  #cancelTimer = () => {};

  constructor(env: Environment, handlers: SignalHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    this.#connect();
  }

  /** Sends now, or after the next `welcome`. */
  send(message: ClientMessage): void {
    if (this.#welcomed) this.#socket!.send(JSON.stringify(message));
    else if (this.#queue.length < MAX_QUEUE) this.#queue.push(message);
  }

  /** Takes back what still waits about a call. True where its `call:initiate` was among it: the server never heard of the call. */
  withdraw(callId: string): boolean {
    const concerns = (message: ClientMessage) => "callId" in message && message.callId === callId;
    const unsent = this.hasUnsentInitiate(callId);
    this.#queue = this.#queue.filter((message) => !concerns(message));
    return unsent;
  }

  hasUnsentInitiate(callId: string): boolean {
    return this.#queue.some((message) => message.type === "call:initiate" && message.callId === callId);
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    this.#socket?.close(1000);
    this.#socket = null;
    this.#welcomed = false;
  }

  #connect(): void {
    const socket = this.#env.openSocket();
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  #receive(data: unknown): void {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === "welcome") {
      this.#welcomed = true;
      this.#attempt = 0;
      this.#handlers.onStatus("open");
      this.#handlers.onMessage(message);
      const waiting = this.#queue;
      this.#queue = [];
      for (const queued of waiting) this.send(queued);
      return;
    }
    this.#handlers.onMessage(message);
  }

  #lost(code: number): void {
    const wasOpen = this.#welcomed;
    this.#socket = null;
    this.#welcomed = false;
    if (this.#closed) return;
    if (code === CLOSE.replaced) return this.#handlers.onStatus("replaced");
    this.#handlers.onStatus("connecting");
    if (wasOpen) return this.#retry();
    this.#env.isAuthorized().then((authorized) => {
      if (this.#closed) return;
      if (authorized) this.#retry();
      else this.#handlers.onStatus("unauthorized");
    });
  }

  #retry(): void {
    const longest = RECONNECT_DELAYS_MS[Math.min(this.#attempt++, RECONNECT_DELAYS_MS.length - 1)]!;
    this.#cancelTimer = this.#env.after(longest * (1 - this.#env.random() / 2), () => this.#connect());
  }
}
