/** What makes a call more comfortable: push to talk, a word to who speaks with the microphone off, all of a picture, keys and mirror to be turned off. */

import assert from "node:assert/strict";
import { type Fit, fitOf } from "../../components/call/stage/fit.ts";
import { hear, SILENCE } from "../../components/call/stage/muted_speech.ts";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

const FITS: [what: string, picture: number, stage: number, fit: Fit][] = [
  ["a wide picture on a wide screen", 16 / 9, 16 / 10, "cover"],
  ["an old camera's on a wide screen", 4 / 3, 16 / 9, "cover"],
  ["a phone's on a wide screen", 3 / 4, 16 / 9, "contain"],
  ["a wide one on a phone", 4 / 3, 9 / 19, "contain"],
  ["a phone's on a phone", 9 / 16, 9 / 19, "cover"],
];

for (const [what, picture, stage, fit] of FITS) {
  Deno.test(`comfort: ${what}: ${fit}`, () => assert.equal(fitOf(picture, stage), fit));
}

/** Levels of a tenth of a second each, and whether it is told at the end of them. */
const HEARD: [what: string, levels: readonly number[], isTold: boolean][] = [
  ["silence", Array(50).fill(0), false],
  ["a cough", [0, 0.8, 0.9, 0.7, 0, 0], false],
  ["keys that are pressed", Array.from({ length: 60 }, (_, n) => n % 4 === 0 ? 0.6 : 0.1), false],
  ["a word", [0, 0.5, 0.6, 0.6, 0.5], true],
  ["words with pauses", [0.5, 0.5, 0, 0.5, 0.6, 0, 0, 0.5, 0.5], true],
  ["a word, three seconds ago", [0.5, 0.5, 0.5, 0.5, ...Array(30).fill(0)], true],
  ["a word, five seconds ago", [0.5, 0.5, 0.5, 0.5, ...Array(50).fill(0)], false],
];

for (const [what, levels, isTold] of HEARD) {
  Deno.test(`comfort: a microphone that is off hears ${what}: ${isTold ? "told" : "nothing is told"}`, () => {
    const heard = levels.reduce((heard, level, n) => hear(heard, level, n * 100), SILENCE);
    assert.equal(heard.until > levels.length * 100, isTold);
  });
}

/** Syllables as a voice makes them: a tone with overtones, four times a second, as a file (WAV, 16 bits, one channel). */
async function voice(): Promise<string> {
  const rate = 16_000;
  const samples = Int16Array.from({ length: rate * 2 }, (_, n) => {
    const time = n / rate;
    const tone = [1, 2, 3, 4, 5].reduce((sum, k) => sum + Math.sin(2 * Math.PI * 150 * k * time) / k, 0) / 2;
    return 20_000 * tone * Math.abs(Math.sin(2 * Math.PI * 2 * time));
  });
  const head = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string) => [...word].forEach((c, n) => head.setUint8(at + n, c.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, rate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, samples.byteLength, true);
  const path = await Deno.makeTempFile({ prefix: "zvonok-voice-", suffix: ".wav" });
  await Deno.writeFile(path, new Uint8Array([...new Uint8Array(head.buffer), ...new Uint8Array(samples.buffer)]));
  return path;
}

/** Waits until the parts of a call are there that come after its first picture. */
const hasAll = (person: Person) =>
  until("all of the call", () => person.page.evaluate(() => document.querySelector(".muted-speech") !== null));

const speech = await voice();
addEventListener("unload", () => Deno.removeSync(speech));

scene("who speaks with the microphone off is told so, unless that is turned off", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await hasAll(ada);
  const told = () => ada.page.$eval(".muted-speech", (hint) => hint.textContent);
  assert.equal(await told(), "");
  await ada.click("Mute microphone");
  await boris.reads("Microphone is off");
  await ada.reads("Nobody hears you: your microphone is off.");
  await ada.click("Unmute microphone");
  await until("it is not told any more", async () => await told() === "");
  await ada.click("Settings");
  const box = await ada.sees("checkbox", "Tell me when I speak and my microphone is off");
  await box.evaluate((box) => (box as HTMLInputElement).click());
  await ada.page.keyboard.press("Escape");
  await ada.click("Mute microphone");
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.equal(await told(), "");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
}, { switches: [`--use-file-for-fake-audio-capture=${speech}`] });

