/** Runs ICE recovery (`recovery.ts`) for one call: its timer, its look at the media statistics, and what it wants done. */

import { deadlineTimer } from "../deadline.ts";
import type { OmitEach } from "../../omit_each.ts";
import type { Clock } from "../platform/platform.ts";
import { recover, type RecoveryEvent } from "./recovery.ts";
import {
  deadlineOf,
  isWell,
  POLITE_MS,
  RECOVERY,
  type RecoveryEffect,
  type RecoveryRules,
  type RecoveryState,
  START,
} from "./recovery_state.ts";
import type { Role } from "../state.ts";

/** How often packets are counted, in ms. A browser needs five seconds to notice that none come. */
const POLL_MS = 250;

/** An event as whoever notices it tells of it; when it happened is added here. */
type UntimedEvent = OmitEach<RecoveryEvent, "at">;

/** What recovery needs of the call. */
export interface RecoveryPorts {
  readonly clock: Clock;
  readonly role: Role;
  /** How long a side may be away, in ms. */
  readonly graceMs: number;
  /** How many RTP packets came so far over the peer connection that there is now. */
  received(): Promise<number>;
  /** Does what recovery wants done. */
  readonly effects: Readonly<Record<RecoveryEffect, () => void>>;
  /** `isWell` is another one. */
  onChange(): void;
}

export class RecoveryRunner {
  readonly #ports: RecoveryPorts;
  readonly #rules: RecoveryRules;
  #state: RecoveryState = START;
  readonly #setTimer: (deadline: number | null) => void;
  #cancelPoll = () => {};

  constructor(ports: RecoveryPorts) {
    this.#ports = ports;
    this.#setTimer = deadlineTimer(ports.clock, () => this.tell({ type: "timer" }));
    this.#rules = { ...RECOVERY, graceMs: ports.graceMs, politeMs: ports.role === "callee" ? POLITE_MS : 0 };
  }

  /** Media flows, and both sides can be reached. */
  get isWell(): boolean {
    return isWell(this.#state);
  }

  /** Both descriptions are exchanged, or the other side is offered another one. */
  get isAnswered(): boolean {
    return this.#state.phase !== "new";
  }

  get isClosed(): boolean {
    return this.#state.phase === "closed";
  }

  /** A connection was there once. */
  get hasConnected(): boolean {
    return this.#state.hasConnected;
  }

  /** When media last came, to within a quarter of a second, on the monotonic clock; `null`: it never did. */
  get lastMediaAt(): number | null {
    return this.#state.lastMediaAt;
  }

  tell(event: UntimedEvent): void {
    const before = this.#state;
    const { state, effects } = recover(before, { ...event, at: this.#ports.clock.now() }, this.#rules);
    this.#state = state;
    this.#setTimer(deadlineOf(state));
    if (state.phase === "closed") this.#cancelPoll();
    else if (state.hasConnected && (!before.hasConnected || event.type === "replaced")) this.#poll();
    for (const effect of effects) this.#ports.effects[effect]();
    if (isWell(before) !== isWell(state)) this.#ports.onChange();
  }

  /** Counts packets from now on. A count of the peer connection before is dropped, whenever it comes, if it ever does. */
  #poll(): void {
    this.#cancelPoll();
    let isCurrent = true;
    let cancelTimer = () => {};
    this.#cancelPoll = () => {
      isCurrent = false;
      cancelTimer();
    };
    const next = () => {
      cancelTimer = this.#ports.clock.after(POLL_MS, async () => {
        const packets = await this.#ports.received().catch(() => null);
        if (isCurrent && packets !== null) this.tell({ type: "stats", packets });
        if (isCurrent) next();
      });
    };
    next();
  }
}
