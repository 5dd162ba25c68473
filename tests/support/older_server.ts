/**
 * A signaling server of protocol 1, for clients of a later one: it stands in front of this one, takes what is new out of its frames, and
 * refuses what one did not know.
 */

import assert from "node:assert/strict";
import { SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";

/** What a server of protocol 1 says in place of this. */
export function asOfProtocol1(message: ServerMessage): ServerMessage {
  switch (message.type) {
    case "welcome": {
      const { calls: _, ...welcome } = message;
      return { ...welcome, protocol: 1 };
    }
    case "call:missed": {
      const { at: _, ...missed } = message;
      return missed;
    }
    default:
      return message;
  }
}

/** Listens on a free port in front of the signaling server at `origin`; `await using` stops it. */
export class OlderServer implements AsyncDisposable {
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  /** Messages with what a server of protocol 1 does not know. */
  readonly #refused: string[] = [];

  constructor(origin: string) {
    this.#http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => {
      const { pathname, search } = new URL(req.url);
      const protocols = req.headers.get("sec-websocket-protocol")!.split(/, */);
      const server = new WebSocket(origin.replace("http", "ws") + pathname + search, protocols);
      const { socket: client, response } = Deno.upgradeWebSocket(req, { protocol: SUBPROTOCOL });
      const opened = Promise.all([client, server].map((socket) => new Promise((resolve) => socket.onopen = resolve)));
      // One frame after the other, as they came.
      let turn: Promise<unknown> = opened;
      const pass = (to: WebSocket, frame: string) =>
        turn = turn.then(() => to.readyState === WebSocket.OPEN && to.send(frame));
      client.onmessage = ({ data }) => {
        const { type, receipt } = JSON.parse(data);
        if (type === "call:receipt" && "perceived" in receipt) this.#refused.push(data);
        pass(server, data);
      };
      server.onmessage = ({ data }) => pass(client, JSON.stringify(asOfProtocol1(JSON.parse(data))));
      client.onclose = () => server.close();
      server.onclose = () => client.close();
      this.#sockets.add(client).add(server);
      return response;
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#http.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
      socket.close();
      return closed;
    }));
    await this.#http.shutdown();
    assert.deepEqual(this.#refused, []);
  }
}
