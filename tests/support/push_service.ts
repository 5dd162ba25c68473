/**
 * A push service of the tests' own: towards a Firefox it speaks what Mozilla's does (autopush: `hello`, `register`, `notification`), to
 * which the preference `dom.push.serverURL` leads; towards application servers RFC 8030, and it takes nothing that is not as RFC 8291 and
 * RFC 8292 want it.
 */

import { importJWK, jwtVerify } from "jose";
import { type Certificate, signed } from "./certificate.ts";
import { until } from "./until.ts";

/** A message that was taken, or why it was not. */
export interface Pushed {
  readonly channel: string;
  readonly ttl: number;
  readonly urgency: string | null;
  readonly topic: string | null;
  /** What it was answered. */
  readonly status: number;
}

export class PushService implements AsyncDisposable {
  /** What came, in order. */
  readonly pushed: Pushed[] = [];
  /** The browsers' subscriptions so far. */
  readonly registered: string[] = [];
  /** What every message is answered from now on; `null`: as it deserves. */
  answersWith: number | null = null;
  /** How long it takes to hand the next message to a browser, in ms. */
  nextDelayMs = 0;
  readonly #certificate: Certificate & { readonly authority: string };
  readonly #takes: Deno.HttpServer<Deno.NetAddr>;
  readonly #gives: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  readonly #channels = new Set<string>();
  #forgets = false;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  private constructor(certificate: Certificate & { readonly authority: string }) {
    this.#certificate = certificate;
    const where = { hostname: "127.0.0.1", port: 0, onListen() {} };
    const [cert, key] = [certificate.cert, certificate.key].map((path) => Deno.readTextFileSync(path));
    this.#takes = Deno.serve({ ...where, cert: cert!, key: key! }, (req) => this.#take(req));
    this.#gives = Deno.serve(where, (req) => this.#open(req));
  }

  static async start(): Promise<PushService> {
    return new PushService(await signed());
  }

  /** Where messages are taken. */
  get origin(): string {
    return `https://127.0.0.1:${this.#takes.addr.port}`;
  }

  /** What a product has to be told, so that it trusts this service. */
  get environment(): Record<string, string> {
    return { PUSH_SERVICES: this.origin, DENO_CERT: this.#certificate.authority };
  }

  /** What a Firefox has to be told, so that its subscriptions are this service's. */
  get preferences(): Record<string, string | number | boolean> {
    return {
      "dom.push.serverURL": `ws://127.0.0.1:${this.#gives.addr.port}/`,
      "dom.push.connection.enabled": true,
      "dom.push.testing.allowInsecureServerURL": true,
      "dom.push.retryBaseInterval": 500,
    };
  }

  /** An endpoint of a browser that is never there. */
  endpoint(): string {
    const channel = crypto.randomUUID();
    this.#channels.add(channel);
    return `${this.origin}/push/${channel}`;
  }

  /** It has lost what it knew of browsers: they come anew, under another id, and find that their subscriptions are no more. */
  forgetBrowsers(): void {
    this.#channels.clear();
    this.#forgets = true;
    for (const socket of this.#sockets) socket.close();
  }

  /** The browsers' subscriptions are no more: what comes for them is answered 410, and nobody tells the browsers. */
  expireAll(): void {
    this.#channels.clear();
  }

  /** How many messages came, once there are so many. */
  async has(count: number): Promise<readonly Pushed[]> {
    return await until(`${count} messages`, () => Promise.resolve(this.pushed.length >= count && this.pushed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.close();
    await Promise.all([this.#takes.shutdown(), this.#gives.shutdown()]);
    await this.#certificate[Symbol.asyncDispose]();
  }

  // --- Towards application servers -------------------------------------------------------------------------------------

  async #take(req: Request): Promise<Response> {
    const channel = new URL(req.url).pathname.replace(/^\/push\//, "");
    const body = new Uint8Array(await req.arrayBuffer());
    const problem = await problemOf(req, body, this.origin);
    if (problem !== null) console.error(`A message was refused: ${problem}`);
    const status = this.answersWith ?? (problem !== null ? 400 : this.#channels.has(channel) ? 201 : 410);
    const { headers } = req;
    this.pushed.push({
      channel,
      ttl: Number(headers.get("ttl")),
      urgency: headers.get("urgency"),
      topic: headers.get("topic"),
      status,
    });
    if (status === 201) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#give(channel, body);
      }, this.nextDelayMs);
      this.nextDelayMs = 0;
      this.#timers.add(timer);
    }
    return new Response(null, { status });
  }

  // --- Towards browsers ------------------------------------------------------------------------------------------------

  #open(req: Request): Response {
    const protocol = req.headers.get("sec-websocket-protocol");
    const { socket, response } = Deno.upgradeWebSocket(req, protocol === null ? {} : { protocol });
    this.#sockets.add(socket);
    socket.onclose = () => this.#sockets.delete(socket);
    socket.onmessage = ({ data }) => {
      const answer = this.#answer(JSON.parse(data));
      if (answer !== null) socket.send(JSON.stringify(answer));
    };
    return response;
  }

  #answer({ messageType, channelID, uaid }: { messageType?: string; channelID: string; uaid?: string }): object | null {
    switch (messageType) {
      case "hello":
        return {
          messageType,
          uaid: !this.#forgets && uaid || crypto.randomUUID().replaceAll("-", ""),
          status: 200,
          use_webpush: true,
          broadcasts: {},
        };
      case "register":
        this.#channels.add(channelID);
        this.registered.push(channelID);
        return { messageType, channelID, status: 200, pushEndpoint: `${this.origin}/push/${channelID}` };
      case "unregister":
        this.#channels.delete(channelID);
        return { messageType, channelID, status: 200 };
      case undefined: // a ping
        return {};
      default:
        return null;
    }
  }

  #give(channelID: string, body: Uint8Array): void {
    const data = body.toBase64({ alphabet: "base64url", omitPadding: true });
    const message = { messageType: "notification", channelID, version: crypto.randomUUID(), data };
    for (const socket of this.#sockets) {
      socket.send(JSON.stringify({ ...message, headers: { encoding: "aes128gcm" } }));
    }
  }
}

