/**
 * Adaptation that is loaded when the first picture of the other side is there, which it must not delay, or when that is late. What is
 * asked of it before then is nothing to it: it begins with the network as it is.
 */

import { awaitFirstMedia } from "../call/first_media.ts";
import { loadUntilThere } from "../retry.ts";
import type { Adaptation, AdaptationPorts } from "./adaptation.ts";

/** A first picture that is not there so long after the connection, in ms, keeps nothing else waiting. */
const LATE_MS = 1_000;

export class LateAdaptation {
  readonly #ports: AdaptationPorts;
  /** Ends the wait for the other side's first picture, which begins with the connection. */
  #cancelFirst: (() => void) | null = null;
  /** Ends the wait for the module, which begins with the first picture. */
  #cancelLoad: (() => void) | null = null;
  #adaptation: Adaptation | null = null;

  constructor(ports: AdaptationPorts) {
    this.#ports = ports;
  }

  /** The two are connected, for the first time or again. `onFirst`: the first media of the other side is there. */
  connected(onFirst: () => void): void {
    this.#adaptation?.reset();
    if (this.#cancelFirst !== null) return;
    const { clock, stats } = this.#ports;
    const cancelLate = clock.after(LATE_MS, () => this.#load());
    const cancelWait = awaitFirstMedia(clock, stats, () => {
      onFirst();
      cancelLate();
      this.#load();
    });
    this.#cancelFirst = () => {
      cancelLate();
      cancelWait();
    };
  }

  /** Another candidate pair is selected: what was found out about the one before says nothing of it. */
  reset(): void {
    this.#adaptation?.reset();
  }

  /** Sends a whole picture. */
  refresh(): void {
    this.#adaptation?.refresh();
  }

  /** There are other senders. */
  async apply(): Promise<void> {
    await this.#adaptation?.apply();
  }

  close(): void {
    this.#cancelFirst?.();
    this.#cancelLoad?.();
    this.#adaptation?.close();
  }

  #load(): void {
    const load = () => import("./adaptation.ts");
    this.#cancelLoad ??= loadUntilThere(this.#ports.clock.after, load, ({ Adaptation }) => {
      this.#adaptation = new Adaptation(this.#ports);
    });
  }
}
