/** A histogram as Prometheus has it: fixed bounds, so that to observe is to add one to a number. */

/** A line of the text format: what stands behind the name, and the value. */
export type HistogramLine = readonly [suffix: string, value: number];

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: the upper bounds of its buckets but for the last one, in ascending order, in the base unit (seconds). */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let n = 0;
    while (n < this.#bounds.length && value > this.#bounds[n]!) n++;
    this.#counts[n]!++;
    this.#sum += value;
  }

  /** Buckets, each with those below it, then the sum and the count. */
  lines(): HistogramLine[] {
    let count = 0;
    const buckets = this.#counts.map((own, n): HistogramLine => {
      count += own;
      return [`_bucket{le="${this.#bounds[n] ?? "+Inf"}"}`, count];
    });
    return [...buckets, ["_sum", this.#sum], ["_count", count]];
  }
}
