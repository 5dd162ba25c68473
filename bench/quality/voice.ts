/** What somebody heard: how late the voice was. */

/** How loud a microphone's or a loudspeaker's ten milliseconds were (root mean square, from 0 to 1); `at` in ms. */
export interface Level {
  readonly at: number;
  readonly rms: number;
}

const GRID_MS = 10;
/** So much of what was said is looked for in what was heard, and so late at most, in ms. */
const PIECE_MS = 3_000;
const LATEST_MS = 4_000;
const STEP_MS = 1_000;
/** Less alike is not found. */
const ALIKE = 0.7;
/** What is softer than this is silence, in decibels of full scale. */
const SILENT_DB = -60;

/**
 * How late what was said is heard, in ms, once for each second between the times: by where the loudness of three seconds of it is found
 * again. Pieces that are not found, since too much of them is lost, are left out.
 */
export function voiceDelays(said: readonly Level[], heard: readonly Level[], from: number, to: number): number[] {
  const source = grid(said, from, to);
  const ear = grid(heard, from, to + LATEST_MS);
  const [piece, step, latest] = [PIECE_MS, STEP_MS, LATEST_MS].map((ms) => ms / GRID_MS) as [number, number, number];
  const delays: number[] = [];
  for (let at = 0; at + piece <= source.length; at += step) {
    const wanted = source.slice(at, at + piece);
    let [best, bestLag] = [-1, 0];
    for (let lag = 0; lag <= latest && at + lag + piece <= ear.length; lag++) {
      const alike = correlation(wanted, ear, at + lag);
      if (alike > best) [best, bestLag] = [alike, lag];
    }
    if (best >= ALIKE) delays.push(bestLag * GRID_MS);
  }
  return delays;
}

/** Loudness at even times; what came late is put where it belongs in order, and gaps are silence. */
function grid(levels: readonly Level[], from: number, to: number): Float64Array {
  const out = new Float64Array(Math.max(Math.floor((to - from) / GRID_MS), 0)).fill(SILENT_DB);
  let last = -1;
  for (const { at, rms } of levels) {
    const place = Math.max(Math.round((at - from) / GRID_MS), last + 1);
    if (at < from || place >= out.length) continue;
    out[place] = Math.max(20 * Math.log10(Math.max(rms, 1e-6)), SILENT_DB);
    last = place;
  }
  return out;
}

/** Pearson's, of one whole row with as much of another; 0 where either is flat. */
function correlation(one: Float64Array, other: Float64Array, from: number): number {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [p, q] = [one[at]!, other[from + at]!];
    a += p;
    b += q;
    aa += p * p;
    bb += q * q;
    ab += p * q;
  }
  const n = one.length;
  const spread = Math.sqrt((n * aa - a * a) * (n * bb - b * b));
  return spread > 0 ? (n * ab - a * b) / spread : 0;
}
