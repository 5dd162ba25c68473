/** Devices that open, and what becomes of them when they are no longer wanted. */

import assert from "node:assert/strict";
import { Browser, settled } from "../../../tests/support/fake_media_devices.ts";

Deno.test("devices: what is not wanted any more while it opens is let go, of either kind", async () => {
  for (const wanted of [[], ["audio"], ["video"]] as const) {
    const browser = new Browser("audio laptop", "video webcam");
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.opening = promise;
    browser.devices.open(["audio", "video"]);
    await settled();
    browser.devices.open(wanted);
    resolve();
    await settled();
    const expected = wanted.map((kind) => ({ audio: "laptop", video: "webcam" })[kind]);
    assert.deepEqual([browser.live, browser.sent], [expected, expected]);
  }
});

Deno.test("devices: what is not wanted any more before it is asked for is not asked for", async () => {
  const browser = new Browser("audio laptop", "video webcam");
  browser.devices.open(["audio", "video"]);
  browser.devices.open(["audio"]);
  await settled();
  assert.deepEqual([browser.asked, browser.sent], [["audio"], ["laptop"]]);
});

Deno.test("devices: a microphone that is muted while it opens is open and muted, and the next call is not", async () => {
  const browser = new Browser("audio laptop", "video webcam");
  const opened = browser.devices.open(["audio", "video"]);
  browser.devices.mute(true);
  await opened;
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [false, true]);
  browser.devices.release();
  await browser.devices.open(["audio", "video"]);
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [true, true]);
});

const OPENINGS: [what: string, act: (browser: Browser) => void, shown: string[], sent: string[]][] = [
  ["opens", () => {}, ["opening", "on"], ["laptop", "webcam"]],
  ["fails", ({ broken }) => broken.webcam = "NotReadableError", ["opening", "off"], ["laptop"]],
  ["is turned off before", ({ devices }) => devices.stop("video"), ["opening", "off"], ["laptop"]],
  [
    "is turned off and on before",
    ({ devices }) => {
      devices.stop("video");
      devices.add(["video"]);
    },
    ["opening", "off", "opening", "on"],
    ["laptop", "webcam"],
  ],
  ["is of a call that ends before", ({ devices }) => devices.release(), ["opening", "off"], []],
];

for (const [what, act, shown, sent] of OPENINGS) {
  Deno.test(`devices: a camera that ${what}: it shows as ${shown.join(", ")}`, async () => {
    const browser = new Browser("audio laptop", "video webcam");
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.opening = promise;
    browser.devices.open(["audio", "video"]);
    await settled();
    assert.deepEqual(browser.shown, { microphone: ["opening"], camera: ["opening"] });
    act(browser);
    resolve();
    await settled();
    assert.deepEqual(browser.shown.camera, shown);
    assert.deepEqual(browser.sent, sent);
  });
}

Deno.test("devices: a microphone that is muted while it opens shows as off, and as opening once it is to be heard", async () => {
  const browser = new Browser("audio laptop");
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  browser.devices.open(["audio"]);
  browser.devices.mute(true);
  await settled();
  browser.devices.mute(false);
  resolve();
  await settled();
  assert.deepEqual(browser.shown.microphone, ["opening", "off", "opening", "on"]);
});
