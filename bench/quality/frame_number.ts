/**
 * A number in the top rows of a picture that survives heavy compression and scaling: a row of blocks, a bit each, and below it the same
 * row inverted, so that a bit is read by comparing two blocks and needs no threshold.
 */

/** Blocks a row: twelve bits of number, then eight that check them; of a picture 1280 wide a block is 64 wide. */
export const CELLS = 20;
/** The strip's share of a picture's height: of 720 lines, 96. */
export const STRIP_SHARE = 96 / 720;
/** Luma, in the range that video has: far enough apart to be read, near enough not to eat the bitrate. */
const LIGHT = 200;
const DARK = 50;

/** Writes `number`, up to 4095, into a picture's luma. */
export function burn(luma: Uint8Array, width: number, height: number, number: number): void {
  const bits = number | ((number * 89 + 57) % 251) << 12;
  const [cell, row] = [width / CELLS, height * STRIP_SHARE / 2];
  for (let y = 0; y < 2 * row; y++) {
    for (let at = 0; at < CELLS; at++) {
      const isLight = ((bits >> at) & 1) === (y < row ? 1 : 0);
      luma.fill(isLight ? LIGHT : DARK, y * width + at * cell, y * width + (at + 1) * cell);
    }
  }
}

/** Reads a number out of the luma of a picture's strip, `stride` bytes a line; `null` where the bits are torn or do not fit together. */
export function readNumber(strip: Uint8Array, width: number, lines: number, stride: number): number | null {
  // This function goes into pages as text, so everything is inside: blocks a row, bits of the number, and what is no difference any more.
  const [cells, numberBits, clear] = [20, 12, 24];
  const mean = (at: number, row: number) => {
    const [cell, height] = [width / cells, lines / 2];
    let [sum, count] = [0, 0];
    for (let y = Math.floor((row + 0.3) * height); y < (row + 0.7) * height; y++) {
      for (let x = Math.floor((at + 0.3) * cell); x < (at + 0.7) * cell; x++) {
        sum += strip[y * stride + x]!;
        count++;
      }
    }
    return sum / count;
  };
  let bits = 0;
  for (let at = 0; at < cells; at++) {
    const difference = mean(at, 0) - mean(at, 1);
    if (Math.abs(difference) < clear) return null;
    if (difference > 0) bits |= 1 << at;
  }
  const number = bits & ((1 << numberBits) - 1);
  return bits >> numberBits === (number * 89 + 57) % 251 ? number : null;
}
