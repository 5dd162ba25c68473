/**
 * Devices that are unplugged and plugged in again while they are in use. Chromium's fake devices cannot be, so the page is told what it
 * would be told: other lists of devices with the event that says so, tracks that end, and no stream from a device that is not listed.
 */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { connect, play, type Scene } from "../support/scene.ts";
import { gone, until } from "../support/until.ts";

/** Ada and Boris in a browser with three cameras and several microphones and speakers. */
function test(name: string, run: (scene: Scene) => Promise<void>): void {
  const switches = ["--use-fake-device-for-media-stream=device-count=3"];
  const prepare = async ({ ada }: Pick<Scene, "ada">) => void await ada.page.evaluateOnNewDocument(makePluggable);
  Deno.test(`devices: ${name}`, () => play(run, { switches, prepare }));
}

type Pluggable = typeof globalThis & { keptTracks: MediaStreamTrack[]; plug(id: string, isIn: boolean): void };

/**
 * In the page: `plug` unplugs a device, or plugs it in again. The microphone that Chromium lists as "default" stands for the first of the
 * others, as outside of a test: it is in that one's group, and ends with it.
 */
function makePluggable(): void {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return;
  const away = new Set<unknown>();
  const [list, open] = [mediaDevices.enumerateDevices, mediaDevices.getUserMedia].map((f) => f.bind(mediaDevices)) as [
    MediaDevices["enumerateDevices"],
    MediaDevices["getUserMedia"],
  ];
  const group = (kind: string, id: string) => `${kind} ${id}`;
  const listed = async () => {
    const devices = (await list()).filter(({ deviceId }) => !away.has(deviceId));
    const first = devices.find(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default");
    return devices.map(({ kind, deviceId, label }) => {
      const groupId = group(kind, kind === "audioinput" && deviceId === "default" ? first!.deviceId : deviceId);
      return { kind, deviceId, label, groupId } as MediaDeviceInfo;
    });
  };
  mediaDevices.enumerateDevices = listed;
  mediaDevices.getUserMedia = async (asked) => {
    const wishes = Object.entries(asked ?? {}).map(([kind, wish]) => {
      const { deviceId, ...rest } = wish as MediaTrackConstraints & { deviceId?: { exact?: string; ideal?: string } };
      if (away.has(deviceId?.exact)) throw new DOMException("", "OverconstrainedError");
      return [kind, away.has(deviceId?.ideal) ? rest : wish];
    });
    const stream = await open(Object.fromEntries(wishes));
    const devices = await listed();
    for (const track of stream.getTracks()) {
      const settings = track.getSettings();
      const { groupId } = devices.find(({ kind, deviceId }) =>
        kind === `${track.kind}input` && deviceId === settings.deviceId
      )!;
      track.getSettings = () => ({ ...settings, groupId });
    }
    return stream;
  };
  (globalThis as Pluggable).plug = (id, isIn) => {
    if (isIn) away.delete(id);
    else away.add(id);
    for (const track of isIn ? [] : (globalThis as Pluggable).keptTracks) {
      const { deviceId, groupId } = track.getSettings();
      const isIt = deviceId === id || groupId === group(`${track.kind}input`, id);
      if (track.readyState === "ended" || !isIt) continue;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
    mediaDevices.dispatchEvent(new Event("devicechange"));
  };
}

const plug = ({ page }: Person, id: string, isIn: boolean) =>
  page.evaluate((id, isIn) => (globalThis as Pluggable).plug(id, isIn), id, isIn);

/** The devices of the live tracks of a page. */
async function inUse({ page }: Person): Promise<Record<string, string | undefined>> {
  return await page.evaluate(() => {
    const live = (globalThis as Pluggable).keptTracks.filter(({ readyState }) => readyState === "live");
    return Object.fromEntries(live.map((track) => [track.kind, track.getSettings().deviceId]));
  });
}

const speaker = ({ page }: Person) => page.$eval("audio", (audio) => (audio as HTMLAudioElement).sinkId);

/** What a list in the settings shows: the value and the words. */
async function shown(person: Person, label: string): Promise<{ value: string; text: string }> {
  return await (await person.sees("combobox", label)).evaluate((element) => {
    const list = element as HTMLSelectElement;
    return { value: list.value, text: list.selectedOptions[0]!.textContent! };
  });
}

/** Chooses the last device in a list of the settings; gives its id. */
async function chooseLast(person: Person, label: string): Promise<string> {
  const list = await person.sees("combobox", label);
  const id = await list.evaluate((element) => [...(element as HTMLSelectElement).options].at(-1)!.value);
  await list.select(id);
  return id;
}

/** Does something in the settings. */
async function inSettings<T>(person: Person, act: () => Promise<T>): Promise<T> {
  await person.click("Settings");
  const done = await act();
  await person.page.keyboard.press("Escape");
  await gone(person.page, "dialog");
  return done;
}

test("a speaker that is unplugged gives way to the system's, and is taken again when it is back; so it is until undone", async (stage) => {
  const { ada } = stage;
  await connect(stage);
  const chosen = await inSettings(ada, () => chooseLast(ada, "Speaker"));
  await until("that speaker", async () => await speaker(ada) === chosen);
  await plug(ada, chosen, false);
  await ada.reads("The speaker was unplugged");
  await until("the system's speaker", async () => await speaker(ada) === "" && "yes");
  assert.deepEqual(await inSettings(ada, () => shown(ada, "Speaker")), { value: "", text: "System default" });
  await plug(ada, chosen, true);
  await ada.reads("Plugged in, and in use now: Fake Audio Output");
  await until("that speaker again", async () => await speaker(ada) === chosen);
  await inSettings(ada, async () => {
    assert.equal((await shown(ada, "Speaker")).value, chosen);
    await (await ada.sees("combobox", "Speaker")).select("");
  });
  await until("the system's speaker", async () => await speaker(ada) === "" && "yes");
  assert.equal(await ada.page.evaluate(() => localStorage.getItem("zvonok.kept.speaker")), null);
});

test("a camera and a microphone that are unplugged are replaced and taken again when they are back, and settings say which", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  const [camera, microphone] = await inSettings(ada, async () => {
    assert.match((await shown(ada, "Camera")).text, /^System default: fake_device_0/);
    return [await chooseLast(ada, "Camera"), await chooseLast(ada, "Microphone")];
  }) as [string, string];
  const uses = async (video: string, audio: string) => {
    const used = await inUse(ada);
    return used.video === video && used.audio === audio;
  };
  await until("what is chosen", () => uses(camera, microphone));
  await plug(ada, camera, false);
  await ada.reads("The camera was unplugged. Now you are seen by: fake_device_0");
  assert.match(await inSettings(ada, async () => (await shown(ada, "Camera")).text), /^fake_device_0/);
  await plug(ada, microphone, false);
  await ada.reads("The microphone was unplugged. Now you are heard by: Fake Default Audio Input");
  await boris.receives("audioEnergy");
  await plug(ada, camera, true);
  await ada.reads("Plugged in, and in use now: fake_device_2");
  await plug(ada, microphone, true);
  await ada.reads("Plugged in, and in use now: Fake Audio Input 2");
  await until("what is chosen", () => uses(camera, microphone));
  await Promise.all([boris.receives("framesDecoded"), boris.receives("audioEnergy")]);
  await inSettings(ada, async () => {
    for (const label of ["Camera", "Microphone"]) await (await ada.sees("combobox", label)).select("");
  });
  await until("the system's choice", async () => !await uses(camera, microphone));
  assert.match(
    await inSettings(ada, async () => (await shown(ada, "Microphone")).text),
    /^System default: Fake Default/,
  );
  await plug(ada, camera, false);
  await plug(ada, camera, true);
  assert.notEqual((await inUse(ada)).video, camera, "what is not chosen any more is not taken");
});

test("the headset behind Chromium's default, which nobody chose, is taken again when it is back", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  assert.equal((await inUse(ada)).audio, "default");
  const headset = await ada.page.evaluate(async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.find(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default")!.deviceId;
  });
  await plug(ada, headset, false);
  await ada.reads("The microphone was unplugged. Now you are heard by: Fake Default Audio Input");
  await plug(ada, headset, true);
  await ada.reads("Plugged in, and in use now: Fake Audio Input 1");
  assert.equal((await inUse(ada)).audio, headset);
  await boris.receives("audioEnergy");
  assert.deepEqual(await inSettings(ada, () => shown(ada, "Microphone")), {
    value: "",
    text: "System default: Fake Audio Input 1",
  });
});
