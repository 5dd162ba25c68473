/** When a connection that was lost is given a new way (ICE restart, RFC 8445, section 2.4), and when a call is given up. */

import type { Environment } from "./ports.ts";
import type { Role, Snapshot } from "./state.ts";

/** A call that was answered and does not connect within this time will not, in ms. */
const CONNECTING_MS = 30_000;
/** A gap shorter than this, in ms, closes by itself more often than not. */
const GAP_MS = 2_000;
/** One try has this long, in ms, before the next; a way over TCP takes up to three seconds. */
const TRY_MS = 6_000;
/** Tries without a connection in between. */
const MAX_TRIES = 4;
/** The callee leaves the first move to the caller for this long, in ms: two offers at once would cross. */
const POLITE_MS = 700;

/** What mending needs of the call. */
export interface MendingPorts {
  readonly env: Environment;
  readonly role: Role;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  signaling(): Snapshot["signaling"];
  /** Gathers anew and offers that. */
  restart(): void;
  /** The call cannot be saved. */
  giveUp(): void;
}

export class Mending {
  readonly #ports: MendingPorts;
  #transport: RTCPeerConnectionState = "new";
  /** Media flowed once: there is something to mend. */
  #hasConnected = false;
  /** The other side's signaling is gone for the moment. */
  #peerAway = false;
  #tries = 0;
  #cancelTimer = () => {};

  constructor(ports: MendingPorts) {
    this.#ports = ports;
  }

  /** Media flows, and both sides can be reached. */
  get isWell(): boolean {
    return this.#transport === "connected" && !this.#peerAway;
  }

  /** Both descriptions are exchanged. */
  answered(): void {
    if (!this.#hasConnected) this.#after(CONNECTING_MS, () => this.#ports.giveUp());
  }

  /** The peer connection is another one, and starts anew. */
  replaced(): void {
    this.#transport = "new";
    this.#tries = 0;
    this.#after(CONNECTING_MS, () => this.#ports.giveUp());
  }

  /** The peer connection's state is another one. */
  moved(state: RTCPeerConnectionState): void {
    this.#transport = state;
    if (state === "connected") {
      this.#hasConnected = true;
      this.#tries = 0;
      this.#cancelTimer();
    } else if (state === "failed" && !this.#hasConnected) {
      this.#ports.giveUp();
    } else if (this.#tries === 0 && (state === "failed" || state === "disconnected")) {
      this.#after((state === "failed" ? 0 : GAP_MS) + this.#courtesy, () => this.#try());
    }
  }

  /** The other side's signaling went, or is there again. */
  peerAway(away: boolean): void {
    this.#peerAway = away;
  }

  /** Both sides can talk (again), or the network is another one: what is broken is mended now. */
  hurry(): void {
    if (!this.#hasConnected || this.#transport === "connected") return;
    this.#tries = 0;
    this.#after(this.#courtesy, () => this.#try());
  }

  close(): void {
    this.#cancelTimer();
  }

  get #courtesy(): number {
    return this.#ports.role === "callee" ? POLITE_MS : 0;
  }

  #try(): void {
    const signaling = this.#ports.signaling();
    if (signaling !== "open" && signaling !== "connecting") return this.#ports.giveUp();
    // Who is away may be back within the grace, and then there is somebody to offer to.
    if (this.#peerAway || signaling !== "open") return this.#after(this.#ports.graceMs, () => this.#ports.giveUp());
    if (this.#tries++ === MAX_TRIES) return this.#ports.giveUp();
    this.#ports.restart();
    this.#after(TRY_MS, () => this.#try());
  }

  #after(ms: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.env.after(ms, action);
  }
}
