/** Cameras and microphones of a real Chromium: checked before a call, chosen, changed in mid-call, and taken away. */

import assert from "node:assert/strict";
import type { FakeDevices } from "../support/chromium.ts";
import type { Person } from "../support/person.ts";
import { connect, play, type Scene } from "../support/scene.ts";
import { gone, there, until } from "../support/until.ts";

/** Ada and Boris in a browser with three cameras, of which the second, one for depth, gives no pictures, and several microphones. */
function test(name: string, run: (scene: Scene) => Promise<void>, devices: FakeDevices = "grant"): void {
  const switches = ["--use-fake-device-for-media-stream=device-count=3"];
  Deno.test(`devices: ${name}`, () => play(run, { devices, switches }));
}

/** The live tracks of a page, as kind and device. */
async function live({ page }: Person): Promise<{ kind: string; device: string }[]> {
  return await page.evaluate(() => {
    const { keptTracks } = globalThis as unknown as { keptTracks: MediaStreamTrack[] };
    return keptTracks.filter(({ readyState }) => readyState === "live")
      .map((track) => ({ kind: track.kind, device: track.getSettings().deviceId ?? "" }))
      .sort((a, b) => a.kind.localeCompare(b.kind));
  });
}

const camera = async (person: Person) => (await live(person)).find(({ kind }) => kind === "video")?.device;
const opened = async ({ page }: Person) =>
  await page.evaluate(() => (globalThis as unknown as { keptTracks: unknown[] }).keptTracks.length);

/** Chooses in a list by its label: another entry than the one that is chosen. Gives its value. */
async function chooseAnother(person: Person, label: string): Promise<string> {
  const list = await person.sees("combobox", label);
  const value = await list.evaluate((element) => {
    const list = element as HTMLSelectElement;
    return [...list.options].findLast(({ value }) => value !== list.value)!.value;
  });
  await list.select(value);
  return value;
}

test("the check shows the camera and hears the microphone, opens nothing before, and lets go of all", async ({ ada }) => {
  assert.deepEqual(await live(ada), []);
  await ada.click("Check camera and microphone");
  await ada.sees("combobox", "Camera");
  await ada.sees("combobox", "Microphone");
  await until("her picture", () => {
    return ada.page.$eval('video[aria-label="Local video"]', (video) => (video as HTMLVideoElement).videoWidth > 0);
  });
  await until("a loud microphone", () => {
    return ada.page.$eval('[role="meter"][aria-label="Microphone level"]', (meter) => Number(meter.ariaValueNow) > 10);
  });
  assert.deepEqual((await live(ada)).map(({ kind }) => kind), ["audio", "video"]);
  const other = await chooseAnother(ada, "Camera");
  await until("the other camera", async () => await camera(ada) === other);
  assert.equal((await live(ada)).length, 2, "the first camera is let go");
  await ada.click("Done");
  await until("all is let go", async () => (await live(ada)).length === 0);
});

test("a call goes on with what the check has open; an audio call without the camera", async (stage) => {
  const { ada, boris } = stage;
  for (const person of [ada, boris]) {
    await person.click("Check camera and microphone");
    await person.sees("combobox", "Camera");
  }
  await connect(stage);
  for (const person of [ada, boris]) {
    await person.receives("framesDecoded");
    await person.receives("audioEnergy");
    assert.equal(await opened(person), 2, "nothing was opened again");
  }
  await ada.click("Hang up");
  await boris.hears("Call ended");
  for (const person of [ada, boris]) await until("all is let go", async () => (await live(person)).length === 0);
  await ada.click("Check camera and microphone");
  await ada.sees("combobox", "Camera");
  await connect(stage, "Audio call");
  await boris.receives("audioEnergy");
  assert.deepEqual((await live(ada)).map(({ kind }) => kind), ["audio"]);
});

test("another camera and microphone in mid-call: no negotiation, the mute stays, and both are remembered", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await boris.receives("framesDecoded");
  const [first, negotiations] = [await camera(ada), await ada.negotiations()];
  await ada.click("Switch camera");
  await until("another camera", async () => ![undefined, first].includes(await camera(ada)));
  const depth = await camera(ada);
  await ada.click("Switch camera");
  await until("a third camera", async () => ![undefined, first, depth].includes(await camera(ada)));
  const third = await camera(ada);
  await boris.receives("framesDecoded");
  await ada.click("Mute microphone");
  await ada.click("Settings");
  const microphone = await chooseAnother(ada, "Microphone");
  await until("another microphone", async () => (await live(ada)).some(({ device }) => device === microphone));
  await ada.page.keyboard.press("Escape");
  await gone(ada.page, "dialog");
  await ada.sees("button", "Unmute microphone");
  await ada.click("Unmute microphone");
  await boris.receives("audioEnergy");
  assert.equal(await ada.negotiations(), negotiations);
  assert.equal((await live(ada)).length, 2, "what was used before is let go");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  await ada.page.reload();
  await ada.online();
  await connect(stage);
  await until("both devices", async () => (await live(ada)).length === 2);
  assert.deepEqual((await live(ada)).map(({ device }) => device), [microphone, third]);
});

test("a microphone that another program has: it is said, and the one in use goes on", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await boris.receives("audioEnergy");
  const before = await live(ada);
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"));
  });
  await ada.click("Settings");
  await chooseAnother(ada, "Microphone");
  await ada.page.keyboard.press("Escape");
  await gone(ada.page, "dialog");
  await ada.reads("The microphone did not start");
  await boris.receives("audioEnergy");
  assert.deepEqual(await live(ada), before);
});

test("the other person's voice comes from the speaker that is chosen, in this call and the next", async (stage) => {
  const { ada, boris } = stage;
  const playsBy = () => ada.page.$eval("audio", (element) => (element as HTMLAudioElement).sinkId);
  await connect(stage);
  await ada.click("Settings");
  const speaker = await chooseAnother(ada, "Speaker");
  await until("that speaker", async () => await playsBy() === speaker);
  await ada.page.keyboard.press("Escape");
  await ada.receives("audioEnergy");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  await ada.page.reload();
  await ada.online();
  await connect(stage);
  await until("that speaker again", async () => await playsBy() === speaker);
});

test("a phone takes and sends pictures of 640 × 480 at most, 24 a second", async (stage) => {
  const { ada, boris } = stage;
  await ada.page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
  await ada.page.reload();
  await ada.online();
  await connect(stage);
  await boris.receives("framesDecoded");
  const { width, height, frameRate } = await ada.page.evaluate(() => {
    const { keptTracks } = globalThis as unknown as { keptTracks: MediaStreamTrack[] };
    return keptTracks.find(({ kind }) => kind === "video")!.getSettings();
  });
  assert.ok(width! <= 640 && height! <= 480 && frameRate! <= 24, `${width} × ${height} at ${frameRate}`);
  assert.ok(width! >= 320, "and not less than that makes a picture");
  await until("all of that is sent", async () => (await ada.sent()).width === width);
});

test("a camera that is taken away in mid-call: it is said, and the voice goes on", async (stage) => {
  const { ada, boris, product } = stage;
  await connect(stage);
  await boris.receives("framesDecoded");
  await ada.deny(product.url, "camera");
  await there(ada.page, '[role="alert"]');
  await ada.sees("button", "Turn camera on");
  await there(boris.page, 'video[aria-label="Remote video"][aria-hidden]');
  await boris.receives("audioEnergy");
  assert.deepEqual((await live(ada)).map(({ kind }) => kind), ["audio"]);
}, "ask");
