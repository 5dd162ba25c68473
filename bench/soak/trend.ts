/** Whether memory is flat: what a line through the samples says, once the server is warm. */

/** A sample: when, in ms, and how many bytes. */
export type Sample = readonly [at: number, bytes: number];

/** Where the line begins and ends, in bytes, and how steep it is, in bytes a minute. */
export interface Trend {
  readonly from: number;
  readonly to: number;
  readonly perMinute: number;
}

/** A server is warm after this share of the time: code is compiled, and buffers have the size that they need. */
const WARM = 0.25;

/** A straight line through the samples of a warm server, by least squares. Two are needed at least. */
export function trendOf(samples: readonly Sample[]): Trend {
  const [first, last] = [samples[0]![0], samples.at(-1)![0]];
  const warm = samples.filter(([at]) => at >= first + WARM * (last - first));
  const mean = (of: (sample: Sample) => number) => warm.reduce((sum, sample) => sum + of(sample), 0) / warm.length;
  const [midTime, midBytes] = [mean(([at]) => at), mean(([, bytes]) => bytes)];
  const spread = mean(([at]) => (at - midTime) ** 2);
  const slope = spread === 0 ? 0 : mean(([at, bytes]) => (at - midTime) * (bytes - midBytes)) / spread;
  const on = (at: number) => midBytes + slope * (at - midTime);
  return { from: on(warm[0]![0]), to: on(last), perMinute: slope * 60_000 };
}

/** Whether it rises by no more than this share of what it was. */
export function isFlat({ from, to }: Pick<Trend, "from" | "to">, share: number): boolean {
  return to <= from * (1 + share);
}
