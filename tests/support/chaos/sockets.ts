/** The crowd's sockets: the platform's `WebSocket`, and one made by hand that can vanish without a goodbye. */

export interface Line {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** Ends the connection without a goodbye, where that can be had. */
  cut(): void;
}

interface LineEvents {
  onMessage(text: string): void;
  onClose(code: number): void;
}

export function openSocket(url: URL, protocols: string[], { onMessage, onClose }: LineEvents): Line {
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
export function openRawSocket(url: URL, protocols: string[], { onMessage, onClose }: LineEvents): Line {
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
      bytes = joined(bytes, buffer.subarray(0, size));
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

function joined(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

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
