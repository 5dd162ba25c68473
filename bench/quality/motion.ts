/** What somebody saw of a moving picture, from the numbers burnt into its frames and when each was on the screen. */

import { quantile } from "../figures.ts";

/** A frame on the screen; `number` is `null` where it could not be read. Times in ms, by the clock that pages share. */
export interface Shown {
  readonly at: number;
  readonly number: number | null;
  /** The shorter side of the picture as it was sent. */
  readonly lines: number;
}

/** A frame as the camera gave it. */
export interface Captured {
  readonly at: number;
  readonly number: number;
}

/** A span of time, in ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Motion {
  /** Pictures a second that were others than the one before. */
  readonly fps: number;
  /** Share of the time in which the picture stood, from 0 to 1. */
  readonly frozen: number;
  /** From camera to screen, in ms: the middle, and what one in twenty exceeds; `null` without any picture. */
  readonly delayMs: number | null;
  readonly delay95Ms: number | null;
  /** The mean over time of the lines that were sent: also of a picture that stands. */
  readonly lines: number | null;
}

/** A picture that stands longer than this is seen to stand, in ms: about what RTCInboundRtpStreamStats.freezeCount goes by. */
const STANDS_MS = 250;

/** Frames that show another number than the one before; unreadable ones are other ones. */
export function changes(shown: readonly Shown[]): Shown[] {
  return shown.filter(({ number }, at) => at === 0 || number === null || number !== shown[at - 1]!.number);
}

/** What was seen within a span. Frames from before it count for how long the picture stood at its beginning. */
export function motionOf(shown: readonly Shown[], captured: readonly Captured[], span: Span): Motion {
  const other = changes(shown);
  const within = other.filter(({ at }) => at >= span.from && at < span.to);
  const before = other.findLast(({ at }) => at < span.from);
  const edges = [before?.at ?? span.from, ...within.map(({ at }) => at), span.to];
  let [frozenMs, lineTime, time] = [0, 0, 0];
  for (let at = 1; at < edges.length; at++) {
    const [from, to] = [Math.max(edges[at - 1]!, span.from), edges[at]!];
    if (to - edges[at - 1]! > STANDS_MS) frozenMs += to - from;
    const frame = at === 1 ? before : within[at - 2];
    if (frame === undefined) continue;
    lineTime += frame.lines * (to - from);
    time += to - from;
  }
  const delays = within.map((frame) => delayOf(frame, captured)).filter((delay) => delay !== null);
  return {
    fps: within.length / (span.to - span.from) * 1000,
    frozen: frozenMs / (span.to - span.from),
    delayMs: delays.length > 0 ? quantile(delays, 0.5) : null,
    delay95Ms: delays.length > 0 ? quantile(delays, 0.95) : null,
    lines: time > 0 ? lineTime / time : null,
  };
}

/** Since the camera last gave a frame of this number: numbers come again when the capture starts over. */
function delayOf({ at, number }: Shown, captured: readonly Captured[]): number | null {
  const frame = captured.findLast((frame) => frame.number === number && frame.at <= at);
  return frame === undefined ? null : at - frame.at;
}

/** What a picture has to be like to be back. */
export interface Goal {
  readonly fps: number;
  readonly lines: number;
}

/** How long it has to be like that, in ms: longer than what a sender that has stopped may still have in its queue. */
export const LASTS_MS = 3_000;

/** How long after `since` pictures begin that are good enough, and stay so, in ms; `null`: not by what is known at `until`. */
export function backAfter(shown: readonly Shown[], goal: Goal, since: number, until: number): number | null {
  const good = changes(shown).filter(({ at, lines }) => at >= since && at < until && lines >= goal.lines);
  const needed = goal.fps * LASTS_MS / 1000;
  for (const { at: from } of good) {
    const to = from + LASTS_MS;
    if (to > until) return null;
    const times = [...good.map(({ at }) => at).filter((at) => at >= from && at < to), to];
    const isSteady = times.slice(1).every((at, n) => at - times[n]! <= STANDS_MS);
    if (isSteady && times.length > needed) return from - since;
  }
  return null;
}
