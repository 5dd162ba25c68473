/**
 * A WebSocket client on a bare TCP connection (RFC 6455), as cheap as can be: what it costs must not hide what a server costs. Frames are
 * made beforehand, masked with zeros (section 5.3 lets a client choose its key), and of what comes only the lengths are read.
 */

const OPCODE = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

const utf8 = new TextEncoder();

/** A client's frame, whole. */
export function frame(payload: string | Uint8Array, opcode: number = OPCODE.text): Uint8Array {
  const bytes = typeof payload === "string" ? utf8.encode(payload) : payload;
  const wide = bytes.length > 125;
  const header = new Uint8Array(wide ? 8 : 6);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (wide ? 126 : bytes.length);
  if (wide) new DataView(header.buffer).setUint16(2, bytes.length);
  return concat([header, bytes]);
}

/** Several pieces in one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A server's question in a text frame whether its client is there still, and the answer. */
export interface Heartbeat {
  readonly ping: string;
  readonly pong: string;
}

/** The server answers something else than a socket. */
export class UpgradeError extends Error {
  readonly status: number;

  constructor(head: string) {
    super(`The server does not open a socket: ${head}`);
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  }
}

/** One client's socket. */
export class RawSocket {
  /** Told of the payload of each text frame; it is good until the listener returns. */
  onText: (payload: Uint8Array) => void = () => {};
  /** Told when the other side closes the socket, with its code (RFC 6455, section 7.4), or when it breaks: `null`. */
  onEnd: (code: number | null) => void = () => {};
  readonly #conn: Deno.Conn;
  readonly #heartbeat: { readonly ping: Uint8Array; readonly pong: Uint8Array } | null;
  /** Grows with what comes. */
  #buffer = new Uint8Array(512);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /**
   * Opens one at an http or https URL. `head`: the lines of the request beside those that every upgrade has.
   * @throws {UpgradeError} where the server answers something else.
   */
  static async open(
    url: URL,
    head: readonly string[],
    onText: (payload: Uint8Array) => void,
    heartbeat: Heartbeat | null = null,
  ): Promise<RawSocket> {
    const { protocol, host, port, pathname, search } = url;
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const isTls = protocol === "https:";
    const tcp = await Deno.connect({ hostname, port: Number(port || (isTls ? 443 : 80)) });
    // As browsers do: else a small frame waits for the word that the one before it came.
    tcp.setNoDelay();
    const conn = isTls ? await Deno.startTls(tcp, { hostname, alpnProtocols: ["http/1.1"] }) : tcp;
    const request = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: c2l4dGVlbiBieXRlcy4uLg==",
      ...head,
    ];
    const socket = new RawSocket(conn, heartbeat);
    socket.onText = onText;
    socket.write(utf8.encode(`${request.join("\r\n")}\r\n\r\n`));
    try {
      await socket.#readHead();
    } catch (error) {
      socket.#close(null);
      throw error;
    }
    socket.#read();
    return socket;
  }

  private constructor(conn: Deno.Conn, heartbeat: Heartbeat | null) {
    this.#conn = conn;
    this.#heartbeat = heartbeat && { ping: utf8.encode(heartbeat.ping), pong: frame(heartbeat.pong) };
  }

  /** Sends whole frames, after what was sent before. */
  write(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    }).catch(() => this.#close(null));
  }

  /** Says good-bye and is gone. */
  async close(): Promise<void> {
    this.onEnd = () => {};
    this.write(frame(new Uint8Array([0x03, 0xe8]), OPCODE.close));
    await this.#writing;
    this.#close(null);
  }

  #close(code: number | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
    this.onEnd(code);
  }

  async #readHead(): Promise<void> {
    for (;;) {
      const head = new TextDecoder().decode(this.#buffer.subarray(0, this.#filled));
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        if (!head.startsWith("HTTP/1.1 101")) throw new UpgradeError(head);
        this.#buffer.copyWithin(0, end + 4, this.#filled);
        this.#filled -= end + 4;
        return;
      }
      if (!await this.#fill()) throw new Error(`The server hung up: ${head}`);
    }
  }

  async #read(): Promise<void> {
    // What is broken is at its end.
    do this.#take(); while (await this.#fill().catch(() => false));
    this.#close(null);
  }

  /** Reads once; false at the end. */
  async #fill(): Promise<boolean> {
    if (this.#filled === this.#buffer.length) {
      this.#buffer = concat([this.#buffer, new Uint8Array(this.#buffer.length)]);
    }
    const read = await this.#conn.read(this.#buffer.subarray(this.#filled));
    if (read === null) return false;
    this.#filled += read;
    return true;
  }

  /** Every whole frame that has come. */
  #take(): void {
    const buffer = this.#buffer;
    let at = 0;
    while (this.#filled - at >= 2) {
      let length = buffer[at + 1]! & 0x7f;
      let start = at + 2;
      if (length === 126) {
        length = buffer[at + 2]! << 8 | buffer[at + 3]!;
        start += 2;
      }
      if (this.#filled < start + length) break;
      const payload = buffer.subarray(start, start + length);
      const opcode = buffer[at]! & 0x0f;
      if (opcode === OPCODE.text && this.#isPing(payload)) this.write(this.#heartbeat!.pong);
      else if (opcode === OPCODE.text) this.onText(payload);
      else if (opcode === OPCODE.ping) this.write(frame(payload.slice(), OPCODE.pong));
      else if (opcode === OPCODE.close) this.#close(length < 2 ? null : payload[0]! << 8 | payload[1]!);
      at = start + length;
    }
    buffer.copyWithin(0, at, this.#filled);
    this.#filled -= at;
  }

  #isPing(payload: Uint8Array): boolean {
    const ping = this.#heartbeat?.ping;
    return ping?.length === payload.length && ping.every((byte, n) => byte === payload[n]);
  }
}
