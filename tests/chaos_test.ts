/**
 * The product under a crowd that behaves badly: hundreds of clients on real sockets who call, hang up, vanish, reload, flood
 * and send garbage, while the server is killed and started again. What matters is what is left when they have gone.
 *
 * All decisions come from a seed (`CHAOS_SEED`, printed); which of them meet on the wire is up to the machine.
 */

import assert from "node:assert/strict";
import { BEARER_PREFIX, CLOSE, SIGNAL_PATH, SUBPROTOCOL } from "../shared/constants.ts";
import { type ClientMessage, type ServerMessage, serverMessages } from "../shared/protocol.ts";
import { Tokens } from "../signaling/auth.ts";
import { build, startProduct } from "./support/product.ts";
import { CHROMIUM_ANSWER, TRICKLE_OFFER } from "./support/sdp.ts";

const SECRET = "a secret for tests, long enough";
const SEED = Number(Deno.env.get("CHAOS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const RING_TIMEOUT_MS = 1_500;
const GRACE_MS = 1_000;
/** The chaos, and when in it the server is killed. The last process lives longest: it is the one that is measured. */
const CHAOS_MS = 21_000;
const KILLS_MS = [5_000, 9_000];
const WARM_UP_MS = 4_000;
const USERS = 120;
const SAMPLE = 24;
/** Why so much: V8 keeps the room it once needed. A message kept for each one received would be several times this. */
const RSS_BOUND_MIB = 48;

const offer = { type: "offer" as const, sdp: TRICKLE_OFFER };
const answer = { type: "answer" as const, sdp: CHROMIUM_ANSWER };
const candidate = { candidate: "candidate:1 1 udp 2122063615 192.0.2.2 5000 typ host", sdpMid: "0" };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Users 0 and 1 share a chat, 2 and 3, and so on; and, so that calls of different chats meet, 1 and 2, 5 and 6. */
const CHATS: readonly (readonly [number, number])[] = [
  ...Array.from({ length: USERS / 2 }, (_, n) => [2 * n, 2 * n + 1] as const),
  ...Array.from({ length: USERS / 4 }, (_, n) => [4 * n + 1, 4 * n + 2] as const),
];
const chatName = (index: number) => `chat-${index}`;
const chatsOf = (user: number) => CHATS.flatMap((members, n) => members.includes(user) ? [chatName(n)] : []);
const membersOf = (chatId: string) => CHATS[Number(chatId.slice("chat-".length))]!.map((user) => `user-${user}`);

/** A number in [0, 1) after the other, the same ones for the same seed (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** What the crowd did, and what must not have happened. */
const stats = {
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
const errors: Record<string, number> = {};
const violations: string[] = [];

// --- Sockets ---------------------------------------------------------------------------------------------------------

interface Line {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** Ends the connection without a goodbye, where that can be had. */
  cut(): void;
}

interface LineEvents {
  onMessage(text: string): void;
  onClose(code: number): void;
}

function openSocket(url: URL, protocols: string[], { onMessage, onClose }: LineEvents): Line {
  const socket = new WebSocket(url, protocols);
  socket.onmessage = ({ data }) => onMessage(data);
  socket.onclose = ({ code }) => onClose(code);
  return {
    send: (data) => socket.readyState === WebSocket.OPEN && socket.send(data),
    close: () => socket.close(),
    cut: () => socket.close(4999),
  };
}

/** A WebSocket by hand: one that can vanish, as a `WebSocket` cannot. */
function openRawSocket(url: URL, protocols: string[], { onMessage, onClose }: LineEvents): Line {
  let conn: Deno.TcpConn | null = null;
  let isClosed = false;
  let writing = Promise.resolve();
  const close = (code: number) => {
    if (isClosed) return;
    isClosed = true;
    conn?.close();
    onClose(code);
  };
  const write = (...parts: Uint8Array<ArrayBuffer>[]) => {
    writing = writing.then(async () => {
      for (const part of parts) {
        for (let at = 0; at < part.length && !isClosed;) at += await conn!.write(part.subarray(at));
      }
    }).catch(() => close(1006));
  };
  // The mask is zero, so that masking changes nothing (RFC 6455, section 5.3).
  const frame = (opcode: number, payload: Uint8Array<ArrayBuffer>) => {
    const head = new DataView(new ArrayBuffer(14));
    head.setUint16(0, (0x80 | opcode) << 8 | 0x80 | 127);
    head.setUint32(6, payload.length);
    write(new Uint8Array(head.buffer), payload);
  };
  const read = async () => {
    conn = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    if (isClosed) return conn.close();
    write(encode(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: c2l4dGVlbiBieXRlcy4uLg==\r\n` +
        `sec-websocket-protocol: ${protocols.join(", ")}\r\n\r\n`,
    ));
    let bytes = new Uint8Array();
    let isOpen = false;
    const buffer = new Uint8Array(65_536);
    for (let size; (size = await conn.read(buffer)) !== null;) {
      bytes = new Uint8Array([...bytes, ...buffer.subarray(0, size)]);
      if (!isOpen) {
        const end = decode(bytes).indexOf("\r\n\r\n");
        if (end < 0) continue;
        if (!decode(bytes).startsWith("HTTP/1.1 101")) return;
        isOpen = true;
        bytes = bytes.slice(end + 4);
      }
      for (let next; (next = firstFrame(bytes)) !== null; bytes = bytes.slice(next.end)) {
        if (next.opcode === 8) return close(next.payload.length < 2 ? 1005 : next.payload[0]! << 8 | next.payload[1]!);
        if (next.opcode === 9) frame(10, next.payload);
        if (next.opcode === 1) onMessage(decode(next.payload));
      }
    }
  };
  read().catch(() => {}).finally(() => close(1006));
  return {
    send: (data) =>
      conn !== null && !isClosed &&
      frame(typeof data === "string" ? 1 : 2, typeof data === "string" ? encode(data) : data),
    close: () => close(1000),
    cut: () => close(1006),
  };
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function firstFrame(bytes: Uint8Array<ArrayBuffer>) {
  if (bytes.length < 2) return null;
  const short = bytes[1]! & 127;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = short === 127 ? view.getUint32(6) : short === 126 ? view.getUint16(2) : short;
  if (bytes.length < start + length) return null;
  return { opcode: bytes[0]! & 15, payload: bytes.slice(start, start + length), end: start + length };
}

// --- Clients ---------------------------------------------------------------------------------------------------------

/** One device of one user: it notes what it was told, comes back when its socket ends, and breaks no rule by itself. */
class Client {
  readonly user: number;
  readonly chats: readonly string[];
  readonly calls = new Map<string, { callId: string; role: "caller" | "callee"; phase: "ringing" | "connected" }>();
  readonly seen: ServerMessage[] = [];
  isOpen = false;
  readonly #url: string;
  readonly #device: string;
  readonly #token: string;
  readonly #random: () => number;
  readonly #isRaw: boolean;
  #line: Line | null = null;
  #page = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  readonly #open = new Set<PromiseWithResolvers<void>>();

  constructor(url: string, user: number, device: string, token: string, random: () => number, isRaw: boolean) {
    Object.assign(this, {});
    this.user = user;
    this.chats = chatsOf(user);
    this.#url = url;
    this.#device = device;
    this.#token = token;
    this.#random = random;
    this.#isRaw = isRaw;
    this.connect();
  }

  connect(token = this.#token): void {
    const isForged = token !== this.#token;
    const url = new URL(`${SIGNAL_PATH}?device=${this.#device}&page=${this.#page}`, this.#url.replace(/^http/, "ws"));
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
    this.#line?.send(JSON.stringify(message));
  }

  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    stats.hostile++;
    this.#line?.send(data);
  }

  cut(): void {
    stats.cuts++;
    this.#line?.cut();
  }

  /** The same device with another document, whose socket may come before the old one's end is noticed. */
  reload(): void {
    clearTimeout(this.#retry);
    this.#page++;
    const old = this.#line;
    if (this.#random() < 0.5) old?.close();
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
    if (!parsed?.success) violations.push(`not of the protocol: ${text.slice(0, 200)}`);
    this.#check(message);
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

  /** Waits for a message of a type that came after the wait began, or `null`. */
  async hears<Type extends ServerMessage["type"]>(type: Type, timeoutMs = 4_000) {
    for (const until = performance.now() + timeoutMs; performance.now() < until; await sleep(10)) {
      const at = this.seen.findIndex((message) => message.type === type);
      if (at >= 0) return this.seen.splice(at, 1)[0] as Extract<ServerMessage, { type: Type }>;
    }
    return null;
  }
}
