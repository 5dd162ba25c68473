/**
 * A computer that is too slow to encode its camera, which is another matter than a network: a pure function that takes fewer lines and
 * frames from it, and gives them back after a calm time. The ladder (`ladder.ts`) knows nothing of it; of the two the less is sent.
 */

import type { Sample } from "./samples.ts";

/** The most that is encoded, from all to the least. */
export const SIZES = [
  { lines: 720, fps: 30 },
  { lines: 480, fps: 30 },
  { lines: 360, fps: 24 },
  { lines: 240, fps: 20 },
  { lines: 180, fps: 15 },
] as const;

/** Of the time between two pictures, what encoding one takes where it is too much; and of the pictures, how many are encoded in time. */
const SHORT = { time: 0.9, pictures: 0.9 };
/** Busy seconds in a row before less is encoded; calm ones before more is, at first, and when that has failed again and again. */
const PATIENCE = { down: 3, up: 10, longest: 160 };
/** More that lasted so many seconds has not failed. */
const PROVEN = 20;

export interface EncoderLoad {
  /** Which of `SIZES`. */
  readonly size: number;
  /** Seconds in a row: busy ones, or (below 0) calm ones. */
  readonly run: number;
  /** Seconds since there was more; not a number where there was none, or less since. */
  readonly sinceUp: number;
  /** Calm seconds that more waits for. */
  readonly patience: number;
}

export const UNLOADED: EncoderLoad = { size: 0, run: 0, sinceUp: NaN, patience: PATIENCE.up };

/** One more second. `lines`: what the network has room for; what is smaller than this computer could says nothing of more. */
export function loadAfter(load: EncoderLoad, sample: Sample, lines: number): EncoderLoad {
  const { size, run } = load;
  const sinceUp = load.sinceUp + 1;
  const patience = sinceUp > PROVEN ? PATIENCE.up : load.patience;
  const still = { size, run: 0, sinceUp, patience };
  const { encodeMs, cameraFps } = sample;
  const { lines: most, fps } = SIZES[size]!;
  if (isBusy(sample, fps)) {
    const busy = Math.max(run, 0) + 1;
    if (busy < PATIENCE.down || size === SIZES.length - 1) return { ...still, run: busy };
    const longer = sinceUp <= PROVEN ? Math.min(patience * 2, PATIENCE.longest) : patience;
    return { size: size + 1, run: 0, sinceUp: NaN, patience: longer };
  }
  const above = SIZES[size - 1];
  // Encoding takes about as long as there are points in the picture.
  const isCalm = above !== undefined && encodeMs !== null && lines >= most &&
    encodeMs * (Math.min(above.lines, lines) / most) ** 2 <= 1_000 / Math.min(above.fps, cameraFps ?? above.fps);
  const calm = isCalm ? Math.max(-run, 0) + 1 : 0;
  return calm >= patience ? { ...still, size: size - 1, sinceUp: 0 } : { ...still, run: -calm };
}

/** Encoding may take nearly all of the time between two pictures, as it does on a quiet computer at 720 lines, as long as none are left out. */
function isBusy({ encodeMs, cameraFps, sending, limitedBy }: Sample, fps: number): boolean {
  const isLate = (encodeMs ?? 0) >= SHORT.time * 1_000 / fps;
  const areLeftOut = cameraFps === null || (sending.fps ?? 0) < SHORT.pictures * Math.min(cameraFps, fps);
  return limitedBy === "cpu" || (isLate && areLeftOut);
}
