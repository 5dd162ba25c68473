/** Pictures compared with their source, by their luma. */

/** The size at which pictures are compared, whatever size they were sent at: what a window shows of them. */
export const COMPARED = { width: 640, height: 360 } as const;

/** Another size, by bilinear interpolation: half the size is the mean of four. Goes into pages as text, so everything is inside. */
export function resample(
  luma: Uint8Array,
  width: number,
  height: number,
  stride: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const out = new Uint8Array(toWidth * toHeight);
  const places = (from: number, to: number) =>
    Array.from({ length: to }, (_, at) => {
      const place = Math.min(Math.max((at + 0.5) * from / to - 0.5, 0), from - 1);
      const low = Math.min(Math.floor(place), Math.max(from - 2, 0));
      return { low, share: place - low };
    });
  const [columns, rows] = [places(width, toWidth), places(height, toHeight)];
  for (let y = 0; y < toHeight; y++) {
    const { low: top, share: down } = rows[y]!;
    for (let x = 0; x < toWidth; x++) {
      const { low: left, share: right } = columns[x]!;
      const at = top * stride + left;
      const upper = luma[at]! * (1 - right) + luma[at + 1]! * right;
      const lower = luma[at + stride]! * (1 - right) + luma[at + stride + 1]! * right;
      out[y * toWidth + x] = upper * (1 - down) + lower * down + 0.5;
    }
  }
  return out;
}

const WINDOW = 8;
const STEP = 4;
/** The constants that keep flat windows from dividing by nothing (Wang et al., 2004), for eight bits. */
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of two pictures (Wang, Bovik, Sheikh and Simoncelli, 2004), from -1 to 1, the same being 1: the mean over windows of
 * 8 × 8, as libraries of video measure it. Lines before `fromLine` are not looked at.
 */
export function ssim(one: Uint8Array, other: Uint8Array, width: number, height: number, fromLine = 0): number {
  let [total, windows] = [0, 0];
  for (let y = fromLine; y + WINDOW <= height; y += STEP) {
    for (let x = 0; x + WINDOW <= width; x += STEP) {
      let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
      for (let v = y; v < y + WINDOW; v++) {
        for (let at = v * width + x; at < v * width + x + WINDOW; at++) {
          const [p, q] = [one[at]!, other[at]!];
          a += p;
          b += q;
          aa += p * p;
          bb += q * q;
          ab += p * q;
        }
      }
      const n = WINDOW * WINDOW;
      const [meanA, meanB] = [a / n, b / n];
      const [varA, varB, covariance] = [aa / n - meanA ** 2, bb / n - meanB ** 2, ab / n - meanA * meanB];
      total += (2 * meanA * meanB + C1) * (2 * covariance + C2) /
        ((meanA ** 2 + meanB ** 2 + C1) * (varA + varB + C2));
      windows++;
    }
  }
  return total / windows;
}
