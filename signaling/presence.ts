/** Who is online: users' devices and their sockets, by what the server knows of one. */

import type { ServerMessage } from "../shared/protocol.ts";
import type { Lifetime } from "./lifetime.ts";
import { DeviceRates, MAX_DEVICES } from "./limits.ts";

/** What the server knows of a socket: how to give it a message, and how to make it leave. */
export interface Port {
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
  /** The same for a socket over which more may be on its way: that is thrown away first, so that code and reason arrive. */
  expel(code: number, reason: string): void;
}

/** A tab or phone of a user. It outlives its socket by the grace (R12). */
export interface Device {
  readonly id: string;
  /** `null` while the socket is gone and the grace runs. */
  port: Port | null;
  /** R20: how long its token speaks for it; `null` while the socket is gone. */
  life: Lifetime | null;
  /** The document on it; another one means that it was reloaded (R13). */
  page: string | null;
  /** Chats whose presence it wants to know. */
  readonly watching: Set<string>;
  readonly rates: DeviceRates;
  /** R18: the call whose `call:initiate` or `call:answer` was refused for its rate, and is to come again. */
  unopened: string | null;
}

/** Who is online: every user's devices. */
export class Presence {
  readonly #users = new Map<string, Map<string, Device>>();
  /** Sockets that are being opened, by user. */
  readonly #expected = new Map<string, Set<Place>>();

  /** The device, made if it is new. */
  enter(userId: string, deviceId: string, now: number): Device {
    let devices = this.#users.get(userId);
    if (devices === undefined) this.#users.set(userId, devices = new Map());
    let device = devices.get(deviceId);
    if (device === undefined) {
      device = {
        id: deviceId,
        port: null,
        life: null,
        page: null,
        watching: new Set(),
        rates: new DeviceRates(now),
        unopened: null,
      };
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

  /** How many users are online. */
  get size(): number {
    return this.#users.size;
  }

  /** Every device. */
  *everyDevice(): Iterable<Device> {
    for (const devices of this.#users.values()) yield* devices.values();
  }

  /** Every connected port. */
  *ports(): Iterable<Port> {
    for (const { port } of this.everyDevice()) if (port !== null) yield port;
  }

  /** Keeps a place for a device's socket that is about to open; `null` where the user has as many as may be. */
  expect(userId: string, deviceId: string): Place | null {
    const expected = this.#expected.get(userId) ?? new Set<Place>();
    const connected = this.devices(userId).filter(({ port }) => port !== null).map(({ id }) => id);
    const others = new Set([...connected, ...Array.from(expected, (place) => place.deviceId)]);
    others.delete(deviceId);
    if (others.size >= MAX_DEVICES) return null;
    const place = { userId, deviceId };
    this.#expected.set(userId, expected.add(place));
    return place;
  }

  /** The socket has opened, or will not. Idempotent. */
  forgo(place: Place): void {
    const expected = this.#expected.get(place.userId);
    expected?.delete(place);
    if (expected?.size === 0) this.#expected.delete(place.userId);
  }
}

/** A place that is kept for one socket; only that one gives it back. */
export interface Place {
  readonly userId: string;
  readonly deviceId: string;
}
