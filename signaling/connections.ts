/** What is this process's own: its sockets, how long their tokens speak for them, their rates, and who looks at which chat. */

import type { Endpoint } from "./call_state.ts";
import type { Lifetime } from "./lifetime.ts";
import { DeviceRates } from "./limits.ts";
import type { ServerMessage } from "../shared/protocol.ts";

/** What the server knows of a socket: how to give it a message, and how to make it leave. */
export interface Outbox {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
  /** The same for a socket over which more may be on its way: that is thrown away first, so that code and reason arrive. */
  expel(code: number, reason: string): void;
}

/** A device that has, or within its grace had, its socket here. */
export interface DeviceConnection extends Endpoint {
  /** `null` while the socket is gone. */
  outbox: Outbox | null;
  /** R20: how long its token speaks for it; `null` while the socket is gone. */
  life: Lifetime | null;
  readonly rates: DeviceRates;
  /** Chats that it wants to know the state of; `null`: none. */
  watching: Set<string> | null;
  /** R18: the call that the device opened its side of last, by `call:initiate` or `call:answer`. */
  opened: string | null;
  /** R18: the call whose `call:initiate` or `call:answer` was refused for its rate, and is to come again. */
  unopened: string | null;
}

export class Connections {
  readonly #users = new Map<string, Map<string, DeviceConnection>>();
  readonly #restricted = new Set<DeviceConnection>();
  readonly #watchers = new Map<string, Set<DeviceConnection>>();
  readonly #onUnwatched: (chatId: string) => void;

  /** `onUnwatched`: nobody here looks at the chat any more. */
  constructor(onUnwatched: (chatId: string) => void) {
    this.#onUnwatched = onUnwatched;
  }

  /** The device, made if it is new. `now` is monotonic, in ms. */
  enter({ user, device }: Endpoint, now: number): DeviceConnection {
    let devices = this.#users.get(user);
    if (devices === undefined) this.#users.set(user, devices = new Map());
    let connection = devices.get(device);
    if (connection === undefined) {
      const rates = new DeviceRates(now);
      connection = { user, device, outbox: null, life: null, rates, watching: null, opened: null, unopened: null };
      devices.set(device, connection);
    }
    return connection;
  }

  /** Its socket is gone; what it asked for too fast is remembered until its grace is over. */
  drop(connection: DeviceConnection): void {
    connection.outbox = null;
    connection.life?.close();
    connection.life = null;
    for (const chatId of connection.watching ?? []) {
      const watchers = this.#watchers.get(chatId);
      watchers?.delete(connection);
      if (watchers?.size === 0) this.#unwatch(chatId);
    }
    connection.watching = null;
    this.#restricted.delete(connection);
  }

  /** The device is forgotten, unless it has a socket here again. */
  forget({ user, device }: Endpoint): void {
    const devices = this.#users.get(user);
    if (devices?.get(device)?.outbox !== null) return;
    devices.delete(device);
    if (devices.size === 0) this.#users.delete(user);
  }

  get({ user, device }: Endpoint): DeviceConnection | undefined {
    return this.#users.get(user)?.get(device);
  }

  /** A user's devices. */
  of(userId: string): DeviceConnection[] {
    return [...this.#users.get(userId)?.values() ?? []];
  }

  *all(): Iterable<DeviceConnection> {
    for (const devices of this.#users.values()) yield* devices.values();
  }

  /** R20: whether the device's token speaks for one call only. */
  restrict(connection: DeviceConnection, isRestricted: boolean): void {
    if (isRestricted) this.#restricted.add(connection);
    else this.#restricted.delete(connection);
  }

  get restricted(): Iterable<DeviceConnection> {
    return this.#restricted;
  }

  /** The device wants to know what happens in the chat. */
  watch(connection: DeviceConnection, chatId: string): void {
    connection.watching ??= new Set();
    connection.watching.add(chatId);
    this.#watchers.set(chatId, (this.#watchers.get(chatId) ?? new Set()).add(connection));
  }

  watchersOf(chatId: string): Iterable<DeviceConnection> {
    return this.#watchers.get(chatId) ?? [];
  }

  #unwatch(chatId: string): void {
    this.#watchers.delete(chatId);
    this.#onUnwatched(chatId);
  }
}
