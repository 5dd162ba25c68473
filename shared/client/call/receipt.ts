/** What a call was like, measured on this side while it went on: its receipt. */

import type { Receipt } from "../../protocol/receipt.ts";
import type { Sample } from "../quality/samples.ts";

/** Milestones of a call: a receipt has the times between them. */
export type Milestone = "placed" | "ringing" | "answered" | "connected" | "frame";

/** Collects the metrics of one call. */
export class CallMetrics {
  readonly #now: () => number;
  readonly #milestones: Partial<Record<Milestone, number>> = {};
  /** Sum and number of the round trips, in ms. */
  #rtt = { sum: 0, count: 0 };
  #last: Sample | null = null;
  /** How often media came back over a path that this side's ICE recovery found. */
  reconnects = 0;
  /** How many candidates of the other side this browser did not take. */
  candidatesDropped = 0;

  /** `now`: monotonic time in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes when something happened for the first time. */
  reached(milestone: Milestone): void {
    this.#milestones[milestone] ??= this.#now();
  }

  add(sample: Sample): void {
    this.#last = sample;
    if (sample.rttMs !== null) this.#rtt = { sum: this.#rtt.sum + sample.rttMs, count: this.#rtt.count + 1 };
  }

  /** The receipt. `until`: when the two last had each other, on the monotonic clock; `null`: they never had. */
  receipt(until: number | null): Receipt {
    const { placed, ringing, answered, connected, frame } = this.#milestones;
    const sending = this.#last?.sending;
    const receiving = this.#last?.receiving;
    return {
      ringMs: between(placed, ringing),
      answerMs: between(ringing, answered),
      iceMs: between(answered, connected),
      frameMs: between(answered, frame),
      durationMs: between(answered, until ?? undefined) ?? 0,
      path: this.#last?.path ?? null,
      transport: this.#last?.transport ?? null,
      audioCodec: sending?.audioCodec ?? receiving?.audioCodec ?? null,
      videoCodec: sending?.videoCodec ?? receiving?.videoCodec ?? null,
      reconnects: this.reconnects,
      ...(this.candidatesDropped > 0 ? { candidatesDropped: this.candidatesDropped } : {}),
      rttMs: this.#rtt.count === 0 ? null : Math.round(this.#rtt.sum / this.#rtt.count),
      lossSent: share(sending?.packetsLost, sending?.packets),
      lossReceived: share(receiving?.packetsLost, receiving && receiving.packets + receiving.packetsLost),
      bytesSent: sending?.bytes ?? 0,
      bytesReceived: receiving?.bytes ?? 0,
    };
  }
}

function between(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.max(0, Math.round(to - from));
}

/** From 0 to 1: a receiver counts what came twice against what was lost (RFC 3550, section 6.4.1), so it may be below nothing. */
function share(part: number | undefined, whole: number | undefined): number | null {
  return part === undefined || !whole ? null : Math.min(1, Math.max(0, part / whole));
}
