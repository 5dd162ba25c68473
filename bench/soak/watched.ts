/** A server process that is soaked: what it holds before, during and after the load. */

import type { ServerProcess } from "../signaling/server_process.ts";
import type { Sample } from "./trend.ts";

/** Between two looks at what a process holds, in ms. */
const LOOK_MS = 1_000;
/** As many garbage collections are forced in a run, one a minute but for short runs: each is a pause, and is in the latencies. */
const MOST_COLLECTIONS = 12;
const FEWEST_COLLECTIONS = 5;
/** Nobody is left in a server by then, in ms: its devices' graces are over. */
const EMPTY_MS = 30_000;

/** What a server with nobody on it has: bytes of the script engine, timers, and open files and sockets. */
export interface Idle {
  readonly heap: number;
  readonly timers: number;
  readonly descriptors: number;
}

export class Watched {
  readonly server: ServerProcess;
  readonly rss: Sample[] = [];
  /** What the script engine holds after a garbage collection. */
  readonly heap: Sample[] = [];
  #isStopped = false;

  constructor(server: ServerProcess) {
    this.server = server;
  }

  /** Samples for so long, in ms, or until `stop`. */
  async watch(forMs: number): Promise<void> {
    let collectedAt = -Infinity;
    const collections = Math.min(MOST_COLLECTIONS, Math.max(FEWEST_COLLECTIONS, forMs / 60_000));
    while (!this.#isStopped) {
      const now = performance.now();
      this.rss.push([now, this.server.rss()]);
      if (now - collectedAt >= forMs / collections) {
        collectedAt = now;
        this.heap.push([now, (await this.server.inside()).heap]);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** What it has now. What comes and goes (a heartbeat under way) is not counted: the least of several looks. */
  async idle(): Promise<Idle> {
    const looks: Idle[] = [];
    for (let n = 0; n < 10; n++) {
      looks.push({ ...await this.server.inside(), descriptors: this.server.descriptors() });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const least = (of: keyof Idle) => Math.min(...looks.map((look) => look[of]));
    return { heap: least("heap"), timers: least("timers"), descriptors: least("descriptors") };
  }

  /** Waits until the server says that nobody is there. Gives what is left of sockets, users and calls. */
  async emptied(): Promise<number> {
    for (const until = performance.now() + EMPTY_MS;;) {
      const text = await (await fetch(`http://127.0.0.1:${this.server.port}/metrics`)).text();
      const left = [...text.matchAll(/^zvonok_(?:sockets|users|calls\{.*\}) (\d+)$/gm)].map(([, n]) => Number(n));
      const sum = left.reduce((all, n) => all + n, 0);
      if (sum === 0 || performance.now() > until) return sum;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
