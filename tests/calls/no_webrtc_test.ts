/**
 * Browsers without WebRTC, or in which something turned it off, and browsers whose WebRTC fails half way: it is said, nothing is left
 * hanging, and no promise is left without somebody who takes its rejection (the pages' errors are asserted by `scene`).
 */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { scene } from "../support/scene.ts";
import { gone, named } from "../support/until.ts";

/** As extensions and settings leave a page: without the constructor, with one that throws, or without what tells the codecs. */
const OFF: Record<string, () => void> = {
  "no RTCPeerConnection": () => void Reflect.deleteProperty(globalThis, "RTCPeerConnection"),
  "an RTCPeerConnection that throws": () => {
    Object.assign(globalThis, {
      RTCPeerConnection: class {
        constructor() {
          throw new DOMException("Refused by policy", "NotSupportedError");
        }
      },
    });
  },
};

const SAID = "This browser has no WebRTC, or something turned it off";

async function reloadWith({ page }: Person, change: () => void): Promise<void> {
  await page.evaluateOnNewDocument(change);
  await page.reload();
}

/** How often the page asked for devices. */
async function opened({ page }: Person): Promise<number> {
  return await page.evaluate(() => (globalThis as unknown as { keptTracks: unknown[] }).keptTracks.length);
}

for (const [what, turnOff] of Object.entries(OFF)) {
  scene(`${what}: a caller is told at once, and no camera opens`, async ({ ada, boris }) => {
    await reloadWith(ada, turnOff);
    await ada.online();
    for (const button of ["Video call", "Audio call"]) {
      await ada.click(button);
      await ada.reads(SAID);
      await ada.sees("button", button);
      await ada.sees("link", "Find out why");
      assert.equal(await opened(ada), 0);
      await ada.click("Close");
    }
    assert.equal(await boris.page.$('[role="alertdialog"]'), null, "nobody was rung");
    await boris.click("Audio call");
    await ada.click("Decline");
    await boris.hears("Call ended");
  });

  scene(`${what}: a callee is told the same, and can only decline`, async ({ ada, boris }) => {
    await reloadWith(boris, turnOff);
    await boris.online();
    await ada.click("Video call");
    await boris.reads(SAID);
    await boris.sees("button", "Decline");
    for (const button of ["Accept", "Accept without video"]) {
      assert.equal(await boris.page.$(named("button", button)), null, button);
    }
    await ada.hears("Ringing");
    assert.equal(await opened(boris), 0);
    await boris.click("Decline");
    await ada.hears("Call ended. One of your two browsers has no WebRTC");
    await gone(boris.page, '[role="alertdialog"]');
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
    assert.equal(await boris.page.$('[role="alertdialog"]'), null);
  });
}

scene("a browser that does not tell its codecs calls all the same", async ({ ada, boris }) => {
  await reloadWith(ada, () => {
    Reflect.deleteProperty(globalThis, "RTCRtpReceiver");
    Reflect.deleteProperty(globalThis, "RTCRtpSender");
    Object.defineProperty(Navigator.prototype, "mediaCapabilities", { get: () => undefined });
  });
  await ada.online();
  await ada.click("Video call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
}, { env: { VIDEO_CODECS: "VP9,VP8" } });

for (const method of ["createOffer", "setLocalDescription", "addTransceiver"] as const) {
  scene(`a caller whose ${method} fails is told, and lets go of everything`, async ({ ada, boris }) => {
    await ada.page.evaluateOnNewDocument((method) => {
      RTCPeerConnection.prototype[method] = (() => {
        const error = new DOMException("Failed on purpose", "OperationError");
        if (method === "addTransceiver") throw error;
        return Promise.reject(error);
      }) as never;
    }, method);
    await ada.page.reload();
    await ada.online();
    await ada.click("Video call");
    await ada.hears("Call ended");
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
    assert.equal(await boris.page.$('[role="alertdialog"]'), null);
    await ada.sees("button", "Video call");
  });
}

for (const method of ["createAnswer", "setLocalDescription", "setRemoteDescription"] as const) {
  scene(`a callee whose ${method} fails ends the call for both`, async ({ ada, boris }) => {
    await boris.page.evaluateOnNewDocument((method) => {
      RTCPeerConnection.prototype[method] = (() =>
        Promise.reject(new DOMException("On purpose", "OperationError"))) as never;
    }, method);
    await boris.page.reload();
    await boris.online();
    await ada.click("Video call");
    await Promise.all([ada.hears("Call ended"), boris.hears("Call ended")]);
    for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
  });
}
