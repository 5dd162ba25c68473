/** What this process has to say to all: in order, each thing once, in batches of whatever came while the batch before was under way. */

import { isQuestion, type Item } from "./replica.ts";

/** Things in a batch. */
const MAX_ITEMS = 256;
/** Things that may wait while the store is away: beyond that what is new is lost, and devices find out when they come anew. */
const MAX_WAITING = 20_000;

interface Pending {
  readonly item: Item;
  /** Told what came of it; `null`: nothing. */
  readonly done: ((answer: boolean | null) => void)[];
}

/** What is done with the batches. */
export interface OutgoingPorts {
  /** Appends a batch to the log; gives the time of the store. */
  append(number: number, items: readonly Item[]): Promise<number>;
  /** Refuses what is not to happen later; false: it may. `isDoubtful`: it may have happened. */
  refuse(item: Item, isDoubtful: boolean): boolean;
}

export class Outgoing {
  readonly #ports: OutgoingPorts;
  #waiting: Pending[] = [];
  /** Batches that the store took, or may have taken, by number, until they are read from the log. */
  readonly #sent = new Map<number, Pending[]>();
  /** A batch of which it is not known whether the store took it: it goes first, under the same number. */
  #doubtful: { readonly number: number; readonly items: Pending[] } | null = null;
  #number = 0;
  #isBusy = false;
  #isOn = false;
  #isStopped = false;
  #wantsBeat = false;
  #fail: (error: unknown) => void = () => {};
  #clock = { store: 0, here: 0 };

  constructor(ports: OutgoingPorts) {
    this.#ports = ports;
  }

  /** The time of the store as far as it is known: never later than it is. In ms since 1970. */
  storeTime(): number {
    return this.#clock.store + performance.now() - this.#clock.here;
  }

  setTime(store: number): void {
    this.#clock = { store, here: performance.now() };
  }

  add(item: Item): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ item, done: [] });
    this.#pump();
  }

  /** Says something before all else. */
  first(item: Item): void {
    if (this.#waiting[0]?.item.type !== item.type) this.#waiting.unshift({ item, done: [] });
  }

  /** Says something, and waits for what comes of it; `null`: nothing. */
  ask(item: Item): Promise<boolean | null> {
    return new Promise((resolve) => {
      this.#waiting.push({ item, done: [resolve] });
      this.#pump();
    });
  }

  /** Says something, if only that this process lives. */
  beat(): void {
    this.#wantsBeat = true;
    this.#pump();
  }

  /** When all that was added is in the log and read from it, or will not be soon. */
  settled(withinMs: number): Promise<void> {
    const last = this.#waiting.at(-1) ?? [...this.#sent.values()].flat().at(-1);
    if (last === undefined || !this.#isOn) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    last.done.push(() => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  }

  /** A batch of this process was read from the log. */
  applied(number: number): void {
    for (const { done } of this.#sent.get(number) ?? []) for (const tell of done) tell(true);
    this.#sent.delete(number);
    if (this.#doubtful?.number === number) this.#doubtful = null;
  }

  /** What came of the first question in a batch that is being read. */
  answer(number: number, answer: boolean): void {
    const asked = this.#sent.get(number)?.find(({ item, done }) => isQuestion(item) && done.length > 0);
    for (const tell of asked?.done.splice(0) ?? []) tell(answer);
  }

  /** The store is there. Rejects when it fails. */
  resume(): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#fail = reject;
    this.#isOn = true;
    this.#pump();
    return promise;
  }

  /** The store is away: what is not to happen later is refused, and all else waits. */
  interrupt(): void {
    this.#isOn = false;
    this.#isBusy = false;
    const areWanted = (all: Pending[], isDoubtful: boolean) =>
      all.filter(({ item, done }) => {
        // Whoever waits is told, and asks again or not.
        for (const tell of done.splice(0)) tell(null);
        return !isQuestion(item) && !this.#ports.refuse(item, isDoubtful);
      });
    this.#waiting = areWanted(this.#waiting, false);
    const doubtful = this.#doubtful;
    if (doubtful !== null) this.#doubtful = { ...doubtful, items: areWanted(doubtful.items, true) };
  }

  /** All that was added is void. */
  clear(): void {
    const all = [...this.#waiting, ...[...this.#sent.values()].flat()];
    this.#waiting = [];
    this.#sent.clear();
    this.#doubtful = null;
    this.#number = 0;
    for (const { item, done } of all) {
      for (const tell of done.splice(0)) tell(null);
      this.#ports.refuse(item, false);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.clear();
  }

  async #pump(): Promise<void> {
    if (!this.#isOn || this.#isBusy || this.#isStopped) return;
    if (this.#doubtful === null && this.#waiting.length === 0 && !this.#wantsBeat) return;
    this.#isBusy = true;
    this.#wantsBeat = false;
    const batch = this.#doubtful ?? { number: ++this.#number, items: this.#waiting.splice(0, MAX_ITEMS) };
    this.#doubtful = batch;
    this.#sent.set(batch.number, batch.items);
    const fail = this.#fail;
    try {
      const time = await this.#ports.append(batch.number, batch.items.map(({ item }) => item));
      if (fail !== this.#fail) return;
      this.setTime(time);
      if (this.#doubtful === batch) this.#doubtful = null;
      this.#isBusy = false;
      this.#pump();
    } catch (error) {
      fail(error);
    }
  }
}
