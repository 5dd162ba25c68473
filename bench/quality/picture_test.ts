import assert from "node:assert/strict";
import { resample, ssim } from "./picture.ts";

const [WIDTH, HEIGHT] = [64, 48];
const of = (value: (x: number, y: number) => number) =>
  Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => value(at % WIDTH, Math.floor(at / WIDTH)));
const waves = of((x, y) => 128 + 60 * Math.sin(x / 2) * Math.cos(y / 3));
const near = (value: number, wanted: number, by = 0.005) => assert.ok(Math.abs(value - wanted) <= by, `${value}`);

Deno.test("SSIM: the same is 1, a negative is below 0, and what is worse is less", () => {
  assert.equal(ssim(waves, waves, WIDTH, HEIGHT), 1);
  assert.ok(ssim(waves, waves.map((value) => 255 - value), WIDTH, HEIGHT) < -0.5);
  const noisy = (by: number) => waves.map((value, at) => value + (at * 7919 % 13 - 6) * by);
  const [little, much] = [1, 4].map((by) => ssim(waves, noisy(by), WIDTH, HEIGHT));
  assert.ok(1 > little! && little! > much! && much! > 0, `${little} ${much}`);
});

Deno.test("SSIM: of two flat pictures it is the term of luminance alone", () => {
  const [a, b] = [100, 120];
  const c1 = 2.55 ** 2;
  near(
    ssim(of(() => a), of(() => b), WIDTH, HEIGHT),
    (2 * a * b + c1) / (a ** 2 + b ** 2 + c1),
    1e-9,
  );
});

Deno.test("SSIM: lines before the first one looked at do not matter", () => {
  const spoilt = waves.map((value, at) => at < 8 * WIDTH ? 0 : value);
  assert.ok(ssim(waves, spoilt, WIDTH, HEIGHT) < 0.9);
  assert.equal(ssim(waves, spoilt, WIDTH, HEIGHT, 8), 1);
});

Deno.test("resample: half the size is the mean of four, the same size the same, and a stride is no picture", () => {
  const square = Uint8Array.of(10, 20, 99, 30, 40, 99);
  assert.deepEqual([...resample(square, 2, 2, 3, 1, 1)], [25]);
  assert.deepEqual(resample(waves, WIDTH, HEIGHT, WIDTH, WIDTH, HEIGHT), waves);
  assert.deepEqual([...resample(square, 2, 2, 3, 2, 2)], [10, 20, 30, 40]);
});

Deno.test("resample: up and down again is nearly the same", () => {
  const up = resample(waves, WIDTH, HEIGHT, WIDTH, 2 * WIDTH, 2 * HEIGHT);
  assert.ok(ssim(waves, resample(up, 2 * WIDTH, 2 * HEIGHT, 2 * WIDTH, WIDTH, HEIGHT), WIDTH, HEIGHT) > 0.97);
});
