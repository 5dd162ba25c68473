import assert from "node:assert/strict";
import { burn, readNumber, STRIP_SHARE } from "./frame_number.ts";
import { resample } from "./picture.ts";

const [WIDTH, HEIGHT] = [1280, 720];
const picture = (number: number) => {
  const luma = new Uint8Array(WIDTH * HEIGHT).fill(120);
  burn(luma, WIDTH, HEIGHT, number);
  return luma;
};
const read = (luma: Uint8Array, width: number, height: number) =>
  readNumber(luma, width, Math.floor(height * STRIP_SHARE), width);

Deno.test("frame number: every number is read as it was written, at every size a sender scales to", () => {
  for (const number of [0, 1, 2, 359, 1023, 4095]) {
    const luma = picture(number);
    assert.equal(read(luma, WIDTH, HEIGHT), number);
    for (const [width, height] of [[960, 540], [640, 360], [480, 270], [320, 180], [160, 90]] as const) {
      assert.equal(read(resample(luma, WIDTH, HEIGHT, WIDTH, width, height), width, height), number, `${width}`);
    }
  }
});

Deno.test("frame number: a faint and noisy one is read", () => {
  let seed = 7;
  const noise = () => (seed = (seed * 48_271) % 0x7fffffff) % 61 - 30;
  const luma = picture(357).map((value) => 128 + (value - 128) * 0.5 + noise());
  assert.equal(read(luma, WIDTH, HEIGHT), 357);
});

Deno.test("frame number: half of one picture and half of another are no number, nor is grey", () => {
  const [one, other] = [picture(85), picture(170)];
  const torn = one.map((value, at) => at % WIDTH < WIDTH / 4 ? value : other[at]!);
  assert.equal(read(torn, WIDTH, HEIGHT), null);
  assert.equal(read(new Uint8Array(WIDTH * HEIGHT).fill(90), WIDTH, HEIGHT), null);
});
