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
  /** `null` until it is loaded. */
  loaded: Adaptation | null = null;
  /** Ends the wait for the other side's first picture, which begins with the connection. */
  #cancelFirst: (() => void) | null = null;
  /** Ends the wait for the module, which begins with the first picture. */
  #cancelLoad: (() => void) | null = null;

  constructor(ports: AdaptationPorts) {
    this.#ports = ports;
  }

  /** The two are connected, for the first time or again. `onFirst`: the first media of the other side is there. */
  connected(onFirst: () => void): void {
    this.loaded?.reset();
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

  close(): void {
    this.#cancelFirst?.();
    this.#cancelLoad?.();
    this.loaded?.close();
  }

  #load(): void {
    const load = () => import("./adaptation.ts");
    this.#cancelLoad ??= loadUntilThere(this.#ports.clock.after, load, ({ Adaptation }) => {
      this.loaded = new Adaptation(this.#ports);
    });
  }
}
