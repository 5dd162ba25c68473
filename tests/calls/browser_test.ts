/** Two people in a real Chromium, in real calls: pictures that are decoded and sound that is heard. */

import assert from "node:assert/strict";
import { connect, scene } from "../support/scene.ts";
import { canCall, gone, there, until } from "../support/until.ts";

/** Longer than the fake microphone's pause between two beeps, which is a second. */
const LISTEN_MS = 2_500;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

scene("a video call: both see and hear each other, and a hang-up ends it for both", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await ada.hears("Ringing…");
  await boris.sees("button", "Accept without video");
  await boris.sees("button", "Decline");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  for (const person of [ada, boris]) {
    await person.receives("framesDecoded");
    await person.receives("audioEnergy");
    const { width, paused } = await person.page.$eval('video[aria-label="Remote video"]', (element) => {
      const video = element as HTMLVideoElement;
      return { width: video.videoWidth, paused: video.paused };
    });
    assert.ok(width > 0 && !paused, "the picture is on the screen");
    await there(person.page, 'video[aria-label="Local video"]');
  }
  await boris.click("Hang up");
  await ada.hears("Call ended");
  await boris.hears("Call ended");
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
  await ada.sees("button", "Video call");
}, { byHand: true });

scene("an audio call opens no camera, and is heard", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage, "Audio call");
  for (const person of [ada, boris]) {
    await person.receives("audioEnergy");
    assert.deepEqual(await person.open(), { connections: 1, tracks: 1 });
    assert.equal((await person.received()).framesDecoded, 0);
  }
});

scene("accepted without video: voice both ways, one picture", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.click("Accept without video");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("audioEnergy"), boris.receives("audioEnergy"), boris.receives("framesDecoded")]);
  assert.deepEqual(await boris.open(), { connections: 1, tracks: 1 });
  assert.equal((await ada.received()).framesDecoded, 0);
});

scene("a mute is heard, and so is its end", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await boris.receives("audioEnergy");
  const heard = async () => {
    const before = (await boris.received()).audioEnergy;
    await pause(LISTEN_MS);
    return (await boris.received()).audioEnergy - before;
  };
  const loud = await heard();
  await ada.click("Mute microphone");
  await ada.sees("button", "Unmute microphone");
  // A codec fades out, and fills silence with a little noise: 40 dB less is silence to any ear.
  await until(`silence beside ${loud}`, async () => await heard() < loud / 10_000);
  await ada.click("Unmute microphone");
  await boris.receives("audioEnergy");
});

scene("the camera off is released, and comes back without a new call", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await boris.receives("framesDecoded");
  await ada.click("Turn camera off");
  await ada.sees("button", "Turn camera on");
  assert.deepEqual(await ada.open(), { connections: 1, tracks: 1 }, "its light is out");
  await until("the pictures stop", async () => {
    const before = (await boris.received()).framesDecoded;
    await pause(1_000);
    return (await boris.received()).framesDecoded - before <= 1;
  });
  await ada.click("Turn camera on");
  await boris.receives("framesDecoded");
});

scene("declined: the caller is told, in words", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.click("Decline");
  await ada.hears("Call ended. Boris declined the call.");
  await boris.sees("button", "Video call");
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
});

scene("cancelled: the ringing stops, and a missed call is told", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await ada.click("Cancel");
  await gone(boris.page, '[role="alertdialog"]');
  await boris.hears("Call ended. The call was cancelled");
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
});

scene("nobody answers: both are told", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await ada.hears("Call ended. Nobody answered.");
  await boris.hears("Call ended. Nobody answered.");
  await gone(boris.page, '[role="alertdialog"]');
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
}, { env: { RING_TIMEOUT_MS: "1500" } });

scene("camera and microphone refused: it is said how to allow them, and nobody is rung unasked", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await there(ada.page, '[role="alert"]');
  const said = await ada.page.$eval('[role="alert"]', (element) => element.textContent ?? "");
  assert.match(said, /is blocked.*Press the icon left of the address/);
  await ada.sees("button", "Video call");
  await ada.sees("button", "Try again");
  assert.equal(await boris.page.$('[role="alertdialog"]'), null);

  await ada.click("Call without camera and microphone");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await ada.receives("framesDecoded");
  await ada.receives("audioEnergy");
  assert.equal(await ada.page.$('[role="alert"]'), null, "it was her wish");
  await boris.reads("Microphone is off");
}, { adasDevices: "deny" });

scene("no camera: calls are made and taken with the voice alone, and it is said", async ({ ada, boris }) => {
  await ada.click("Video call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  assert.match(
    await ada.page.$eval('[role="alert"]', (element) => element.textContent ?? ""),
    /You are not seen.*No camera found/,
  );
  await boris.receives("audioEnergy");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  assert.equal(await ada.page.$('[role="alert"]'), null, "that was about the call");

  await boris.click("Video call");
  await ada.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("framesDecoded"), boris.receives("audioEnergy")]);
}, { adasDevices: "none" });

scene("the other person is offline: said, and found as a missed call later", async ({ ada, boris, chat }) => {
  await boris.page.goto("about:blank");
  await ada.reads("offline");
  await ada.click("Video call");
  await ada.hears("Call ended. Boris is offline");
  await boris.page.goto(chat);
  await boris.reads("Missed video call from Ada");
}, { env: { GRACE_MS: "300" } });

scene("every window of the callee rings, and stops when one answers", async (stage) => {
  const { ada, boris, chat } = stage;
  const second = await boris.anotherWindow();
  await second.goto(chat);
  await canCall(second);
  await ada.click("Video call");
  await there(second, '[role="alertdialog"]');
  await boris.click("Accept");
  await gone(second, '[role="alertdialog"]');
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
});

scene("by keyboard alone: call, answer, mute, hang up", async ({ ada, boris }) => {
  await ada.page.focus('::-p-aria([name="Video call"][role="button"])');
  await ada.page.keyboard.press("Enter");
  await boris.sees("button", "Accept");
  const focused = await boris.page.evaluate(() => document.activeElement?.closest('[role="alertdialog"]') !== null);
  assert.ok(focused, "focus is in the dialog");
  await boris.page.focus('::-p-aria([name="Accept"][role="button"])');
  await boris.page.keyboard.press("Enter");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await ada.page.keyboard.press("m");
  await ada.sees("button", "Unmute microphone");
  await ada.page.keyboard.press("v");
  await ada.sees("button", "Turn camera on");
  await ada.page.focus('::-p-aria([name="Hang up"][role="button"])');
  await ada.page.keyboard.press("Enter");
  await boris.hears("Call ended");
});
