/**
 * The platform's floor: two bare RTCPeerConnections in one page, in the order of the textbook (W3C WebRTC, section 10.4), with
 * descriptions and candidates handed over by function calls. There is no network between them, and no page to draw. As in any call, the
 * caller has opened its devices, offered and gathered while it rang, and the callee opens its own when it accepts.
 */

import type { Browser } from "../tests/support/packages.ts";
import { type Clock, DEVICES, prepare, RING_MS, type Subject, type Times } from "./subject.ts";

/** A page at `url`, an origin that may open cameras; a camera takes `cameraMs` to open. */
export async function bare(browser: Browser, url: string, cameraMs: number): Promise<Subject> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await prepare(page, cameraMs);
  await page.goto(url);
  return {
    name: "bare",
    call: () => page.evaluate(callInPage, { devices: DEVICES, ringMs: RING_MS }),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function callInPage(
  { devices, ringMs }: { devices: MediaStreamConstraints; ringMs: number },
): Promise<Times> {
  const { clock, firstFrame } = globalThis as unknown as Clock;
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  class Side {
    readonly pc = new RTCPeerConnection();
    readonly video = document.createElement("video");
    readonly seen = firstFrame(this.video);
    readonly waiting: RTCIceCandidate[] = [];

    constructor(stream: MediaStream, other: () => Side | null) {
      this.video.autoplay = true;
      document.body.append(this.video);
      this.pc.ontrack = ({ streams }) => this.video.srcObject = streams[0]!;
      this.pc.onicecandidate = ({ candidate }) => {
        if (candidate) other()?.take(candidate);
      };
      for (const track of stream.getTracks()) this.pc.addTrack(track, stream);
    }

    take(candidate: RTCIceCandidate): void {
      if (this.pc.remoteDescription) this.pc.addIceCandidate(candidate);
      else this.waiting.push(candidate);
    }

    async hear(description: RTCSessionDescription): Promise<void> {
      await this.pc.setRemoteDescription(description);
      for (const candidate of this.waiting) this.pc.addIceCandidate(candidate);
    }
  }

  let callee: Side | null = null;
  const streams = [await navigator.mediaDevices.getUserMedia(devices)];
  const caller = new Side(streams[0]!, () => callee);
  await caller.pc.setLocalDescription();
  await sleep(ringMs);

  const accepted = clock();
  streams.push(await navigator.mediaDevices.getUserMedia(devices));
  callee = new Side(streams[1]!, () => caller);
  await callee.hear(caller.pc.localDescription!);
  await callee.pc.setLocalDescription();
  await caller.hear(callee.pc.localDescription!);
  const times = { ring: null, caller: await caller.seen - accepted, callee: await callee.seen - accepted };

  for (const { pc, video } of [caller, callee]) {
    pc.close();
    video.remove();
  }
  for (const track of streams.flatMap((stream) => stream.getTracks())) track.stop();
  return times;
}
