/**
 * The hub: the one place a message goes through. What several processes would have to agree on it gives to the engine; what the
 * engine's steps say it gives to this process's devices, and to those who count and report. It owns no socket.
 */

import { CLOSE, PROTOCOL_VERSION } from "../shared/protocol/constants.ts";
import type { Member } from "../shared/protocol/server_messages.ts";
import type { Endpoint } from "./call/parties.ts";
import type { RingingCall } from "./call/state.ts";
import { Connections, type DeviceConnection, type Outbox } from "./connections.ts";
import { Dispatch } from "./dispatch.ts";
import { type Answer, type Engine, type Reservation, whenKnown } from "./engine/engine.ts";
import type { Client, Connection, HubMessage, HubOptions } from "./hub_ports.ts";
import type { Session } from "./identity/session.ts";
import { Lifetime } from "./identity/lifetime.ts";
import { Counts } from "./ops/counts.ts";
import type { Figures } from "./ops/metrics.ts";

/**
 * R12: the grace of a page that said it goes, in ms, unless the whole grace is shorter. A page that is only reloaded says so too: it
 * is back within one or two seconds, and on a slow phone network within four.
 */
const LEAVING_GRACE_MS = 5_000;

/** How long a socket may take from the answer to its request until it is open, in ms. */
const OPENING_MS = 10_000;

/** For a socket that opened too late. */
const NOBODY: Connection = { admit: () => ({ do: "drop" }), receive() {}, renew() {}, note() {}, drop() {} };

export class Hub {
  readonly #options: HubOptions;
  readonly #engine: Engine;
  readonly #connections = new Connections((chatId) => this.#engine.submit({ type: "unwatch", chatId }));
  readonly #counts = new Counts();
  readonly #dispatch: Dispatch;
  #messages = 0;
  #leaving = false;

  constructor(options: HubOptions) {
    this.#options = options;
    const { engine, records, desk, log, debugLog } = options;
    const dispatch = new Dispatch({
      connections: this.#connections,
      counts: this.#counts,
      records,
      desk,
      log,
      debugLog,
      callOf: (device) => this.#engine.callOf(device),
    });
    this.#dispatch = dispatch;
    this.#engine = engine(options, (step, isOwn) => dispatch.take(step, isOwn));
  }

  /** A verified token was seen: its chats exist, with this user in them. */
  admit(membership: Session): void {
    this.#engine.submit({ type: "token", membership });
  }

  /** R20: a newer token of a user was seen. Their open sockets, or the one of `device`, go on with it. */
  renew(session: Session, device?: DeviceConnection): void {
    this.admit(session);
    for (const one of device ? [device] : this.#connections.of(session.userId)) {
      const { life } = one;
      const isLater = life?.renew(session.expiresAt);
      if (life && (isLater || device)) one.say({ type: "session:renewed", expiresInMs: life.expiresInMs });
    }
  }

