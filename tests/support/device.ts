/** Somebody's device on a socket to the product, as members of one chat have it. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { SECRET } from "./product.ts";
import { CHROMIUM_ANSWER, TRICKLE_OFFER } from "./sdp.ts";
import { until } from "./until.ts";

export const CHAT = "chat-of-two";
export const CALL = "call-0123456789abcdef";
export const offer = { type: "offer", sdp: TRICKLE_OFFER };
export const answer = { type: "answer", sdp: CHROMIUM_ANSWER };

/** How a socket is asked for: with these headers, by a client that trusts a certificate, say. */
export interface Asking {
  readonly headers?: Record<string, string>;
  readonly client?: Deno.HttpClient;
  /** The version of the protocol that it says it speaks. */
  readonly protocol?: number;
}

/** As Deno has it: the web's own takes nothing but protocols. */
const Socket = WebSocket as unknown as new (url: string, options: Asking & { protocols: string[] }) => WebSocket;

/** Asks for a user's socket. */
export async function askForSocket(
  product: { readonly url: string },
  userId: string,
  chats: readonly string[] = [CHAT],
  { protocol = 2, ...asking }: Asking = {},
): Promise<WebSocket> {
  const token = await new Tokens({ session: [SECRET] }).sign({ userId, name: userId, chats });
  const url = `${product.url.replace("http", "ws")}/signal?device=laptop&page=page&protocol=${protocol}`;
  return new Socket(url, { protocols: ["zvonok.v1", `bearer.${token}`], ...asking });
}

/** A device with its socket; `using` closes it. */
export class Device implements Disposable {
  readonly heard: ServerMessage[] = [];
  readonly #socket: WebSocket;
  closed: number | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.heard.push(JSON.parse(data));
    socket.onclose = ({ code }) => this.closed = code;
  }

  static async open(
    product: { readonly url: string },
    userId: string,
    chats: readonly string[] = [CHAT],
    asking: Asking = {},
  ): Promise<Device> {
    return await until("the socket opens", async () => {
      const device = new Device(await askForSocket(product, userId, chats, asking));
      await until("welcome", () => Promise.resolve(device.closed !== null || device.heard.length > 0));
      return device.closed === null ? device : null;
    });
  }

  say(body: object): void {
    this.#socket.send(JSON.stringify({ chatId: CHAT, callId: CALL, ...body }));
  }

  ping(): void {
    this.#socket.send(JSON.stringify({ type: "ping" }));
  }

  of<Type extends ServerMessage["type"]>(type: Type): Extract<ServerMessage, { type: Type }>[] {
    return this.heard.filter((one): one is Extract<ServerMessage, { type: Type }> => one.type === type);
  }

  /** Waits for a message. */
  async hears(type: ServerMessage["type"], what = type as string, count = 1): Promise<void> {
    await until(what, () => Promise.resolve(this.of(type).length >= count));
  }

  [Symbol.dispose](): void {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }
}
