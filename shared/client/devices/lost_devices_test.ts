/** Devices that are unplugged, taken away or changed in a call, and which one takes their place. */

import assert from "node:assert/strict";
import { Devices } from "./devices.ts";
import type { Kind } from "./opening.ts";
import { Browser, settled } from "../../../tests/support/fake_media_devices.ts";

Deno.test("devices: in the place of one that is unplugged the next one shows as opening", async () => {
  const browser = new Browser("audio headset", "audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  await browser.unplug("headset");
  assert.deepEqual(browser.shown.microphone, ["opening", "on", "off", "opening", "on"]);
});

Deno.test("devices: a call that ends while a device is found to be gone opens no other", async () => {
  const ends: [what: string, end: (devices: Devices) => void][] = [
    ["release", (devices) => devices.release()],
    ["stop", (devices) => devices.stop("audio")],
  ];
  for (const [what, end] of ends) {
    const browser = new Browser("audio headset", "audio laptop");
    await browser.devices.open(["audio"]);
    const { promise, resolve } = Promise.withResolvers<void>();
    browser.listing = promise;
    browser.unplug("headset");
    end(browser.devices);
    resolve();
    await settled();
    assert.deepEqual([browser.asked, browser.live, browser.swaps], [["audio"], [], []], what);
  }
});

Deno.test("devices: a call that ends while there is no other device takes none that comes later", async () => {
  const browser = new Browser("audio headset");
  await browser.devices.open(["audio"]);
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  await browser.unplug("headset");
  browser.devices.stop("audio");
  resolve();
  await settled();
  await browser.plug("audio headset");
  assert.deepEqual([browser.asked, browser.live, browser.swaps], [["audio", "audio"], [], []]);
});

for (const state of ["prompt", "denied"] as const) {
  Deno.test(`devices: a permission that is taken back (${state}) in a call asks nobody, and is said`, async () => {
    const browser = new Browser("audio laptop", "video webcam");
    await browser.devices.open(["audio", "video"]);
    await settled();
    for (const permission of Object.values(browser.permissions)) permission.set(state);
    const ids = browser.list.map(({ id }) => id);
    // Who may not open a device is not told its id.
    browser.list.forEach((device) => device.id = "");
    for (const id of ids) browser.end(id);
    await browser.changes();
    assert.deepEqual(browser.asked, ["audio and video"]);
    assert.deepEqual(browser.swaps, [
      { change: null, kind: "audio", causes: { audio: "denied" } },
      { change: null, kind: "video", causes: { video: "denied" } },
    ]);
  });
}

Deno.test("devices: what is unplugged is replaced though the permission was for once", async () => {
  const browser = new Browser("audio headset", "audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  browser.permissions.microphone.set("prompt");
  await browser.unplug("headset");
  assert.deepEqual([browser.sent, browser.swaps], [["laptop"], [{ change: "gone", kind: "audio", causes: {} }]]);
});

Deno.test("devices: what ends though it is there and allowed is opened again", async () => {
  const browser = new Browser("audio laptop");
  await browser.devices.open(["audio"]);
  await settled();
  browser.end("laptop");
  await settled();
  assert.deepEqual(browser.sent, ["laptop"]);
});

for (const isChromium of [false, true]) {
  Deno.test(`devices: the headset that the system had chosen is taken again, whatever it chooses by then${isChromium ? ", in Chromium" : ""}`, async () => {
    const browser = new Browser("audio headset", "audio laptop");
    browser.isChromium = isChromium;
    await browser.devices.open(["audio"]);
    await settled();
    for (const time of ["once", "twice"]) {
      await browser.unplug("headset");
      assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]], time);
      await browser.plug("audio headset");
      assert.deepEqual([browser.sent, browser.live], [["headset"], ["headset"]], time);
    }
    assert.deepEqual(browser.swaps.map(({ change }) => change), ["gone", "back", "gone", "back"]);
    assert.equal(browser.devices.choice.chosen.microphone, null, "nobody has chosen it");
  });
}

Deno.test("devices: the only headset, which the system had chosen, is taken again by its own name, not another that comes first", async () => {
  const browser = new Browser("audio headset");
  browser.isChromium = true;
  await browser.devices.open(["audio"]);
  await settled();
  await browser.unplug("headset");
  await browser.plug("audio webcam");
  assert.deepEqual(browser.sent, ["webcam"]);
  await browser.plug("audio headset");
  assert.deepEqual([browser.sent, browser.live], [["headset"], ["headset"]]);
});

