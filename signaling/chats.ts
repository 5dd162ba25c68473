/** The in-memory registry of chat rooms: which chats there are, who is in them, and which of their devices are connected. */

import type { Member, ServerMessage } from "../shared/protocol.ts";
import { Bucket, MESSAGES } from "./limits.ts";

/** What the server knows of a socket: how to give it a message, and how to make it leave. */
export interface Port {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
}

/** A tab or phone of a user. It outlives its socket by the grace (R12). */
export interface Device {
  readonly id: string;
  /** `null` while the socket is gone and the grace runs. */
  port: Port | null;
  /** The document on it; another one means that it was reloaded (R13). */
  page: string | null;
  /** Chats whose presence it wants to know. */
  readonly watching: Set<string>;
  /** R18: it outlives the socket with the device, so that reconnecting gains nothing. */
  readonly messages: Bucket;
}

/** Chats and their members, by what signed tokens say. */
export class Chats {
  readonly #chats = new Map<string, Map<string, string>>();
  readonly #chatsOf = new Map<string, Set<string>>();
  readonly #capacity: number;

  /** `capacity`: how many may join a chat by its link. A signed token is believed whatever the capacity. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A token that names the chat was seen: the chat exists (again), and this user is in it. True where that, or the name, is new. */
  admit(chatId: string, userId: string, name: string): boolean {
    const members = this.#chats.get(chatId) ?? new Map<string, string>();
    if (members.get(userId) === name) return false;
    this.#chats.set(chatId, members.set(userId, name));
    this.#chatsOf.set(userId, (this.#chatsOf.get(userId) ?? new Set()).add(chatId));
    return true;
  }

  /** Takes a seat; false (R1: in the same way) for a chat that is unknown and one that is full. */
  join(chatId: string, userId: string, name: string): boolean {
    const members = this.#chats.get(chatId);
    if (members === undefined) return false;
    if (!members.has(userId) && members.size >= this.#capacity) return false;
    this.admit(chatId, userId, name);
    return true;
  }

  /** The members' names by user id, in order of joining; empty for an unknown chat. */
  members(chatId: string): ReadonlyMap<string, string> {
    return this.#chats.get(chatId) ?? new Map();
  }

  /** The chats this user is a member of. */
  chatsOf(userId: string): ReadonlySet<string> {
    return this.#chatsOf.get(userId) ?? new Set();
  }
}

/** Who is online: every user's devices. */
export class Presence {
  readonly #users = new Map<string, Map<string, Device>>();

  /** The device, made if it is new. */
  enter(userId: string, deviceId: string, now: number): Device {
    let devices = this.#users.get(userId);
    if (devices === undefined) this.#users.set(userId, devices = new Map());
    let device = devices.get(deviceId);
    if (device === undefined) {
      device = { id: deviceId, port: null, page: null, watching: new Set(), messages: new Bucket(MESSAGES, now) };
      devices.set(deviceId, device);
    }
    return device;
  }

  leave(userId: string, deviceId: string): void {
    const devices = this.#users.get(userId);
    devices?.delete(deviceId);
    if (devices?.size === 0) this.#users.delete(userId);
  }

  /** A user's devices, those within their grace included. */
  devices(userId: string): Device[] {
    return [...this.#users.get(userId)?.values() ?? []];
  }

  get(userId: string, deviceId: string): Device | undefined {
    return this.#users.get(userId)?.get(deviceId);
  }

  /** A device within its grace counts as online (R3). */
  isOnline(userId: string): boolean {
    return this.#users.has(userId);
  }

  /** Every connected port. */
  *ports(): Iterable<Port> {
    for (const devices of this.#users.values()) {
      for (const { port } of devices.values()) if (port !== null) yield port;
    }
  }
}

/** A chat's members as its watchers see them. */
export function membersWithPresence(chats: Chats, presence: Presence, chatId: string): Member[] {
  return [...chats.members(chatId)].map(([id, name]) => ({ id, name, online: presence.isOnline(id) }));
}
