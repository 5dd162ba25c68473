/** The signaling server behind a real `Deno.serve`, and real WebSockets that talk to it. */

import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { type ServerMessage, type ServerMessages, serverMessages } from "../../shared/protocol/server_messages.ts";
import { SECRET } from "./product.ts";
import { CHROMIUM_ANSWER, TRICKLE_OFFER } from "./sdp.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { readConfig } from "../../signaling/config.ts";
import { SignalingServer } from "../../signaling/server.ts";

/** Waits for something, but not for ever. */
async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}: nothing within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The token that a socket is opened with, and the device and page that open it. */
export interface WireOptions {
  readonly chats?: readonly string[];
  readonly device?: string;
  readonly page?: string;
  readonly name?: string;
  /** The version of the protocol that its client speaks. */
  readonly protocol?: number;
}

/** A server of its own on a free port; `await using` closes its sockets and stops it. */
export class Wires implements AsyncDisposable {
  readonly signaling: SignalingServer;
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #open = new Set<Wire>();

  /** `clock`: what the server takes for the wall clock, in ms since 1970. */
  constructor(env: Record<string, string> = {}, clock: () => number = Date.now) {
    const all: Record<string, string> = {
      SESSION_SECRET: SECRET,
      STUN_URLS: "stun:stun.example.org",
      DATA_DIR: ":memory:",
      ...env,
    };
    this.signaling = new SignalingServer(readConfig((name) => all[name]), clock);
    this.#http = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (req, info) => this.signaling.upgrade(req, info),
    );
  }

  get port(): number {
    return this.#http.addr.port;
  }

  /** A token as the guest mode signs it. */
  token(userId: string, { chats = [chatId], name = userId.toUpperCase() }: WireOptions = {}): Promise<string> {
    return new Tokens({ session: [SECRET] }).sign({ userId, name, chats });
  }

  /** A token as a host application signs it, with `JWT_SECRET` set to `HOST_SECRET`. `exp` and `iat` in seconds since 1970. */
  hostToken(
    userId: string,
    exp: number,
    { chats = [chatId], iat }: WireOptions & { iat?: number } = {},
  ): Promise<string> {
    const jwt = new SignJWT({ name: userId.toUpperCase(), chats }).setProtectedHeader({ alg: "HS256" }).setSubject(
      userId,
    );
    if (iat !== undefined) jwt.setIssuedAt(iat);
    return jwt.setExpirationTime(exp).sign(new TextEncoder().encode(HOST_SECRET));
  }

  /** A connected device, its `welcome` read. */
  async enter(userId: string, who: WireOptions = {}): Promise<Wire> {
    return await this.open(await this.token(userId, who), who.device ?? "laptop", who.page, who.protocol);
  }

  /** A connected device with any token, its `welcome` read. */
  async open(token: string, device: string, page?: string, protocol?: number): Promise<Wire> {
    const query = new URLSearchParams({
      device,
      ...(page ? { page } : {}),
      ...(protocol ? { protocol: String(protocol) } : {}),
    });
    const url = `ws://127.0.0.1:${this.port}${SIGNAL_PATH}?${query}`;
    const wire = new Wire(new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]));
    this.#open.add(wire);
    wire.welcome = await wire.next("welcome");
    return wire;
  }

  /** Asks for a socket, and goes away before the answer. */
  async leaveInHandshake(headers: Record<string, string>, path: string): Promise<void> {
    (await this.#request(headers, path)).close();
  }

  async #request(headers: Record<string, string>, path: string): Promise<Deno.TcpConn> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const all = {
      host: `127.0.0.1:${this.port}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": btoa("sixteen bytes..."),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    await socket.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`));
    return socket;
  }

  /** Asks for an upgrade by hand and returns what an HTTP client sees of the answer. */
  async handshake(headers: Record<string, string> = {}, path: string = SIGNAL_PATH): Promise<Handshake> {
    using socket = await this.#request(headers, path);
    let text = "";
    const buffer = new Uint8Array(4096);
    while (!isComplete(text)) {
      const read = await within(socket.read(buffer), 2000, "the answer to a handshake");
      if (read === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, read));
    }
    const [head, body] = text.split("\r\n\r\n", 2) as [string, string];
    const [status, ...fields] = head.split("\r\n");
    return {
      status: Number(status!.split(" ")[1]),
      headers: new Headers(fields.map((field) => field.split(": ", 2) as [string, string])),
      body,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of this.#open) await wire.close();
    await this.signaling.close();
    await this.#http.shutdown();
  }
}

