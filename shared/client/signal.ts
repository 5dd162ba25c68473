/** The client's signaling socket: it comes back by itself, and what could not be sent waits for that. */

import { CLOSE } from "../constants.ts";
import type { ClientMessage, ServerMessage } from "../protocol.ts";
import type { Environment, SocketPort } from "./ports.ts";

/** Waits before each try to reconnect, in ms; the last one repeats. Each is shortened by up to half, at random, so that clients of a restarted server do not come at once. */
const RECONNECT_DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** A socket that is not welcomed within this time, in ms, is given up: a black hole says nothing for minutes. */
const OPENING_MS = 10_000;

/** After waking up, a socket has this long to prove that it still leads somewhere, in ms. */
const WAKE_PING_MS = 3_000;

/** Messages kept while there is no socket: fewer than the server takes at once. */
const MAX_QUEUE = 64;

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
  #state: "opening" | "open" | "waiting" | "closed" = "waiting";
  /** What waits goes out after the first `pong`: by then the server has said what it knows of this device's calls. */
  #isHeard = false;
  #pingMs = 0;
  /** Something came since the last ping. */
  #alive = true;
  #attempt = 0;
  #queue: ClientMessage[] = [];
  #cancelTimer = () => {};

  constructor(env: Environment, handlers: SignalHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    env.onWake(() => this.#wake());
    this.#connect();
  }

  /** Sends in turn: now, or once there is a socket and the server was heard out. */
  send(message: ClientMessage): void {
    if (this.#isHeard) this.sendNow(message);
    else if (this.#queue.length < MAX_QUEUE) this.#queue.push(message);
  }

  /** Sends before what waits, where there is a socket: what belongs to this socket, and is of no use later. */
  sendNow(message: ClientMessage): void {
    if (this.#state === "open") this.#socket!.send(JSON.stringify(message));
  }

  /** Takes back what still waits about a call. True where its `call:initiate` was among it: the server never heard of the call. */
  withdraw(callId: string): boolean {
    const unsent = this.hasUnsentInitiate(callId);
    this.#queue = this.#queue.filter((message) => !("callId" in message) || message.callId !== callId);
    return unsent;
  }

  hasUnsentInitiate(callId: string): boolean {
    return this.#queue.some((message) => message.type === "call:initiate" && message.callId === callId);
  }

  close(): void {
    for (const queued of this.#queue) this.sendNow(queued);
    this.#state = "closed";
    this.#isHeard = false;
    this.#cancelTimer();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  async #connect(): Promise<void> {
    this.#state = "opening";
    const socket = await this.#env.openSocket();
    if (this.#state !== "opening") return socket.close(1000);
    this.#socket = socket;
    this.#cancelTimer = this.#env.after(OPENING_MS, () => this.#lost(CLOSE.silent));
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  #receive(data: unknown): void {
    const message = JSON.parse(String(data)) as ServerMessage;
    this.#alive = true;
    if (message.type !== "welcome") {
      this.#handlers.onMessage(message);
      if (message.type === "pong" && !this.#isHeard) this.#flush();
      return;
    }
    this.#state = "open";
    this.#attempt = 0;
    this.#pingMs = message.pingMs;
    this.#watch(message.pingMs);
    this.#handlers.onStatus("open");
    this.#handlers.onMessage(message);
    this.sendNow({ type: "ping" });
  }

  #flush(): void {
    this.#isHeard = true;
    const waiting = this.#queue;
    this.#queue = [];
    for (const queued of waiting) this.send(queued);
  }

  /** Notices a socket that is open but leads nowhere, which its own `close` event may not tell for minutes. */
  #watch(withinMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#env.after(withinMs, () => {
      if (!this.#alive) return this.#lost(CLOSE.silent);
      this.#alive = false;
      this.sendNow({ type: "ping" });
      this.#watch(this.#pingMs);
    });
  }

  #wake(): void {
    if (this.#state === "waiting") {
      this.#cancelTimer();
      this.#attempt = 0;
      this.#connect();
    } else if (this.#state === "open") {
      this.#alive = false;
      this.sendNow({ type: "ping" });
      this.#watch(WAKE_PING_MS);
    }
  }

  #lost(code: number): void {
    const wasOpen = this.#state === "open";
    this.#isHeard = false;
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = null;
    if (this.#state === "closed") return;
    socket?.close(code === CLOSE.silent ? code : 1000);
    if (code === CLOSE.replaced) {
      this.#state = "closed";
      return this.#handlers.onStatus("replaced");
    }
    this.#state = "waiting";
    this.#handlers.onStatus("connecting");
    if (wasOpen) return this.#retry();
    this.#env.isAuthorized().then((authorized) => {
      if (this.#state !== "waiting") return;
      if (authorized) return this.#retry();
      this.#state = "closed";
      this.#handlers.onStatus("unauthorized");
    });
  }

  #retry(): void {
    const longest = RECONNECT_DELAYS_MS[Math.min(this.#attempt++, RECONNECT_DELAYS_MS.length - 1)]!;
    this.#cancelTimer = this.#env.after(longest * (1 - this.#env.random() / 2), () => this.#connect());
  }
}
