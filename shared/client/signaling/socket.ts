/** The client's signaling socket: runs the connection (`connection.ts`), and sends what is to be said over whichever socket there is. */

import { keepBest, worthOf } from "../../protocol/best_candidates.ts";
import { CLOSE } from "../../protocol/constants.ts";
import type { OmitEach } from "../../omit_each.ts";
import type { ClientMessage } from "../../protocol/client_messages.ts";
import type { ServerMessage, ServerMessages } from "../../protocol/server_messages.ts";
import { deadlineTimer } from "../deadline.ts";
import type { Platform, SocketPort } from "../platform/platform.ts";
import {
  type Connection,
  connection,
  type ConnectionEffect,
  type ConnectionEvent,
  deadlineOf,
  isVoid,
  SENDING,
  START,
} from "./connection.ts";
import { adapt, type Buffered, type Incoming } from "./protocol_1.ts";
import { SentFrames } from "./sent.ts";

/** Messages kept while there is no socket: all candidates of a laptop (some 130), and what else there is. Of more, candidates go. */
const MAX_QUEUE = 200;

/** How the socket stands. `replaced` and `unauthorized` are final. */
export type SignalStatus = "connecting" | "open" | "replaced" | "unauthorized";

/** Where the socket's news goes. */
export interface SignalHandlers {
  /** UntimedEvent of changes; the first status is `connecting`. */
  onStatus(status: SignalStatus): void;
  /** The first message of every socket is `welcome`. What waits to be sent is sent once all was taken in that it named. */
  onMessage(message: Incoming): void;
}

/** Without `at`, which is added here. */
type UntimedEvent = OmitEach<ConnectionEvent, "at">;

/** What a signaling socket takes of the platform. */
export type SignalPorts = Pick<Platform, "transport" | "lifecycle" | "clock" | "crypto">;

