/** The client's signaling socket: it comes back by itself, and what could not be sent, or was refused for its rate, waits for that. */

import { keepBest, worthOf } from "../best_candidates.ts";
import { CLOSE } from "../constants.ts";
import type { ClientMessage, ServerMessage, ServerMessages } from "../protocol.ts";
import type { Environment, SocketPort, Wake } from "./ports.ts";
import { SentFrames } from "./sent.ts";

/** Waits before each try to reconnect, in ms; the last one repeats. Each is shortened by up to half, at random, so that clients of a restarted server do not come at once. */
const RECONNECT_DELAYS_MS: readonly number[] = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** A socket that is not welcomed within this time, in ms, is given up: a black hole says nothing for minutes. */
const OPENING_MS = 10_000;

/** A socket in doubt has this long to prove that it still leads somewhere, in ms. A needless new one costs little. */
const PROOF_MS = 500;

/** Messages kept while there is no socket: all candidates of a laptop (some 130), and what else there is. Of more, candidates go. */
const MAX_QUEUE = 200;

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
  /** What waits goes out after a `pong`: after the first, the server has said what it knows of this device's calls. */
  #isHeard = false;
  #pingMs = 0;
  /** Something came since the last ping. */
  #alive = true;
  #attempt = 0;
  #queue: readonly ClientMessage[] = [];
  /** What was sent over this socket. */
  #sent = new SentFrames();
  /** What the server refused for its rate: it is sent again, before anything else, from `#againAt` on. Not empty: nothing new is sent. */
  #again: readonly ClientMessage[] = [];
  #againAt = 0;
  #cancelTimer = () => {};
  #cancelAgain = () => {};

  constructor(env: Environment, handlers: SignalHandlers) {
    this.#env = env;
    this.#handlers = handlers;
    env.onWake((why) => this.#wake(why));
    env.onLeave(() => this.#leave());
    this.#connect();
  }

  /** Sends in turn: now, or once there is a socket and the server was heard out. */
  send(message: ClientMessage): void {
    if (this.#isHeard && this.#again.length === 0) return this.sendNow(message);
    const worth = (one: ClientMessage) => one.type === "call:ice-candidate" ? worthOf(one.candidate) : Infinity;
    this.#queue = keepBest([...this.#queue, message], MAX_QUEUE, worth);
  }

  /** Sends before what waits, where there is a socket: what belongs to this socket, and is of no use later. */
  sendNow(message: ClientMessage): void {
    if (this.#state !== "open") return;
    this.#sent.add(message);
    this.#socket!.send(JSON.stringify(message));
  }

  /**
   * Has an open socket prove that it still leads somewhere; a dead one is given up within half a second, not after the pause between
   * two pings. Until then what is sent waits, so that it is not lost with the socket.
   */
  check(): void {
    if (this.#state !== "open" || !this.#isHeard) return;
    this.#isHeard = this.#alive = false;
    this.sendNow({ type: "ping" });
    this.#watch(PROOF_MS);
  }

  /** Takes back what still waits about a call. True where its `call:initiate` was among it: the server never heard of the call. */
  withdraw(callId: string): boolean {
    const unsent = this.hasUnsentInitiate(callId);
    const isOther = (message: ClientMessage) => !("callId" in message) || message.callId !== callId;
    this.#queue = this.#queue.filter(isOther);
    this.#again = this.#again.filter(isOther);
    return unsent;
  }

  hasUnsentInitiate(callId: string): boolean {
    const isInitiate = (message: ClientMessage) => message.type === "call:initiate" && message.callId === callId;
    return this.#queue.some(isInitiate) || this.#again.some(isInitiate);
  }

  close(): void {
    for (const message of [...this.#again, ...this.#queue]) this.sendNow(message);
    this.#state = "closed";
    this.#isHeard = false;
    this.#cancelTimer();
    this.#cancelAgain();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** The page goes: said over any socket that is open, welcomed or not. Where none is, the grace runs already (R12). */
  #leave(): void {
    try {
      this.#socket?.send(JSON.stringify({ type: "device:leaving" } satisfies ClientMessage));
    } catch {
      // It is still being opened.
    }
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
      if (message.type === "call:error" && this.#isRefused(message)) return;
      if (message.type === "pong") this.#sent.settle();
      this.#handlers.onMessage(message);
      if (message.type === "pong" && !this.#isHeard) {
        this.#isHeard = true;
        if (this.#again.length === 0 || this.#env.now() >= this.#againAt) this.#resend();
      }
      return;
    }
    this.#state = "open";
    this.#sent = new SentFrames();
    this.#attempt = 0;
    this.#pingMs = message.pingMs;
    this.#watch(message.pingMs);
    this.#handlers.onStatus("open");
    this.#handlers.onMessage(message);
    this.sendNow({ type: "ping" });
  }

  #flush(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const queued of waiting) this.send(queued);
  }

  /** R18: what the server refused for its rate is sent again, in order, when there is room for all of it. False: this is no such error. */
  #isRefused({ code, frame, retryAfterMs }: ServerMessages["call:error"]): boolean {
    if (code !== "RATE_LIMITED" || retryAfterMs === undefined || frame === undefined) return false;
    this.#again = [...this.#again, ...this.#sent.take(frame)];
    this.#againAt = Math.max(this.#againAt, this.#env.now() + retryAfterMs);
    this.#cancelAgain();
    this.#cancelAgain = this.#env.after(this.#againAt - this.#env.now(), () => {
      this.#againAt = 0;
      this.#resend();
    });
    return true;
  }

  /** There is room for what was refused. While the socket is in doubt that waits, all but the ping whose `pong` ends the doubt. */
  #resend(): void {
    const isDue = ({ type }: ClientMessage) => this.#isHeard || type === "ping";
    const due = this.#again.filter(isDue);
    this.#again = this.#again.filter((message) => !isDue(message));
    for (const message of due) this.sendNow(message);
    if (this.#isHeard) this.#flush();
  }

  /** Notices a socket that is open but leads nowhere, which its own `close` event may not tell for minutes. */
  #watch(withinMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#env.after(withinMs, () => {
      if (!this.#alive) return this.#renew();
      this.#alive = false;
      this.sendNow({ type: "ping" });
      this.#watch(this.#pingMs);
    });
  }

  #wake(why: Wake): void {
    if (this.#state === "open" && why === "seen") return this.check();
    // Closed for good, or about to be opened.
    if (this.#state === "closed" || this.#state === "opening" && this.#socket === null) return;
    this.#renew();
  }

  /** A socket that leads nowhere, as one from an address of before does, says so after minutes at best: another one takes its place. */
  #renew(): void {
    this.#drop(CLOSE.silent);
    this.#attempt = 0;
    this.#connect();
  }

  /** Lets go of the socket. */
  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isHeard = false;
    this.#cancelTimer();
    this.#cancelAgain();
    this.#queue = [...this.#again.filter(({ type }) => type.startsWith("call:")), ...this.#queue];
    this.#again = [];
    socket?.close(code === CLOSE.silent ? code : 1000);
    this.#state = "waiting";
    if (code !== CLOSE.replaced) this.#handlers.onStatus("connecting");
  }

  #lost(code: number): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#drop(code);
    if (code === CLOSE.replaced) {
      this.#state = "closed";
      return this.#handlers.onStatus("replaced");
    }
    if (wasOpen && code !== CLOSE.expired) return this.#retry();
    this.#env.isAuthorized().then((authorized) => {
      if (this.#state !== "waiting") return;
      if (authorized) return this.#retry();
      this.#state = "closed";
      this.#handlers.onStatus("unauthorized");
    });
  }

  #retry(): void {
    const longest = RECONNECT_DELAYS_MS[Math.min(this.#attempt++, RECONNECT_DELAYS_MS.length - 1)]!;
    this.#cancelTimer();
    this.#cancelTimer = this.#env.after(longest * (1 - this.#env.random() / 2), () => this.#connect());
  }
}
