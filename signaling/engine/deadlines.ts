/** What is due when: all deadlines of an engine behind one timer. */

/** The longest that timers can wait (a signed 32-bit number of ms, WHATWG HTML, section 8.7). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Something that will be due; to be kept by its owner, and moved as often as need be. */
export class Deadline {
  /** In ms of the clock; `null`: never. */
  at: number | null = null;
  /** Its place in the heap of those that are set. */
  slot = -1;
  readonly onDue: () => void;

  constructor(onDue: () => void) {
    this.onDue = onDue;
  }
}

/**
 * A binary heap, and one timer for its top. The timer is armed anew only where something is due before it: one that fires too early,
 * because what it was for was moved, costs less than arming it again with every move.
 */
export class Deadlines {
  readonly #now: () => number;
  readonly #heap: Deadline[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires; `Infinity`: there is none. */
  #armedFor = Infinity;
  /** What `#armedFor` is while there is no timer: `-Infinity` where there never is one. */
  readonly #idle: number;

  /** `hasTimer`: what is due fires by itself; else when `fire` is called. */
  constructor(now: () => number, hasTimer = true) {
    this.#now = now;
    this.#idle = this.#armedFor = hasTimer ? Infinity : -Infinity;
  }

  /** When the first is due; `null`: none is set. */
  get next(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  /** How many are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** Moves a deadline, sets it, or (`null`) lifts it. Where nothing changes this costs nothing. */
  set(deadline: Deadline, at: number | null): void {
    if (deadline.at === at) return;
    if (deadline.slot >= 0) this.#remove(deadline);
    deadline.at = at;
    if (at === null) return;
    deadline.slot = this.#heap.length;
    this.#heap.push(deadline);
    this.#rise(deadline.slot);
    this.#arm();
  }

  /** Stops the timer; nothing fires any more. */
  close(): void {
    clearTimeout(this.#timer);
    for (const deadline of this.#heap.splice(0)) Object.assign(deadline, { at: null, slot: -1 });
    this.#armedFor = this.#idle;
  }

  #arm(): void {
    const at = this.#heap[0]?.at ?? Infinity;
    if (at >= this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = at;
    // A timer may fire a little early by another clock, and then finds nothing due.
    const delay = Math.min(Math.max(1, Math.ceil(at - this.#now())), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.fire(), delay);
  }

  /** What is due happens now. */
  fire(): void {
    this.#armedFor = this.#idle;
    const now = this.#now();
    try {
      for (let top = this.#heap[0]; top !== undefined && top.at! <= now; top = this.#heap[0]) {
        this.set(top, null);
        top.onDue();
      }
    } finally {
      this.#arm();
    }
  }

  #remove(deadline: Deadline): void {
    const { slot } = deadline;
    deadline.slot = -1;
    const last = this.#heap.pop()!;
    if (last === deadline) return;
    this.#put(last, slot);
    this.#rise(slot);
    this.#sink(last.slot);
  }

  #put(deadline: Deadline, slot: number): void {
    this.#heap[slot] = deadline;
    deadline.slot = slot;
  }

  #rise(slot: number): void {
    const deadline = this.#heap[slot]!;
    while (slot > 0) {
      const parent = this.#heap[(slot - 1) >> 1]!;
      if (parent.at! <= deadline.at!) break;
      const above = parent.slot;
      this.#put(parent, slot);
      slot = above;
    }
    this.#put(deadline, slot);
  }

  #sink(slot: number): void {
    const deadline = this.#heap[slot]!;
    for (;;) {
      const [left, right] = [this.#heap[2 * slot + 1], this.#heap[2 * slot + 2]];
      if (left === undefined) break;
      const least = right !== undefined && right.at! < left.at! ? right : left;
      if (least.at! >= deadline.at!) break;
      const below = least.slot;
      this.#put(least, slot);
      slot = below;
    }
    this.#put(deadline, slot);
  }
}

/** A deadline as plain data: when, and where in the heap; `null`: it is not set. */
export type DeadlineDump = { readonly at: number; readonly slot: number } | null;

/** A deadline that is to be set. */
export interface DueDeadline {
  readonly deadline: Deadline;
  readonly at: number;
  readonly slot: number;
}

export function dumpOf({ at, slot }: Deadline): DeadlineDump {
  return at === null ? null : { at, slot };
}

export function restored(deadline: Deadline, dump: DeadlineDump): DueDeadline[] {
  return dump === null ? [] : [{ deadline, ...dump }];
}