/** The answer to a request for an upgrade. */
export interface Handshake {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

function isComplete(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const length = /^content-length: (\d+)/im.exec(answer)?.[1] ?? "0";
  return answer.startsWith("HTTP/1.1 101") || answer.length - end - 4 >= Number(length);
}

/** Sees what a device says and is told, when it does and is. */
export interface Witness {
  sent(frame: string): void;
  heard(message: ServerMessage): void;
}

/** One device's socket. Every message it is given must be one of the protocol's. */
export class Wire {
  welcome!: ServerMessages["welcome"];
  /** How the socket ended. */
  readonly closed: Promise<CloseEvent>;
  readonly #socket: WebSocket;
  readonly #queue: ServerMessage[] = [];
  readonly #pongs: (() => void)[] = [];
  #arrived = Promise.withResolvers<void>();

  /** The chat that it calls, and is called, in. */
  readonly chatId: string;
  readonly #witness: Witness | null;

  constructor(socket: WebSocket, inChat = chatId, witness: Witness | null = null) {
    this.#socket = socket;
    this.chatId = inChat;
    this.#witness = witness;
    this.closed = new Promise((resolve) => socket.onclose = resolve);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data) as ServerMessage;
      this.#witness?.heard(message);
      if (message.type === "pong" && this.#pongs.length > 0) return this.#pongs.shift()!();
      this.#queue.push(message);
      this.#arrived.resolve();
    };
  }

  /** The subprotocol the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  send(message: ClientMessage): void {
    const frame = JSON.stringify(message);
    this.#witness?.sent(frame);
    this.#socket.send(frame);
  }

  /** Sends anything at all. */
  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** Nothing has come that was not looked at. */
  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** The next message, which must be of this type. */
  async next<Type extends keyof ServerMessages>(type: Type, timeoutMs = 3000): Promise<ServerMessages[Type]> {
    while (this.#queue.length === 0) {
      await within(this.#arrived.promise, timeoutMs, `waiting for ${type}`);
      this.#arrived = Promise.withResolvers();
    }
    const message = this.#queue.shift()!;
    assert.equal(message.type, type, JSON.stringify(message).slice(0, 300));
    return serverMessages[type].parse(message) as ServerMessages[Type];
  }

  /** The next message, which must be an offer; tells that it rings. */
  async rings(): Promise<ServerMessages["call:offer"]> {
    const offer = await this.next("call:offer");
    const { chatId, callId } = offer;
    this.send({ type: "call:ringing", chatId, callId });
    return offer;
  }

  /** The next message of this type; those before it are passed over. */
  async reaches<Type extends keyof ServerMessages>(type: Type, timeoutMs = 10_000): Promise<ServerMessages[Type]> {
    for (;;) {
      const at = this.#queue.findIndex((message) => message.type === type);
      if (at >= 0) return this.#queue.splice(0, at + 1).at(-1) as ServerMessages[Type];
      this.#arrived = Promise.withResolvers();
      await within(this.#arrived.promise, timeoutMs, `waiting for ${type}`);
    }
  }

  /** The next message, which must be an error with this code. */
  async refused(code: ServerMessages["call:error"]["code"]): Promise<ServerMessages["call:error"]> {
    const error = await this.next("call:error");
    assert.equal(error.code, code, error.message);
    return error;
  }

  /** Waits until the server has dealt with all that was sent here. */
  async settled(): Promise<void> {
    const pong = Promise.withResolvers<void>();
    this.#pongs.push(pong.resolve);
    this.send({ type: "ping" });
    await within(pong.promise, 3000, "pong");
  }

  /** Asserts that nothing has come and, for so many ms, nothing comes. */
  async silent(ms = 0): Promise<void> {
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    await this.settled();
    assert.deepEqual(this.#queue, []);
  }

  /** Closes the socket and waits until it is closed. */
  async close(): Promise<void> {
    this.#socket.close();
    await within(this.closed, 3000, "the end of a socket");
  }
}

/** Waits until the server has dealt with what these sent, then asserts that none of them was told anything. */
export async function quiet(...wires: Wire[]): Promise<void> {
  for (const wire of wires) await wire.settled();
  for (const wire of wires) await wire.silent();
}

/** What `Wires.hostToken` signs with. */
export const HOST_SECRET = "what only the two servers know";

/** The chat everybody is in who is not said to be elsewhere, and what is said in it. */
export const chatId = "chat";
export const offer = { type: "offer" as const, sdp: TRICKLE_OFFER };
export const answer = { type: "answer" as const, sdp: CHROMIUM_ANSWER };
export const media = { audio: true, video: false, screen: false };

/** Somebody calls, and these devices ring. */
export async function ring(caller: Wire, ...devices: Wire[]): Promise<string> {
  const { chatId } = caller;
  caller.send({ type: "call:initiate", chatId, offer });
  const ids = [];
  for (const device of devices) ids.push((await device.rings()).callId);
  const { callId } = await caller.next("call:ringing");
  assert.deepEqual(ids, ids.map(() => callId));
  return callId;
}

/** Two are in a call. */
export async function connect(caller: Wire, callee: Wire): Promise<string> {
  const callId = await ring(caller, callee);
  callee.send({ type: "call:answer", chatId: callee.chatId, answer });
  await caller.next("call:answer");
  return callId;
}
