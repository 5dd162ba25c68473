/** Figures of repeated measurements. */

/** The value below which `share` (0 to 1) of the values are, between the two nearest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The median of the ratios of what was measured in the same round: a noisy moment is in both. */
export function pairedRatio(values: readonly number[], to: readonly number[]): number {
  return median(values.map((value, round) => value / to[round]!));
}
