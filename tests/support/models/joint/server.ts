/** The server's side of the model: who is there, and the real arbiter. */

import type { ClientMessage } from "../../../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../../../shared/protocol/server_messages.ts";
import { advance, nextDeadline } from "../../../../signaling/call/advance.ts";
import type { Endpoint } from "../../../../signaling/call/parties.ts";
import { type CallEvent, callOn, NO_CALLS, usersOf } from "../../../../signaling/call/state.ts";
import { type Client, type Model, RULES } from "./model.ts";

/** R14: so long after its start a server takes clients' word, in ms. */
export const RECOVERY_MS = 60_000;
/** A server notices a socket that is dead after this, by its own pings, in ms. */
export const DEAD_MS = 40_000;

const endpoint = ({ user, device }: Endpoint): Endpoint => ({ user, device });

/** What the server does, in a model that is changed. */
export class Server {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** A client's socket is there. */
  connect(at: number, client: Client): void {
    const model = this.#model;
    const { page } = model.seen[at]!;
    const reloaded = page !== null && page !== client.page;
    model.seen[at] = { is: "connected", until: null, page: client.page };
    client.socket = "greeting";
    const named = model.chat.call && callOn(model.chat.call, endpoint(client), reloaded);
    const calls = model.protocol === 1 ? {} : { calls: named === null ? [] : [named] };
    client.down.push({ type: "welcome", ...RULES, ...calls } as ServerMessage);
    if (!this.#isInCall(client.user)) return;
    this.#advance({ type: "connect", now: 0, from: endpoint(client), reloaded });
  }

  /** A client's socket is gone, and known to be. */
  dropped(at: number, graceMs: number): void {
    const model = this.#model;
    const client = model.clients[at]!;
    if (model.seen[at]!.is === "unknown") return;
    model.seen[at] = { ...model.seen[at]!, is: "away", until: graceMs };
    if (this.#isInCall(client.user)) this.#advance({ type: "drop", now: 0, from: endpoint(client), graceMs });
  }

  /** A client's message arrives. */
  received(at: number, client: Client, message: ClientMessage): void {
    const model = this.#model;
    const from = { ...endpoint(client), name: client.user };
    switch (message.type) {
      case "ping":
        client.down.push({ type: "pong" });
        return;
      case "call:initiate": {
        const callee = model.clients.find(({ user }) => user !== client.user)!.user;
        const devices = model.clients.flatMap(({ user, device }, n) => {
          const { is } = model.seen[n]!;
          return user !== callee || is === "unknown" ? [] : [{ device, connected: is !== "away" }];
        });
        const busy = { callerBusy: this.#isInCall(client.user), calleeBusy: this.#isInCall(callee) };
        const { callId } = message;
        return this.#advance({
          type: "initiate",
          now: 0,
          from,
          name: from.name,
          message,
          callId: callId!,
          callee,
          calleeName: callee,
          devices,
          ...busy,
          push: false,
        });
      }
      case "call:resume": {
        const isRecovering = model.recoversUntil > 0;
        return this.#advance({ type: "resume", now: 0, from, message, busy: false, isRecovering });
      }
      case "call:ringing":
      case "call:answer":
      case "call:reject":
      case "call:end":
      case "call:negotiate":
        return this.#advance({ type: "message", now: 0, from, message });
      default:
        throw new Error(`${at} says ${message.type}`);
    }
  }

  #advance(event: CallEvent): void {
    const model = this.#model;
    const { chat, deliveries } = advance(model.chat, event, RULES);
    model.chat = chat;
    for (const { to, message } of deliveries) {
      const at = model.clients.findIndex(({ user, device }) => user === to.user && device === to.device);
      if (at >= 0 && model.seen[at]!.is === "connected") model.clients[at]!.down.push(message);
    }
  }

  #isInCall(user: string): boolean {
    const { call } = this.#model.chat;
    return call !== null && usersOf(call).includes(user);
  }

  /** A client's socket leads nowhere any more, and the server has not noticed. */
  frozen(at: number): void {
    const { seen } = this.#model;
    seen[at] = { ...seen[at]!, is: "dead", until: DEAD_MS };
  }

  /** The server is started anew, and has forgotten everything. */
  restart(): void {
    const model = this.#model;
    model.chat = NO_CALLS;
    model.seen = model.seen.map(() => ({ is: "unknown", until: null, page: null }));
    model.recoversUntil = RULES.graceMs + RECOVERY_MS;
  }

  /** What is due by now happens. */
  pass(): void {
    const model = this.#model;
    if ((nextDeadline(model.chat) ?? Infinity) <= 0) this.#advance({ type: "tick", now: 0 });
    model.seen.forEach(({ is, until }, at) => {
      if (until === null || until > 0) return;
      if (is === "dead") this.dropped(at, RULES.graceMs);
      else model.seen[at] = { is: "unknown", until: null, page: null };
    });
  }
}