  /** R20: the chat of the connected call that a user, or one device of theirs, is in; `null` where there is none. */
  async talksIn(userId: string, deviceId?: string): Promise<string | null> {
    return (await this.#engine.talksIn(userId, deviceId))?.chatId ?? null;
  }

  /** The user's seat is free from now on (`at`, in ms since 1970). Ends their call there, as R12 says, and forgets their calls. */
  free(chatId: string, userId: string, at: number): void {
    this.#engine.submit({ type: "free", chatId, userId, at });
    // What that ended is in their log too.
    whenKnown(this.#engine.settled(), () => this.#options.records.forget(userId, chatId));
  }

  /** R21: nobody was reached by push. Where a device has come by itself there is nothing to say. */
  unreached(chatId: string, callId: string): void {
    const call = this.#engine.ringing(chatId, callId);
    if (call?.devices.length === 0) this.#engine.submit({ type: "unreached", chatId, callId });
  }

  /** R21: a call that rings for this user; `null`: it does not, or not any more. */
  ringing(userId: string, chatId: string, callId: string): RingingCall | null {
    const call = this.#engine.ringing(chatId, callId);
    return call?.calleeUser === userId ? call : null;
  }

  /** R21: a user declines a call without a page. One that does not ring any more is not theirs to decline. */
  decline(userId: string, chatId: string, callId: string): void {
    this.#engine.submit({ type: "decline", chatId, callId, user: userId });
  }

  /** Who made the chat, and may free its seats; `null` where that is not known, or they left. */
  maker(chatId: string): Answer<string | null> {
    return this.#engine.maker(chatId);
  }

  /**
   * The chats of a user: those of their token, but for those they left since, and those they joined since on another device; or, a host
   * application's user, those that a newer token took away and gave.
   */
  async chatsOf({ userId, chats }: Pick<Session, "userId" | "chats">): Promise<string[]> {
    const now = await this.#engine.chatsOf(userId);
    return [...chats.filter((id) => now.has(id)), ...[...now].filter((id) => !chats.includes(id))];
  }

  /** How many may join a chat by its link. */
  get capacity(): number {
    return this.#options.chatCapacity;
  }

  /** What the server is doing, and has done since it started. */
  figures(): Figures {
    const sockets = [...this.#connections.all()].filter(({ outbox }) => outbox !== null).length;
    const store = this.#engine.storeFigures();
    return { sockets, messages: this.#messages, store, ...this.#engine.gauges(), ...this.#counts.figures() };
  }

  /** What sockets say of themselves: errors that their clients are told, and how they closed. */
  get counts(): Pick<Counts, "refused" | "closed"> {
    return this.#counts;
  }

  /** R1: gives a seat in a chat; false where it is full or unknown. */
  join(chatId: string, session: Session): Answer<boolean> {
    return this.#engine.join(chatId, session);
  }

  /** Uses up a pass that is good once; false where it was used. `expiresAt`: when it is out of date, in ms since 1970. */
  usePass(id: string, expiresAt: number): Answer<boolean> {
    return this.#engine.usePass(id, expiresAt);
  }

  /** Keeps the token of somebody whose browser may keep no cookie, and gives the key to it, good once and for two minutes. */
  keepEntry(token: string): Answer<string> {
    return this.#engine.keepEntry(token);
  }

  /** The token behind such a key; `null` where there is none. */
  takeEntry(key: string): Answer<string | null> {
    return this.#engine.takeEntry(key);
  }

  members(chatId: string): Answer<Member[]> {
    return this.#engine.members(chatId);
  }

  /** Keeps a place for a socket that is about to open, to be given back by `release`, or says why not. */
  async reserve(
    userId: string,
    deviceId: string,
  ): Promise<Reservation | "leaving" | "unavailable" | "too-many-devices"> {
    if (this.#leaving) return "leaving";
    if (this.unavailability() !== null) return "unavailable";
    return await this.#engine.reserve({ user: userId, device: deviceId }, OPENING_MS) ?? "too-many-devices";
  }

  /** The socket that a place was kept for has opened, or will not. */
  release(reservation: Reservation): void {
    this.#engine.release(reservation);
  }

  /** Why nothing can be done now, in one line; `null`: it can. */
  unavailability(): string | null {
    return this.#engine.unavailability();
  }

  /** Whether this process is the one of all that reports calls. */
  isSpokesman(): boolean {
    return this.#engine.isSpokesman();
  }

  /** R19: takes no more sockets. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  /**
   * A socket opened for a user whose token was verified, or who `talksIn` a call that outlived it. A second socket of the same device
   * takes the first one's place.
   */
  connect(session: Session, deviceId: string, { page, protocol }: Client, outbox: Outbox): Connection {
    const { userId: user, name, expiresAt } = session;
    if (this.#leaving) {
      outbox.close(CLOSE.restart, "The server restarts");
      return NOBODY;
    }
    const from = { user, device: deviceId };
    const device = this.#connections.enter(from, this.#options.ticks());
    const replaced = device.outbox;
    device.life?.close();
    device.outbox = outbox;
    device.protocol = protocol;
    device.life = this.#lifetime(from, outbox, expiresAt);
    replaced?.close(CLOSE.replaced, "Replaced by a newer socket of this device");

    const { ringTimeoutMs, graceMs, pingMs, ice, videoCodecs } = this.#options;
    device.greet = (calls) =>
      outbox.send({
        type: "welcome",
        protocol: PROTOCOL_VERSION,
        deviceId,
        user: { id: user, name },
        ...ice(user),
        ringTimeoutMs,
        graceMs,
        pingMs,
        videoCodecs,
        calls: [...calls],
      });
    // Membership is what a token says that is believed still.
    const membership = expiresAt <= this.#options.clock() ? null : session;
    this.#engine.submit({ type: "connect", from, membership, page });
    return {
      admit: (parsed) => device.admit(parsed, this.#options.ticks()),
      receive: (message, frame) => this.#hear(device, message, frame),
      renew: (session) => {
        if (session?.userId === user) return this.renew(session, device);
        outbox.send({ type: "call:error", code: "ACCESS_DENIED", message: "Access denied" });
      },
      note: (dropped) => {
        if (!this.#options.debugLog) return;
        this.#dispatch.noteDropped(device, dropped.length, [...new Set(dropped)].join("; "));
      },
      drop: () => {
        if (device.outbox === outbox) this.#drop(device, graceMs);
      },
    };
  }

  /** Ends every call that still rings (R19) and every socket and timer: at once, or when the engine has said all. */
  close(): Answer<void> {
    this.#leaving = true;
    this.#engine.submit({ type: "shutdown" });
    const settled = this.#engine.settled();
    return settled instanceof Promise ? settled.then(() => this.#shut()) : this.#shut();
  }

  #shut(): void {
    for (const { life, outbox } of this.#connections.all()) {
      life?.close();
      outbox?.close(CLOSE.restart, "The server restarts");
    }
    this.#engine.close();
  }

  // --- What devices say ------------------------------------------------------------------------------------------------

  #hear(device: DeviceConnection, message: HubMessage, frame: number): void {
    device.life?.catchUp();
    const { outbox, user } = device;
    if (outbox === null || device.isTooEarly(message)) return;
    this.#messages++;
    if (this.#options.debugLog) {
      this.#options.log("message", {
        type: message.type,
        ...("reason" in message && message.reason !== undefined ? { reason: message.reason } : {}),
        user,
        device: device.device,
      });
    }
    switch (message.type) {
      case "ping":
        return device.sayAfterWelcome({ type: "pong" });
      case "device:leaving":
        this.#drop(device, Math.min(LEAVING_GRACE_MS, this.#options.graceMs));
        return outbox.close(CLOSE.normal, "The page leaves");
      default:
        return this.#engine.submit({ type: "message", from: device, message, frame });
    }
  }

  /** R12: a socket is gone; the device stays for its grace. */
  #drop(device: DeviceConnection, graceMs: number): void {
    this.#connections.drop(device);
    const { user, device: id } = device;
    this.#engine.submit({ type: "drop", from: { user, device: id }, graceMs });
  }

  // --- Tokens that expire (R20) ------------------------------------------------------------------------------------------

  #lifetime(from: Endpoint, outbox: Outbox, expiresAt: number): Lifetime {
    return new Lifetime(expiresAt, {
      clock: this.#options.clock,
      call: () => this.#engine.callOf(from),
      onRestriction: (call) => {
        const device = this.#connections.get(from);
        if (device !== undefined) this.#connections.restrict(device, call !== null);
        this.#engine.submit({ type: "restrict", from, call });
      },
      onNotice: (expiresInMs) => {
        const device = this.#connections.get(from);
        if (device?.outbox === outbox) device.sayAfterWelcome({ type: "session:expiring", expiresInMs });
      },
      onEnd: () => {
        // Where it outlived its token for as long as a call may.
        this.#engine.submit({ type: "outlived", from });
        outbox.expel(CLOSE.expired, "The token has expired");
      },
    });
  }
}
