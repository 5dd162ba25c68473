/** Two PeerJS pages, in browser contexts of their own, and PeerServer: `call.answer(stream)` is the accept. */

import type { Browser, Page } from "../tests/support/packages.ts";
import { type Clock, DEVICES, installClock, RING_MS, sleep, type Subject, WARM_UP_MS } from "./subject.ts";

/** What of PeerJS the pages use. */
interface PeerPage extends Clock {
  Peer: new (id: string, options: object) => PeerJs;
  peer: PeerJs;
  local: MediaStream;
  video: HTMLVideoElement;
  mediaConnection: MediaConnection;
}
interface PeerJs {
  on(event: "open", action: () => void): void;
  on(event: "call", action: (call: MediaConnection) => void): void;
  call(id: string, stream: MediaStream): MediaConnection;
}
interface MediaConnection {
  on(event: "stream", action: (stream: MediaStream) => void): void;
  answer(stream: MediaStream): void;
  close(): void;
}

/** Pages at `url`, which load PeerJS, and meet at the PeerServer of `port`. */
export async function peerjs(browser: Browser, url: string, port: string): Promise<Subject> {
  const contexts = await Promise.all([browser.createBrowserContext(), browser.createBrowserContext()]);
  const [caller, callee] = [await open(contexts[0]!, "caller"), await open(contexts[1]!, "callee")];

  async function open(context: (typeof contexts)[number], id: string): Promise<Page> {
    const page = await context.newPage();
    await installClock(page);
    await page.goto(url);
    await page.evaluate(start, id, port);
    return page;
  }

  return {
    name: "PeerJS",
    async call() {
      for (const page of [caller, callee]) await page.evaluate(openDevices, DEVICES);
      await sleep(WARM_UP_MS);
      const rings = callee.evaluate(ring);
      const callerSees = caller.evaluate(place);
      await rings;
      await sleep(RING_MS);
      const { accepted, seen } = await callee.evaluate(accept);
      const times = { caller: await callerSees - accepted, callee: seen - accepted };
      for (const page of [caller, callee]) await page.evaluate(hangUp);
      return times;
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
    },
  };
}

async function start(id: string, port: string): Promise<void> {
  const page = globalThis as unknown as PeerPage;
  const config = { iceServers: [] };
  page.peer = new page.Peer(id, { host: "127.0.0.1", port: Number(port), path: "/", config });
  await new Promise<void>((resolve) => page.peer.on("open", resolve));
}

async function openDevices(devices: MediaStreamConstraints): Promise<void> {
  const page = globalThis as unknown as PeerPage;
  page.local = await navigator.mediaDevices.getUserMedia(devices);
  page.video = document.createElement("video");
  page.video.muted = page.video.autoplay = true;
  document.body.append(page.video);
}

async function ring(): Promise<void> {
  const page = globalThis as unknown as PeerPage;
  page.mediaConnection = await new Promise((resolve) => page.peer.on("call", resolve));
}

function place(): Promise<number> {
  const page = globalThis as unknown as PeerPage;
  const seen = page.firstFrame(page.video);
  page.mediaConnection = page.peer.call("callee", page.local);
  page.mediaConnection.on("stream", (stream) => page.video.srcObject = stream);
  return seen;
}

async function accept(): Promise<{ accepted: number; seen: number }> {
  const page = globalThis as unknown as PeerPage;
  const seen = page.firstFrame(page.video);
  const accepted = page.clock();
  page.mediaConnection.answer(page.local);
  page.mediaConnection.on("stream", (stream) => page.video.srcObject = stream);
  return { accepted, seen: await seen };
}

function hangUp(): void {
  const page = globalThis as unknown as PeerPage;
  page.mediaConnection.close();
  page.video.remove();
  for (const track of page.local.getTracks()) track.stop();
}
