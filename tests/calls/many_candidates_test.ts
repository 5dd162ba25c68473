/** A laptop with Docker and VPN interfaces, in a real Chromium: 130 candidates more than it has, for every call. */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { canCall } from "../support/until.ts";

const EXTRA_CANDIDATES = 130;

/** Every peer connection of the person's next pages finds so many more candidates: with its first one, and whenever `addCandidates` is called. */
async function addCandidates({ page }: Person): Promise<void> {
  await page.evaluateOnNewDocument((count) => {
    const real = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, "onicecandidate") ??
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(RTCPeerConnection.prototype), "onicecandidate")!;
    Object.defineProperty(RTCPeerConnection.prototype, "onicecandidate", {
      configurable: true,
      set(this: RTCPeerConnection, handler: ((event: unknown) => void) | null) {
        if (handler === null) return real.set!.call(this, null);
        const more = () => {
          for (let n = 0; n < count; n++) {
            const candidate = `candidate:${n} 1 udp 2122063615 192.0.2.${n} ${40000 + n} typ host generation 0`;
            handler({ candidate: { candidate, sdpMid: "0", sdpMLineIndex: 0 } });
          }
        };
        let isFirst = true;
        Object.assign(globalThis, { addCandidates: more });
        real.set!.call(this, (event: RTCPeerConnectionIceEvent) => {
          handler(event);
          if (isFirst) more();
          isFirst = false;
        });
      },
    });
  }, EXTRA_CANDIDATES);
  await page.reload();
  await canCall(page);
}

/** The page finds all those candidates once more, and its user hangs up before any of them is sent. */
async function hangUp(person: Person): Promise<void> {
  const button = await person.sees("button", "Hang up");
  await button.evaluate((button) => {
    (globalThis as unknown as { addCandidates(): void }).addCandidates();
    (button as HTMLButtonElement).click();
  });
}

scene(
  "[R18] behind 130 candidates a call connects, a hang-up is heard, and a reload brings nothing back",
  async (stage) => {
    const { ada, boris } = stage;
    await addCandidates(ada);
    await addCandidates(boris);
    await connect(stage);
    await Promise.all([ada, boris].map((person) => person.receives("framesDecoded")));
    await hangUp(ada);
    await boris.hears("Call ended");

    await connect(stage);
    await hangUp(boris);
    await ada.hears("Call ended");

    await connect(stage);
    await hangUp(ada);
    await ada.page.reload();
    await Promise.all([canCall(ada.page), canCall(boris.page)]);
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
    await connect(stage);
  },
);

scene("a hang-up that the network swallowed is not undone by a reload", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await ada.page.evaluate(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (!String(data).includes('"call:end"')) send.call(this, data);
    };
  });
  await ada.click("Hang up");
  await ada.hears("Call ended");
  await ada.page.reload();
  await boris.hears("Call ended");
  await canCall(ada.page);
  assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
});
