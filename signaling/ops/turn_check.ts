/**
 * Asks a TURN server for a relayed address and gives it back: the one way to know that it would work for a call (RFC 8656,
 * section 7; message format: RFC 8489, section 5). For `/readyz`.
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { grantFor, type IceConfig } from "./ice.ts";

/** A server has this long to answer it all, in ms. */
const TIMEOUT_MS = 3_000;
/** Over UDP a request is repeated this often, in ms: a packet may be lost. */
const REPEAT_MS = 500;

const COOKIE = 0x2112a442;
const ALLOCATE = 0x0003;
const REFRESH = 0x0004;
const SUCCESS = 0x0100;
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;
/** UDP between the server and the other side, in the first of four bytes. */
const REQUESTED_TRANSPORT = Buffer.from([17, 0, 0, 0]);

/** What was found out is good for this long, in ms: who asks often shall not load the TURN servers. */
const GOOD_FOR_MS = 10_000;

/** Whoever is asked about by `/readyz`; a name that no user has. */
const CHECKER = "readiness-check";

/** A check of all configured TURN servers: the first one that would fail a call and why, in one line; `null`: all relay. */
export function turnCheck(ice: IceConfig): () => Promise<string | null> {
  let last: { at: number; result: Promise<string | null> } | null = null;
  const check = async () => {
    const { username, credential } = grantFor({ ...ice, stunUrls: [] }, CHECKER, Date.now()).iceServers[0]!;
    const problems = await Promise.all(ice.turnUrls.map(async (url) => {
      const problem = await turnProblem(url, username!, credential!);
      return problem && `${url}: ${problem}`;
    }));
    return problems.find((problem) => problem !== null) ?? null;
  };
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > GOOD_FOR_MS) last = { at: now, result: check() };
    return last.result;
  };
}

/** A way to ask and be answered, message by message. */
interface Line extends Disposable {
  ask(request: Buffer<ArrayBuffer>): Promise<Buffer>;
}

/** What is wrong with a TURN server, in a few words without its credentials; `null`: it relays. */
export async function turnProblem(url: string, username: string, password: string): Promise<string | null> {
  const [, scheme, name, port, transport] = /^(turns?):(.*?)(?::(\d+))?(?:\?transport=(\w+))?$/.exec(url)!;
  const secure = scheme === "turns";
  const at = { host: name!.replace(/^\[|\]$/g, ""), port: Number(port ?? (secure ? 5349 : 3478)) };
  const timeout = Promise.withResolvers<string>();
  const timer = setTimeout(() => timeout.resolve("no answer"), TIMEOUT_MS);
  // Browsers have no DTLS for this: to them `turns:` is TLS over TCP, whatever transport it names.
  using line = secure || transport === "tcp" ? stream(at, secure) : datagrams(at);
  try {
    return await Promise.race([allocate(line, username, password), timeout.promise]);
  } catch (error) {
    return /certificate/i.test((error as Error).message)
      ? "its certificate is not trusted here"
      : "it cannot be reached";
  } finally {
    clearTimeout(timer);
  }
}

async function allocate(line: Line, username: string, password: string): Promise<string | null> {
  const wish: Attributes = [[ATTRIBUTE.transport, REQUESTED_TRANSPORT]];
  // A client learns realm and nonce from the refusal of its first request.
  const refusal = await line.ask(message(ALLOCATE, wish));
  const realm = attribute(refusal, ATTRIBUTE.realm);
  const nonce = attribute(refusal, ATTRIBUTE.nonce);
  if (realm === null || nonce === null) return "it does not ask for credentials";
  const key = createHash("md5").update(`${username}:${realm}:${password}`).digest();
  const who: Attributes = [
    [ATTRIBUTE.username, Buffer.from(username)],
    [ATTRIBUTE.realm, realm],
    [ATTRIBUTE.nonce, nonce],
  ];
  const answer = await line.ask(message(ALLOCATE, [...wish, ...who], key));
  if (answer.readUInt16BE(0) !== (ALLOCATE | SUCCESS)) return `it refuses the credentials (${errorCode(answer)})`;
  await line.ask(message(REFRESH, [[ATTRIBUTE.lifetime, Buffer.alloc(4)], ...who], key));
  return null;
}

// --- Messages --------------------------------------------------------------------------------------------------------

type Attributes = [type: number, value: Buffer][];

/** A request; with a `key` its last attribute proves that the sender has it. */
function message(method: number, attributes: Attributes, key?: Buffer): Buffer<ArrayBuffer> {
  const body = Buffer.concat(attributes.map(([type, value]) => encoded(type, value)));
  const head = Buffer.alloc(20);
  head.writeUInt16BE(method, 0);
  head.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(head, 8);
  // The length counts the proof already, which covers everything before itself (RFC 8489, section 14.5).
  head.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  if (key === undefined) return Buffer.concat([head, body]);
  const proof = createHmac("sha1", key).update(head).update(body).digest();
  return Buffer.concat([head, body, encoded(ATTRIBUTE.integrity, proof)]);
}

function encoded(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function attribute(message: Buffer, wanted: number): Buffer | null {
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === wanted) return message.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return null;
}

/** The code of an error response, such as 401 (RFC 8489, section 14.8). */
function errorCode(message: Buffer): number | "no reason given" {
  const value = attribute(message, ATTRIBUTE.errorCode);
  return value === null || value.length < 4 ? "no reason given" : value[2]! * 100 + value[3]!;
}

// --- Lines -----------------------------------------------------------------------------------------------------------

interface At {
  readonly host: string;
  readonly port: number;
}

/**
 * Over a stream messages say how long they are. Node's sockets, because Deno's own over TLS keep their connection when they are
 * closed during the handshake, and a server that says nothing would cost one at each check.
 */
function stream(at: At, secure: boolean): Line {
  const socket = secure ? connectTls(at) : connect(at);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  socket.on("error", failed.reject);
  socket.on("close", () => failed.reject(new Error("The server closed the connection")));
  return {
    ask(request) {
      const answered = Promise.withResolvers<Buffer>();
      let read = Buffer.alloc(0);
      const receive = (chunk: Buffer) => {
        read = Buffer.concat([read, chunk]);
        if (read.length < 20 || read.length < 20 + read.readUInt16BE(2)) return;
        socket.off("data", receive);
        answered.resolve(read);
      };
      socket.on("data", receive);
      socket.write(request);
      return Promise.race([answered.promise, failed.promise]);
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

function datagrams({ host, port }: At): Line {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  socket.on("error", failed.reject);
  let repeat: ReturnType<typeof setInterval>;
  return {
    ask(request) {
      const answered = Promise.withResolvers<Buffer>();
      const receive = (answer: Buffer) => {
        if (answer.length < 20 || !answer.subarray(8, 20).equals(request.subarray(8, 20))) return;
        clearInterval(repeat);
        socket.off("message", receive);
        answered.resolve(answer);
      };
      socket.on("message", receive);
      const send = () => socket.send(request, port, host, (error) => error && failed.reject(error));
      repeat = setInterval(send, REPEAT_MS);
      send();
      return Promise.race([answered.promise, failed.promise]);
    },
    [Symbol.dispose]() {
      clearInterval(repeat);
      socket.close();
    },
  };
}