/** What is wrong with a message by the standards; `null`: nothing. */
async function problemOf({ method, headers }: Request, body: Uint8Array, origin: string): Promise<string | null> {
  if (method !== "POST") return "RFC 8030, section 5: no POST";
  if (!/^\d+$/.test(headers.get("ttl") ?? "")) return "RFC 8030, section 5.2: no TTL";
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(headers.get("topic") ?? "topic")) return "RFC 8030, section 5.4: a bad Topic";
  if (headers.get("content-encoding") !== "aes128gcm") return "RFC 8291, section 4: not aes128gcm";
  // RFC 8188, section 2.1: salt, record size, the length of the key id, which is a point of P-256 (RFC 8291, section 4).
  const size = new DataView(body.buffer).getUint32(16);
  if (body[20] !== 65 || body[21] !== 4 || size < body.length - 86) return "RFC 8291, section 4: no such header";
  if (body.length > 4096) return "RFC 8291, section 4: more than 4096 bytes";
  const [, token, key] = /^vapid t=([^,]+), ?k=(\S+)$/.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined || key === undefined) return "RFC 8292, section 3: no credentials";
  const point = Uint8Array.fromBase64(key, { alphabet: "base64url" });
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((part) =>
    part.toBase64({ alphabet: "base64url", omitPadding: true })
  );
  const publicKey = await importJWK({ kty: "EC", crv: "P-256", x: x!, y: y! }, "ES256");
  try {
    const { payload: { exp = Infinity, sub } } = await jwtVerify(token, publicKey, { audience: origin });
    if (exp > Date.now() / 1000 + 24 * 3600) return "RFC 8292, section 2: good for more than a day";
    return sub === undefined ? "RFC 8292, section 2.1: nobody to write to" : null;
  } catch (error) {
    return `RFC 8292, section 2: ${(error as Error).message}`;
  }
}
