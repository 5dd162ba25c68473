/** A device's signaling socket to a product in a process of its own. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { Tokens } from "../../signaling/identity/auth.ts";
import { type Product, SECRET } from "./product.ts";

/** What it heard, and with which code it was closed. `await using` closes it. */
export class DeviceSocket implements AsyncDisposable {
  readonly heard: ServerMessage[] = [];
  /** `null`: it is open, or about to be. */
  closed: number | null = null;
  readonly #socket: WebSocket;
  readonly #over = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.heard.push(JSON.parse(data));
    socket.onclose = ({ code }) => {
      this.closed = code;
      this.#over.resolve();
    };
  }

  /** Asks for one; it need not be welcome. */
  static async ask({ url }: Product, userId: string, device = "laptop", chats = ["chat"]): Promise<DeviceSocket> {
    const token = await new Tokens({ session: [SECRET] }).sign({ userId, name: userId, chats });
    const at = `${url.replace("http", "ws")}/signal?device=${device}`;
    return new DeviceSocket(new WebSocket(at, ["zvonok.v1", `bearer.${token}`]));
  }

  get isWelcome(): boolean {
    return this.heard[0]?.type === "welcome" && this.closed === null;
  }

  /** Whether it heard a message of this type. */
  has(type: ServerMessage["type"]): boolean {
    return this.heard.some((one) => one.type === type);
  }

  /** The codes of the errors it heard, in order. */
  errors(): string[] {
    return this.heard.flatMap((one) => one.type === "call:error" ? one.code : []);
  }

  say(body: object): void {
    this.#socket.send(JSON.stringify(body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#over.promise;
  }
}
