/** What is this process's own: its sockets, how long their tokens speak for them, their rates, and who looks at which chat. */

import type { ClientMessage } from "../shared/protocol/client_messages.ts";
import type { Parsed } from "../shared/protocol/frames.ts";
import type { DeviceCall, ServerMessage } from "../shared/protocol/server_messages.ts";
import type { Endpoint } from "./call/parties.ts";
import type { Lifetime } from "./identity/lifetime.ts";
import { type Admission, DeviceRates } from "./limits.ts";

/** What the server knows of a socket: how to give it a message, and how to make it leave. */
export interface Outbox {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
  /** The same for a socket over which more may be on its way: that is thrown away first, so that code and reason arrive. */
  expel(code: number, reason: string): void;
}

/** Messages that may follow a side's first description, and mean nothing without it. */
const FOLLOWING: ReadonlySet<string> = new Set(["call:ice-candidate", "call:media", "call:negotiate"]);

/** R18: how many of a device's calls are remembered as opened: more than it can open with the burst that its rate allows. */
const MAX_OPENED = 32;

/** What may wait for a `welcome`: answers to pings, and notices. */
const MAX_EARLY = 16;

/** A device that has, or within its grace had, its socket here. */
export class DeviceConnection implements Endpoint {
  readonly user: string;
  readonly device: string;
  /** `null` while the socket is gone. */
  outbox: Outbox | null = null;
  /** The version of the protocol that its newest client speaks. */
  protocol = 0;
  /** Says `welcome` over its newest socket; `null` once that is said. */
  greet: ((calls: readonly DeviceCall[]) => void) | null = null;
  /** R20: how long its token speaks for it; `null` while the socket is gone. */
  life: Lifetime | null = null;
  /** Chats that it wants to know the state of; `null`: none. */
  watching: Set<string> | null = null;
  /** What is to be said behind the `welcome` that is under way. */
  #early: ServerMessage[] | null = null;
  readonly #rates: DeviceRates;
  /** R18: the calls that the device opened its side of, or tried to, by `call:initiate` or `call:answer`: the newest few. */
  #opened: readonly string[] = [];
  /** R18: the call whose `call:initiate` or `call:answer` was refused for its rate, and is to come again. */
  #unopened: string | null = null;

  /** `now` is monotonic, in ms. */
  constructor({ user, device }: Endpoint, now: number) {
    this.user = user;
    this.device = device;
    this.#rates = new DeviceRates(now);
  }

  /** Its newest socket is heard from now on. */
  welcome(calls: readonly DeviceCall[]): void {
    this.greet?.(calls);
    this.greet = null;
    for (const message of this.#early?.splice(0) ?? []) this.outbox?.send(message);
  }

  /** Says what has nothing to do with calls: over the newest socket, and behind its `welcome`. */
  sayAfterWelcome(message: ServerMessage): void {
    if (this.greet === null) return this.outbox?.send(message);
    this.#early ??= [];
    if (this.#early.length < MAX_EARLY) this.#early.push(message);
  }

  /** Gives it a message over its newest socket. What comes before the `welcome` of that was for an older one, and is lost with it. */
  say(message: ServerMessage): void {
    if (this.greet === null) this.outbox?.send(message);
  }

  /** R18: counts what was parsed. What opens a side of a call, and is refused, comes again; one that is open stays so (R11). */
  admit(parsed: Parsed, now: number): Admission {
    const admission = this.#rates.admit(parsed, now);
    const message = parsed.ok ? parsed.message : null;
    if (message?.type !== "call:initiate" && message?.type !== "call:answer") return admission;
    const { callId } = message;
    if (callId === undefined || this.#opened.includes(callId)) return admission;
    if (admission.do === "serve") this.#opened = [...this.#opened, callId].slice(-MAX_OPENED);
    else this.shut(callId);
    return admission;
  }

  /** R18: what opens the device's side of this call was refused, and comes again. */
  shut(callId: string | undefined): void {
    if (callId !== undefined) this.#unopened = callId;
  }

  /** R18: whether a message follows one that opens its side of the call, and that was refused: then it comes again with that. */
  isTooEarly(message: ClientMessage): boolean {
    if (this.#unopened === null || !("callId" in message) || message.callId !== this.#unopened) return false;
    if (FOLLOWING.has(message.type)) return true;
    this.#unopened = null;
    return false;
  }
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
  enter(endpoint: Endpoint, now: number): DeviceConnection {
    const { user, device } = endpoint;
    let devices = this.#users.get(user);
    if (devices === undefined) this.#users.set(user, devices = new Map());
    let connection = devices.get(device);
    if (connection === undefined) devices.set(device, connection = new DeviceConnection(endpoint, now));
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

  /** Its socket here is closed, and the device is another process's, or nobody's. */
  shut(connection: DeviceConnection, code: number, reason: string): void {
    connection.outbox?.close(code, reason);
    this.drop(connection);
    this.forget(connection);
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

  /** Who asked to look at the chat is gone; where nobody else does, nobody looks at it. */
  unwatchIfAlone(chatId: string): void {
    if (!this.#watchers.has(chatId)) this.#onUnwatched(chatId);
  }

  watchersOf(chatId: string): Iterable<DeviceConnection> {
    return this.#watchers.get(chatId) ?? [];
  }

  #unwatch(chatId: string): void {
    this.#watchers.delete(chatId);
    this.#onUnwatched(chatId);
  }
}
