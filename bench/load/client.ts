/** One client of a load: a signaling socket that is opened again when it is lost, as a browser's is. */

import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { frame, RawSocket, UpgradeError } from "../signaling/raw_socket.ts";
import type { Person } from "./people.ts";

/** How long after it was lost, or not opened, a socket is tried again, in ms; the half of it by chance. */
const AGAIN_MS = 1_000;

/** What a server answers to a token that it will not take later either, and what is no such server. */
const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 404]);

const utf8 = new TextDecoder();

/** Told what goes wrong, by a code. */
export type Trouble = (code: string) => void;

export class Client {
  /** Told of every message; `null`: the socket is lost, and what was asked over it is too. */
  onMessage: (message: ServerMessage | null) => void = () => {};
  readonly #url: URL;
  readonly #head: readonly string[];
  readonly #trouble: Trouble;
  #socket: RawSocket | null = null;
  #isWelcome = false;
  #ping: ReturnType<typeof setInterval> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  readonly #opened = Promise.withResolvers<void>();

  constructor({ url, token }: Person, trouble: Trouble) {
    const device = `load-${crypto.randomUUID()}`;
    this.#url = new URL(`${url}${SIGNAL_PATH}?device=${device}&page=${device}`);
    this.#head = [`Sec-WebSocket-Protocol: ${SUBPROTOCOL}, ${BEARER_PREFIX}${token}`];
    this.#trouble = trouble;
    this.#open();
  }

  /** The first `welcome` came. Rejects where none will. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Whether it can call now. */
  get isOpen(): boolean {
    return this.#isWelcome;
  }

  say(message: ClientMessage): void {
    this.#socket?.write(frame(JSON.stringify(message)));
  }

  /** Closes the socket for good. */
  async close(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#ping);
    clearTimeout(this.#again);
    await this.#socket?.close();
  }

  async #open(): Promise<void> {
    try {
      const socket = await RawSocket.open(this.#url, this.#head, (payload) => this.#hear(payload));
      if (this.#isStopped) return await socket.close();
      this.#socket = socket;
      socket.onEnd = (code) => this.#lose(code === null ? "SOCKET_BROKEN" : `CLOSED_${code}`);
    } catch (error) {
      const status = error instanceof UpgradeError ? error.status : 0;
      this.#lose(status === 0 ? "SOCKET_FAILED" : `SOCKET_${status}`);
      // Another try comes to the same.
      if (FINAL.has(status)) this.#refuse(new Error(`a socket is refused with ${status}`));
    }
  }

  #lose(code: string): void {
    clearInterval(this.#ping);
    this.#socket = null;
    this.#isWelcome = false;
    if (this.#isStopped) return;
    this.#trouble(code);
    this.onMessage(null);
    this.#again = setTimeout(() => this.#open(), AGAIN_MS * (1 - Math.random() / 2));
  }

  #refuse(error: Error): void {
    this.#isStopped = true;
    clearTimeout(this.#again);
    this.#opened.reject(error);
  }

  #hear(payload: Uint8Array): void {
    const message: ServerMessage = JSON.parse(utf8.decode(payload));
    if (message.type === "welcome") {
      this.#isWelcome = true;
      this.#ping = setInterval(() => this.say({ type: "ping" }), message.pingMs);
      this.#opened.resolve();
    } else this.onMessage(message);
  }
}
