/**
 * Microphones and cameras that the system mutes. Chromium has no way to have its fake devices muted, so the real track is told that it is
 * muted, as the browser would tell it: all that the page has to go by.
 */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { there, until } from "../support/until.ts";

/** Shorter than a mute is debounced, in ms. */
const INSTANT_MS = 200;

/** Longer than a mute is debounced, in ms, with what it takes to be said. */
const DEBOUNCED_MS = 1_000;

/**
 * The system mutes a person's device, or does so no longer; after `ms`, if given, it is the other way round again. That is up to the page's
 * own timers: however late they are, what is due first comes first.
 */
async function systemMutes({ page }: Person, kind: "audio" | "video", muted: boolean, ms?: number): Promise<void> {
  await page.evaluate(
    async (kind, muted, ms) => {
      const { keptTracks } = globalThis as unknown as { keptTracks: MediaStreamTrack[] };
      const track = keptTracks.find((track) => track.kind === kind && track.readyState === "live")!;
      const set = (muted: boolean) => {
        Object.defineProperty(track, "muted", { value: muted, configurable: true });
        track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
      };
      set(muted);
      if (ms === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, ms));
      set(!muted);
    },
    kind,
    muted,
    ms,
  );
}

const shows = ({ page }: Person, text: string) => page.evaluate((text) => document.body.innerText.includes(text), text);

async function unsays(person: Person, text: string): Promise<void> {
  await until(`no "${text}"`, async () => !await shows(person, text));
}

scene("a microphone that the system mutes is off for both, says why, and comes back by itself", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await systemMutes(ada, "audio", true);
  await ada.reads("Your microphone is muted by the system");
  await boris.reads("Microphone is off");
  await ada.sees("button", "Mute microphone");
  await systemMutes(ada, "audio", false);
  await unsays(ada, "Your microphone is muted by the system");
  await unsays(boris, "Microphone is off");
  await boris.receives("audioEnergy");

  await ada.click("Mute microphone");
  await boris.reads("Microphone is off");
  await systemMutes(ada, "audio", true);
  await new Promise((resolve) => setTimeout(resolve, DEBOUNCED_MS));
  assert.equal(await shows(ada, "Your microphone is muted by the system"), false, "what is off anyway needs no reason");
  await systemMutes(ada, "audio", false);
  await ada.sees("button", "Unmute microphone");
  assert.ok(await shows(boris, "Microphone is off"), "her own mute stays");
  await systemMutes(ada, "audio", true);
  await ada.click("Unmute microphone");
  await ada.reads("Your microphone is muted by the system");
});

scene(
  "a camera that the system turns off shows no black picture to either, and comes back by itself",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    await boris.receives("framesDecoded");
    await systemMutes(ada, "video", true);
    await ada.reads("Your camera is turned off by the system");
    await boris.reads("Camera is off");
    await there(boris.page, 'video[aria-label="Remote video"][aria-hidden]');
    assert.equal(await ada.page.$('video[aria-label="Local video"]'), null);
    await ada.sees("button", "Turn camera off");
    await systemMutes(ada, "video", false);
    await there(ada.page, 'video[aria-label="Local video"]');
    await there(boris.page, 'video[aria-label="Remote video"]:not([aria-hidden])');
    await unsays(boris, "Camera is off");
  },
);

scene("a mute of an instant, as while a device starts, is not to be seen by anybody", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  for (const { page } of [ada, boris]) {
    await page.evaluate(() => {
      const seen = Object.assign(globalThis, { blinked: false });
      const look = () => {
        if (/muted by the system|Microphone is off/.test(document.body.innerText)) seen.blinked = true;
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  }
  await systemMutes(ada, "audio", true, INSTANT_MS);
  await new Promise((resolve) => setTimeout(resolve, DEBOUNCED_MS));
  for (const { page } of [ada, boris]) {
    assert.equal(await page.evaluate(() => (globalThis as unknown as { blinked: boolean }).blinked), false);
  }
});
