/** When a connection that was lost is given a new way (ICE restart, RFC 8445, section 2.4), and when a call is given up. */

import type { Environment } from "./ports.ts";
import type { Role, Snapshot } from "./state.ts";

/** A call that was answered and does not connect within this time will not, in ms. */
const CONNECTING_MS = 30_000;
/** A gap shorter than this, in ms, closes by itself more often than not. */
const GAP_MS = 2_000;
/**
 * Tries without a connection in between, each with this long before the next, in ms. The first comes with the news of a network, and
 * may be too early for its addresses; a way over TCP takes up to three seconds.
 */
const TRIES_MS: readonly number[] = [1_300, 3_000, 6_000, 6_000];
/** The callee leaves the first move to the caller for this long, in ms: two offers at once would cross. */
const POLITE_MS = 700;

/**
 * How often it is looked whether something comes, in ms; and after how many looks in vain the way is in doubt. A browser needs five
 * seconds to doubt it; a muted microphone still sends every 400 ms.
 */
const LOOK_MS = 250;
const EMPTY_LOOKS = 5;

/** What mending needs of the call. */
export interface MendingPorts {
  readonly env: Environment;
  readonly role: Role;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  signaling(): Snapshot["signaling"];
  /** How many packets of media came so far. */
  received(): Promise<number>;
  /** Has the signaling prove that it leads somewhere. */
  check(): void;
  /** Gathers anew and offers that. */
  restart(): void;
  /** Media comes again after a gap. */
  resumed(): void;
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
  #cancelLook = () => {};
  /** The way is broken by all appearances, whatever the browser says: it takes five seconds to notice. */
  #isDoubted = false;
  #isClosed = false;
  #received = 0;
  #emptyLooks = EMPTY_LOOKS;

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
      if (!this.#hasConnected) this.#look();
      this.#hasConnected = true;
      this.#tries = 0;
      this.#isDoubted = false;
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
  hurry(courtesy = this.#courtesy): void {
    if (!this.#hasConnected || this.#transport === "connected" && !this.#isDoubted) return;
    this.#tries = 0;
    this.#after(courtesy, () => this.#try());
  }

  /** The network is another one, or nothing comes any more. */
  doubt(courtesy = this.#courtesy): void {
    this.#isDoubted = this.#hasConnected;
    this.#ports.check();
    this.hurry(courtesy);
  }

  /** The other side gathers anew: there is a new way soon. */
  restarted(): void {
    this.#isDoubted = false;
    if (this.#hasConnected) this.#after(TRIES_MS.at(-1)!, () => this.#try());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#cancelLook();
  }

  #look(): void {
    this.#cancelLook = this.#ports.env.after(LOOK_MS, async () => {
      const received = await this.#ports.received();
      if (this.#isClosed) return;
      if (received !== this.#received) {
        if (this.#received > 0 && this.#emptyLooks >= EMPTY_LOOKS) this.#ports.resumed();
        this.#emptyLooks = 0;
      } else if (++this.#emptyLooks === EMPTY_LOOKS) this.doubt();
      this.#received = received;
      this.#look();
    });
  }

  get #courtesy(): number {
    return this.#ports.role === "callee" ? POLITE_MS : 0;
  }

  #try(): void {
    if (this.#transport === "connected" && !this.#isDoubted) return;
    const signaling = this.#ports.signaling();
    if (signaling !== "open" && signaling !== "connecting") return this.#ports.giveUp();
    // Who is away may be back within the grace, and then there is somebody to offer to.
    if (this.#peerAway || signaling !== "open") return this.#after(this.#ports.graceMs, () => this.#ports.giveUp());
    const patienceMs = TRIES_MS[this.#tries++];
    if (patienceMs === undefined) return this.#ports.giveUp();
    this.#isDoubted = false;
    this.#ports.restart();
    this.#after(patienceMs, () => this.#try());
  }

  #after(ms: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.env.after(ms, action);
  }
}