/** A call by the laptop's microphone or camera while the chosen headset or webcam is away. */
async function withoutChosen(kind: Kind): Promise<Browser> {
  const browser = new Browser(`${kind} laptop`, `${kind} chosen`);
  await settled();
  await browser.devices.choose(kind === "audio" ? "microphone" : "camera", "chosen");
  await browser.devices.open([kind]);
  await settled();
  await browser.unplug("chosen");
  assert.deepEqual(browser.sent, ["laptop"]);
  browser.swaps.length = 0;
  return browser;
}

for (const kind of ["audio", "video"] as const) {
  Deno.test(`devices: chosen ${kind} that is back, but does not start yet, leaves what is in use; the next list tries again`, async () => {
    const browser = await withoutChosen(kind);
    browser.broken.chosen = "NotReadableError";
    await browser.plug(`${kind} chosen`);
    assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]]);
    assert.ok(
      browser.swaps.every(({ change, causes }) => change === null && causes[kind] === undefined),
      "nothing is said",
    );
    const asked = browser.asked.length;
    await settled();
    assert.equal(browser.asked.length, asked, "it is not tried without end");
    delete browser.broken.chosen;
    await browser.changes();
    assert.deepEqual([browser.sent, browser.live], [["chosen"], ["chosen"]]);
    assert.deepEqual(browser.swaps.at(-1), { change: "back", kind, causes: {} });
  });

  Deno.test(`devices: chosen ${kind} that is busy is said, and not chosen; what was in use stays`, async () => {
    const browser = new Browser(`${kind} laptop`, `${kind} busy`);
    const device = kind === "audio" ? "microphone" : "camera";
    await browser.devices.open([kind]);
    await settled();
    browser.broken.busy = "NotReadableError";
    await browser.devices.choose(device, "busy");
    assert.deepEqual([browser.sent, browser.live], [["laptop"], ["laptop"]]);
    assert.deepEqual(browser.swaps, [{ change: null, kind, causes: { [kind]: "busy" } }]);
    assert.deepEqual([browser.devices.choice.chosen[device], browser.kept[device]], [null, null]);
  });
}

Deno.test("devices: of two choices in a row that do not open, neither stays", async () => {
  const browser = new Browser("audio laptop", "audio one", "audio two");
  await browser.devices.open(["audio"]);
  await settled();
  Object.assign(browser.broken, { one: "NotReadableError", two: "NotReadableError" });
  await Promise.all(["one", "two"].map((id) => browser.devices.choose("microphone", id)));
  assert.deepEqual([browser.sent, browser.devices.choice.chosen.microphone], [["laptop"], null]);
});

Deno.test("devices: a microphone that is muted stays so where another one does not open", async () => {
  const browser = new Browser("audio laptop", "audio busy");
  await browser.devices.open(["audio"]);
  await settled();
  browser.devices.mute(true);
  browser.broken.busy = "NotReadableError";
  await browser.devices.choose("microphone", "busy");
  assert.deepEqual(browser.devices.tracks().map(({ enabled }) => enabled), [false]);
});

Deno.test("devices: where neither the chosen camera nor the one before opens, there is none, and it is said", async () => {
  const browser = new Browser("video laptop", "video busy");
  await browser.devices.open(["video"]);
  await settled();
  Object.assign(browser.broken, { laptop: "NotReadableError", busy: "NotReadableError" });
  await browser.devices.choose("camera", "busy");
  assert.deepEqual([browser.sent, browser.live], [[], []]);
  assert.deepEqual(browser.swaps, [{ change: null, kind: "video", causes: { video: "busy" } }]);
});

Deno.test("devices: a camera that is turned off while another one fails is not opened again", async () => {
  const browser = new Browser("video laptop", "video busy");
  await browser.devices.open(["video"]);
  await settled();
  browser.broken.busy = "NotReadableError";
  const { promise, resolve } = Promise.withResolvers<void>();
  browser.opening = promise;
  const chosen = browser.devices.choose("camera", "busy");
  await settled();
  browser.devices.stop("video");
  resolve();
  await chosen;
  assert.deepEqual([browser.sent, browser.live, browser.swaps], [[], [], []]);
});

Deno.test("devices: the only microphone, back but not started yet, is tried again; a refused one is not", async () => {
  for (const [name, isTried] of [["NotReadableError", true], ["NotAllowedError", false]] as const) {
    const browser = new Browser("audio headset");
    await browser.devices.open(["audio"]);
    await settled();
    await browser.unplug("headset");
    browser.broken.headset = name;
    await browser.plug("audio headset");
    assert.deepEqual(browser.sent, []);
    delete browser.broken.headset;
    await browser.changes();
    assert.deepEqual(browser.sent, isTried ? ["headset"] : [], name);
  }
});
