/** Two PeerJS pages, in browser contexts of their own, and PeerServer: an accept opens the devices and answers with them. */

import type { Browser, Page } from "../tests/support/packages.ts";
import { type Clock, DEVICES, prepare, RING_MS, sleep, type Subject } from "./subject.ts";

/** What of PeerJS the pages use. */
interface PeerPage extends Clock {
  Peer: new (id: string, options: object) => PeerJs;
  peer: PeerJs;
  local: MediaStream;
  video: HTMLVideoElement;
  mediaConnection: MediaConnection;
  /** Shows what comes of the other; when it is first seen. */
  show(): Promise<number>;
  seen: Promise<number>;
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

/** Pages at `url`, which load PeerJS, and meet at the PeerServer of `port`; a camera takes `cameraMs` to open. */
export async function peerjs(browser: Browser, url: string, port: string, cameraMs: number): Promise<Subject> {
  const contexts = await Promise.all([browser.createBrowserContext(), browser.createBrowserContext()]);
  const calleeId = `callee-${cameraMs}`;
  const [caller, callee] = [await open(contexts[0]!, `caller-${cameraMs}`), await open(contexts[1]!, calleeId)];

  async function open(context: (typeof contexts)[number], id: string): Promise<Page> {
    const page = await context.newPage();
    await prepare(page, cameraMs);
    await page.goto(url);
    await page.evaluate(start, id, port);
    return page;
  }

  return {
    name: "PeerJS",
    async call() {
      const ringing = callee.evaluate(ring);
      const clicked = await caller.evaluate(place, calleeId, DEVICES);
      const rang = await ringing;
      await sleep(RING_MS);
      const accepted = await callee.evaluate(accept, DEVICES);
      const [callerSees, calleeSees] = await Promise.all([caller.evaluate(seen), callee.evaluate(seen)]);
      for (const page of [caller, callee]) await page.evaluate(hangUp);
      return { ring: rang - clicked, caller: callerSees - accepted, callee: calleeSees - accepted };
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
    },
  };
}

async function start(id: string, port: string): Promise<void> {
  const page = globalThis as unknown as PeerPage;
  const config = { iceServers: [] };
  page.show = () => {
    page.video = document.createElement("video");
    page.video.autoplay = true;
    document.body.append(page.video);
    page.mediaConnection.on("stream", (stream) => page.video.srcObject = stream);
    return page.firstFrame(page.video);
  };
  page.peer = new page.Peer(id, { host: "127.0.0.1", port: Number(port), path: "/", config });
  await new Promise<void>((resolve) => page.peer.on("open", resolve));
}

/** When the call comes. */
async function ring(): Promise<number> {
  const page = globalThis as unknown as PeerPage;
  page.mediaConnection = await new Promise((resolve) => page.peer.on("call", resolve));
  return page.clock();
}

/** Starts a call; says when that was, while devices open. */
function place(to: string, devices: MediaStreamConstraints): number {
  const page = globalThis as unknown as PeerPage;
  const clicked = page.clock();
  const open = async () => {
    page.local = await navigator.mediaDevices.getUserMedia(devices);
    page.mediaConnection = page.peer.call(to, page.local);
    return page.show();
  };
  page.seen = open();
  return clicked;
}

/** Takes the call; says when that was, while devices open. */
function accept(devices: MediaStreamConstraints): number {
  const page = globalThis as unknown as PeerPage;
  const accepted = page.clock();
  const open = async () => {
    page.local = await navigator.mediaDevices.getUserMedia(devices);
    page.mediaConnection.answer(page.local);
    return page.show();
  };
  page.seen = open();
  return accepted;
}

function seen(): Promise<number> {
  return (globalThis as unknown as PeerPage).seen;
}

function hangUp(): void {
  const page = globalThis as unknown as PeerPage;
  page.mediaConnection.close();
  page.video.remove();
  for (const track of page.local.getTracks()) track.stop();
}
