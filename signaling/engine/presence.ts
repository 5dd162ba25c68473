/** Who is online: every user's devices, with their sockets here or about to come back. */

import type { Endpoint } from "../call/parties.ts";
import { MAX_DEVICES } from "../limits.ts";
import { Deadline, type DueDeadline, dumpOf, restored } from "./deadlines.ts";
import type { CallRef, Reservation } from "./engine.ts";

/** A tab or phone of a user. It outlives its socket by the grace (R12). */
export interface Device extends Endpoint {
  /** Its socket is open. */
  isConnected: boolean;
  /** The document on it; another one means that it was reloaded (R13). */
  page: string | null;
  /** R20: the one call that its token speaks for; `null`: it speaks for everything. */
  restriction: CallRef | null;
  /** The end of its grace, while its socket is gone. */
  readonly grace: Deadline;
}

export class Presence {
  readonly #users = new Map<string, Map<string, Device>>();
  /** For sockets that are being opened, by user. */
  readonly #reserved = new Map<string, Set<Reservation>>();
  /** When reservations run out, by the engine's clock, in the order they were made: a server makes all of them for the same time. */
  readonly #expiries = new Map<Reservation, number>();

  /** The device, made if it is new. `onGone`: when its grace is over. */
  enter({ user, device }: Endpoint, onGone: (device: Device) => void): Device {
    let devices = this.#users.get(user);
    if (devices === undefined) this.#users.set(user, devices = new Map());
    let known = devices.get(device);
    if (known === undefined) {
      const grace = new Deadline(() => onGone(made));
      const made: Device = { user, device, isConnected: false, page: null, restriction: null, grace };
      devices.set(device, known = made);
    }
    return known;
  }

  leave({ user, device }: Endpoint): void {
    const devices = this.#users.get(user);
    devices?.delete(device);
    if (devices?.size === 0) this.#users.delete(user);
  }

  get({ user, device }: Endpoint): Device | undefined {
    return this.#users.get(user)?.get(device);
  }

  /** A user's devices, those within their grace included. */
  devices(userId: string): Device[] {
    return [...this.#users.get(userId)?.values() ?? []];
  }

  /** A user's devices that can be told of any chat (R20). */
  reachable(userId: string): Device[] {
    return this.devices(userId).filter(isReachable);
  }

  /** A device within its grace counts as online (R3). */
  isOnline(userId: string): boolean {
    return this.#users.has(userId);
  }

  /** But for places that are kept, which are the process's own. */
  dump() {
    return Array.from(this.#users, ([user, devices]) => ({
      user,
      devices: Array.from(devices.values(), ({ device, isConnected, page, restriction, grace }) => ({
        device,
        isConnected,
        page,
        restriction,
        grace: dumpOf(grace),
      })),
    }));
  }

  /** Gives what is due. */
  restore(users: ReturnType<Presence["dump"]>, onGone: (device: Device) => void): DueDeadline[] {
    return users.flatMap(({ user, devices }) =>
      devices.flatMap(({ device, isConnected, page, restriction, grace }) => {
        const made = Object.assign(this.enter({ user, device }, onGone), { isConnected, page, restriction });
        return restored(made.grace, grace);
      })
    );
  }

  /** How many users are online. */
  get size(): number {
    return this.#users.size;
  }

  /** R18: whether the device may be connected beside its user's others. Places that are kept do not count: they are one process's own. */
  hasRoom(endpoint: Endpoint): boolean {
    return this.#connectedBeside(endpoint).length < MAX_DEVICES;
  }

  #connectedBeside({ user, device }: Endpoint): Device[] {
    return this.devices(user).filter((one) => one.isConnected && one.device !== device);
  }

  /** Keeps a place for a device's socket that is about to open, until a time; `null` where the user has as many as may be. */
  reserve({ user, device }: Endpoint, now: number, until: number): Reservation | null {
    for (const [reservation, expiresAt] of this.#expiries) {
      if (expiresAt > now) break;
      this.release(reservation);
    }
    const reserved = this.#reserved.get(user) ?? new Set<Reservation>();
    const others = new Set([...this.#connectedBeside({ user, device }), ...reserved].map((one) => one.device));
    others.delete(device);
    if (others.size >= MAX_DEVICES) return null;
    const reservation = { user, device };
    this.#reserved.set(user, reserved.add(reservation));
    this.#expiries.set(reservation, until);
    return reservation;
  }

  /** The socket has opened, or will not. Idempotent. */
  release(reservation: Reservation): void {
    const reserved = this.#reserved.get(reservation.user);
    reserved?.delete(reservation);
    this.#expiries.delete(reservation);
    if (reserved?.size === 0) this.#reserved.delete(reservation.user);
  }
}

/** Its socket is open, and its token speaks for more than one call. */
export function isReachable({ isConnected, restriction }: Device): boolean {
  return isConnected && restriction === null;
}