scene(
  "the space bar is push to talk while the microphone is off, and presses a button that has the focus",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    await hasAll(ada);
    const { keyboard } = ada.page;
    // By the pointer: the button has the focus then, and nobody sees that.
    await (await ada.sees("button", "Mute microphone")).click();
    await ada.sees("button", "Unmute microphone");
    await boris.reads("Microphone is off");
    await keyboard.down("Space");
    await ada.sees("button", "Mute microphone");
    await until("he hears her", async () => !(await boris.text()).includes("Microphone is off"));
    await boris.receives("audioEnergy");
    await keyboard.up("Space");
    await ada.sees("button", "Unmute microphone");
    await boris.reads("Microphone is off");
    await ada.page.evaluate(() => document.querySelector<HTMLElement>('[aria-label="Unmute microphone"]')!.blur());
    await keyboard.down("Space");
    await ada.sees("button", "Mute microphone");
    // The window loses the focus, and the key is let go elsewhere.
    await ada.page.evaluate(() => void dispatchEvent(new Event("blur")));
    await ada.sees("button", "Unmute microphone");
    await keyboard.up("Space");
    await keyboard.press("Tab");
    await until(
      "a button has the focus, by the keyboard",
      () => ada.page.evaluate(() => document.activeElement?.matches("button:focus-visible") ?? false),
    );
    await ada.page.$eval('[aria-label="Unmute microphone"]', (button) => (button as HTMLElement).focus());
    await keyboard.press("Space");
    await ada.sees("button", "Mute microphone");
    await until("he hears her", async () => !(await boris.text()).includes("Microphone is off"));
  },
);

scene("single keys, and the mirror, can be turned off, and stay so", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await hasAll(ada);
  await ada.page.keyboard.press("?");
  for (const name of ["Single keys work", "Show my picture as in a mirror"]) {
    await (await ada.sees("checkbox", name)).evaluate((box) => (box as HTMLInputElement).click());
  }
  await until("the picture is as others see it", () => ada.page.$(".self-view.unmirrored"));
  await ada.page.keyboard.press("Escape");
  await until("the settings are closed", async () => await ada.page.$("dialog.panel") === null);
  for (const key of ["m", "v", ",", "?", "Space"] as const) await ada.page.keyboard.press(key as "m");
  assert.equal(await ada.page.$("dialog.panel"), null);
  await ada.sees("button", "Mute microphone");
  await ada.sees("button", "Turn camera off");
  await ada.page.reload();
  await ada.hears("Connected");
  await until("it stays so", () => ada.page.$(".self-view.unmirrored"));
  await ada.page.keyboard.press("m");
  await boris.receives("audioEnergy");
  assert.ok(!(await boris.text()).includes("Microphone is off"));
});

scene("a wide picture is whole on a phone's screen, until a double click fills it", async (stage) => {
  const { ada } = stage;
  await connect(stage);
  await hasAll(ada);
  const fit = () =>
    ada.page.$eval(".stage > video", (video) => [video.parentElement!.dataset.fit, getComputedStyle(video).objectFit]);
  assert.deepEqual(await fit(), ["cover", "cover"]);
  await ada.page.setViewport({ width: 360, height: 740 });
  await until("all of it", async () => (await fit())[1] === "contain");
  await ada.page.mouse.click(180, 330, { count: 2 });
  await until("it fills the screen", async () => (await fit())[1] === "cover");
  await ada.page.keyboard.press("z");
  await until("all of it, by a key", async () => (await fit())[1] === "contain");
  await ada.page.setViewport({ width: 1000, height: 700 });
  assert.deepEqual(await fit(), ["contain", "contain"]);
});