export class SignalSocket {
  readonly #platform: SignalPorts;
  readonly #handlers: SignalHandlers;
  #connection: Connection = START;
  #socket: SocketPort | null = null;
  #queue: readonly ClientMessage[] = [];
  #buffered: Buffered = null;
  /** What was sent over this socket. */
  #sent = new SentFrames();
  /** What the server refused for its rate: it is sent again, before anything else, from `#againAt` on. Not empty: nothing new is sent. */
  #again: readonly ClientMessage[] = [];
  #againAt = 0;
  /** When a ping was answered last, on the monotonic clock. */
  pongAt = 0;
  readonly #setTimer: (deadline: number | null) => void;
  #cancelAgain = () => {};
  readonly #effects: Readonly<Record<ConnectionEffect, () => void>> = {
    "close-socket": () => this.#letGo(CLOSE.silent),
    "open-socket": () => this.#open(),
    "ping": () => this.sendNow({ type: "ping" }),
    "flush": () => this.#flush(),
    "ask-session": () =>
      this.#platform.transport.isAuthorized().then((isValid) =>
        this.#tell({ type: "authorized", isValid, random: this.#platform.crypto.random() })
      ),
  };

  constructor(platform: SignalPorts, handlers: SignalHandlers) {
    this.#platform = platform;
    this.#handlers = handlers;
    this.#setTimer = deadlineTimer(platform.clock, () => this.#tell({ type: "timer" }));
    platform.lifecycle.onWake((type) => this.#tell({ type }));
    platform.lifecycle.onLeave(() => this.#leave());
    this.#open();
  }

  /** Sends in turn: now, or once there is a socket, and the server has said all of the calls that it named. */
  send(message: ClientMessage): void {
    const sending = SENDING[this.#connection.status];
    if (sending === "drop") return;
    if (sending === "send" && this.#again.length + this.#queue.length === 0) return this.sendNow(message);
    const worth = (one: ClientMessage) => one.type === "call:ice-candidate" ? worthOf(one.candidate) : Infinity;
    this.#queue = keepBest([...this.#queue, message], MAX_QUEUE, worth);
  }

  /** Sends before what waits, where there is a socket: what belongs to this socket, and is of no use later. */
  sendNow(message: ClientMessage): void {
    if (!["send", "hold"].includes(SENDING[this.#connection.status]) && this.#buffered === null) return;
    this.#sent.add(message);
    this.#socket!.send(JSON.stringify(message));
  }

  /**
   * Has an open socket prove that it still leads somewhere; a dead one is given up within half a second, not after the pause between
   * two pings. Until then what is sent waits, so that it is not lost with the socket.
   */
  check(): void {
    this.#tell({ type: "check" });
  }

  /** Takes back what is void of what waits. True where the call's `call:initiate` still waited: the server never heard of the call. */
  withdraw(callId: string, is: "over" | "reloaded"): boolean {
    const unsent = this.hasUnsentInitiate(callId);
    const isGood = (message: ClientMessage) => !isVoid(message, callId, is);
    this.#queue = this.#queue.filter(isGood);
    this.#again = this.#again.filter(isGood);
    return unsent;
  }

  hasUnsentInitiate(callId: string): boolean {
    return [...this.#again, ...this.#queue].some((message) =>
      message.type === "call:initiate" && message.callId === callId
    );
  }

  close(): void {
    for (const message of [...this.#again, ...this.#queue]) this.sendNow(message);
    this.#letGo(CLOSE.normal);
    this.#tell({ type: "close" });
  }

  /** The page goes: said over any socket that is open, welcomed or not. Where none is, the grace runs already (R12). */
  #leave(): void {
    try {
      this.#socket?.send(JSON.stringify({ type: "device:leaving" } satisfies ClientMessage));
    } catch {
      // The socket is still being opened.
    }
  }

  /** `deliver`: hands on the message that this is about, before what follows from it is done. */
  #tell(event: UntimedEvent, deliver = () => {}): void {
    const before = this.#connection;
    const { connection: next, effects } = connection(before, { ...event, at: this.#platform.clock.now() });
    this.#connection = next;
    this.#setTimer(deadlineOf(next));
    const status = statusOf(next);
    // Who hears that the socket is open may say something, which is void where the `welcome` does not name its call.
    deliver();
    if (status !== statusOf(before) && next.status !== "closed") this.#handlers.onStatus(status);
    for (const effect of effects) this.#effects[effect]();
  }

  async #open(): Promise<void> {
    const socket = await this.#platform.transport.openSocket();
    if (this.#connection.status !== "opening") return socket.close(CLOSE.normal);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#tell({ type: "lost", code, random: this.#platform.crypto.random() });
    };
    this.#tell({ type: "socket" });
  }

  /** Messages about calls that were refused for their rate are the first to go over the next socket. */
  #letGo(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancelAgain();
    this.#queue = [...this.#again.filter(({ type }) => type.startsWith("call:")), ...this.#queue];
    this.#again = [];
    this.#sent = new SentFrames();
    this.#buffered = null;
    socket?.close(code);
  }

  #receive(data: unknown): void {
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === "call:error" && this.#isRefused(message)) return this.#tell({ type: "message" });
    if (message.type === "pong") {
      this.pongAt = this.#platform.clock.now();
      this.#sent.acknowledge();
    }
    const { buffered, messages } = adapt(this.#buffered, message);
    const isNew = this.#buffered === null && buffered !== null;
    this.#buffered = buffered;
    if (isNew) this.sendNow({ type: "ping" });
    for (const one of messages) {
      this.#tell(newsOf(one), () => this.#handlers.onMessage(one));
    }
  }

  /** What waited goes out in order, all of it once there is room for what was refused. */
  #flush(): void {
    // A handler of the status may have closed the socket meanwhile, or asked for a probe of it.
    if (this.#connection.status !== "ready") return;
    if (this.#again.length > 0 && this.#platform.clock.now() < this.#againAt) return;
    const [again, queue] = [this.#again, this.#queue];
    this.#again = this.#queue = [];
    for (const message of again) this.sendNow(message);
    for (const message of queue) this.send(message);
  }

  /** R18: what the server refused for its rate is sent again, in order, when there is room for all of it. False: this is no such error. */
  #isRefused({ code, frame, retryAfterMs }: ServerMessages["call:error"]): boolean {
    if (code !== "RATE_LIMITED" || retryAfterMs === undefined || frame === undefined) return false;
    this.#again = [...this.#again, ...this.#sent.take(frame)];
    this.#againAt = Math.max(this.#againAt, this.#platform.clock.now() + retryAfterMs);
    this.#cancelAgain();
    this.#cancelAgain = this.#platform.clock.after(this.#againAt - this.#platform.clock.now(), () => {
      this.#againAt = 0;
      if (this.#connection.status === "ready") return this.#flush();
      // While the socket is probed everything waits but its ping, whose `pong` ends that.
      const pings = this.#again.filter(({ type }) => type === "ping");
      this.#again = this.#again.filter(({ type }) => type !== "ping");
      for (const ping of pings) this.sendNow(ping);
    });
    return true;
  }
}

/** The event that a message is to the connection. */
function newsOf(message: Incoming): UntimedEvent {
  switch (message.type) {
    case "welcome":
      return { type: "welcome", pingMs: message.pingMs, calls: message.calls.map(({ callId }) => callId) };
    case "pong":
      return { type: "pong" };
    default:
      return { type: "message", callId: (message as { callId?: string }).callId };
  }
}

/** The connection's status as the client shows it. */
function statusOf({ status }: Connection): SignalStatus {
  if (status === "replaced" || status === "unauthorized") return status;
  return SENDING[status] === "queue" ? "connecting" : "open";
}
