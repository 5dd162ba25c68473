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

/** One client's socket. */
export class RawSocket {
  /** Told of the payload of each text frame; it is good until the listener returns. */
  onText: (payload: Uint8Array) => void = () => {};
  /** Told when the other side closes the socket, or it breaks. */
  onEnd: () => void = () => {};
  readonly #conn: Deno.Conn;
  readonly #heartbeat: { readonly ping: Uint8Array; readonly pong: Uint8Array } | null;
  /** Grows with what comes. */
  #buffer = new Uint8Array(512);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Opens one. `head`: the lines of the request beside those that every upgrade has. */
  static async open(
    port: number,
    path: string,
    head: readonly string[],
    onText: (payload: Uint8Array) => void,
    heartbeat: Heartbeat | null = null,
  ): Promise<RawSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay();
    const request = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: c2l4dGVlbiBieXRlcy4uLg==",
      ...head,
    ];
    const socket = new RawSocket(conn, heartbeat);
    socket.onText = onText;
    socket.write(utf8.encode(`${request.join("\r\n")}\r\n\r\n`));
    await socket.#readHead();
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
    }).catch(() => this.#close());
  }

  /** Says good-bye and is gone. */
  async close(): Promise<void> {
    this.onEnd = () => {};
    this.write(frame(new Uint8Array([0x03, 0xe8]), OPCODE.close));
    await this.#writing;
    this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
    this.onEnd();
  }

  async #readHead(): Promise<void> {
    for (;;) {
      const head = new TextDecoder().decode(this.#buffer.subarray(0, this.#filled));
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        if (!head.startsWith("HTTP/1.1 101")) throw new Error(`The server does not open a socket: ${head}`);
        this.#buffer.copyWithin(0, end + 4, this.#filled);
        this.#filled -= end + 4;
        return;
      }
      if (!await this.#fill()) throw new Error(`The server hung up: ${head}`);
    }
  }

  async #read(): Promise<void> {
    try {
      do this.#take(); while (await this.#fill());
    } catch (error) {
      if (!this.#isClosed && !(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    this.#close();
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
      else if (opcode === OPCODE.close) this.#close();
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
