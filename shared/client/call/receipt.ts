/** What a call was like, measured on this side while it went on: its receipt. */

import type { Receipt } from "../../protocol/receipt.ts";

/** Milestones of a call: a receipt has the times between them. */
export type Milestone = "placed" | "ringing" | "answered" | "connected" | "frame";

/** What a receipt says of the media, once there is any (`quality/media_figures.ts`). */
export type MediaFigures = Omit<
  Receipt,
  "ringMs" | "answerMs" | "iceMs" | "frameMs" | "durationMs" | "reconnects" | "candidatesDropped"
>;

const NO_MEDIA: MediaFigures = {
  path: null,
  transport: null,
  audioCodec: null,
  videoCodec: null,
  rttMs: null,
  lossSent: null,
  lossReceived: null,
  bytesSent: 0,
  bytesReceived: 0,
};

/** Collects the metrics of one call. */
export class CallMetrics {
  readonly #now: () => number;
  readonly #milestones: Partial<Record<Milestone, number>> = {};
  /** What its media was like so far. */
  media = NO_MEDIA;
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

  /** The receipt. `until`: when the two last had each other, on the monotonic clock; `null`: they never had. */
  receipt(until: number | null): Receipt {
    const { placed, ringing, answered, connected, frame } = this.#milestones;
    return {
      ringMs: between(placed, ringing),
      answerMs: between(ringing, answered),
      iceMs: between(answered, connected),
      frameMs: between(answered, frame),
      durationMs: between(answered, until ?? undefined) ?? 0,
      reconnects: this.reconnects,
      ...(this.candidatesDropped > 0 ? { candidatesDropped: this.candidatesDropped } : {}),
      ...this.media,
    };
  }
}

function between(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.max(0, Math.round(to - from));
}
