/** Looks at a call from inside its pages: every frame that comes to the screen, every frame of the camera, every ten milliseconds of sound. */

import type { Page } from "../../tests/support/packages.ts";
import { readNumber, STRIP_SHARE } from "./frame_number.ts";
import { COMPARED, resample } from "./picture.ts";
import type { Captured, Shown } from "./motion.ts";
import type { Level } from "./voice.ts";

/** A picture taken of the screen, at the size at which pictures are compared. */
export interface Taken {
  readonly at: number;
  readonly number: number;
  /** Its luma, in base64. */
  readonly luma: string;
}

/** `getStats()` of the newest peer connection, as a list of its entries. */
export interface Statistics {
  readonly at: number;
  readonly entries: readonly (readonly [string, Record<string, unknown>])[];
}

/** What one page has noted since it was loaded; times by `Date.now()`'s clock, in ms. */
export interface Notes {
  readonly captured: Captured[];
  readonly shown: Shown[];
  readonly said: Level[];
  readonly heard: Level[];
  readonly taken: Taken[];
  readonly statistics: Statistics[];
}

/** What the probe finds there before. */
interface Globals {
  keptConnections: RTCPeerConnection[];
  notes: Notes;
}

/** One look a second for statistics, as the product looks, and for a picture to compare. */
const LOOK_MS = 1_000;
/** How often it looks whether there is another element or track. */
const FIND_MS = 100;

/** Puts the probe into every document of a page that is loaded from now on. `pictures`: it looks at those that come in, too. */
export async function installProbe(page: Page, looks: { pictures: boolean; camera: boolean }): Promise<void> {
  const parts = [readNumber, resample].map(String).join(", ");
  const options = JSON.stringify({ ...looks, STRIP_SHARE, COMPARED, LOOK_MS, FIND_MS });
  await page.evaluateOnNewDocument(`(${probeInPage})(${parts}, ${options})`);
}

/** All that was noted. */
export function notesOf(page: Page): Promise<Notes> {
  return page.evaluate(() => (globalThis as unknown as Globals).notes);
}

/** The last frame that was shown. */
export function lastShown(page: Page): Promise<Shown | undefined> {
  return page.evaluate(() => (globalThis as unknown as Globals).notes.shown.at(-1));
}

interface Options {
  pictures: boolean;
  camera: boolean;
  STRIP_SHARE: number;
  COMPARED: { width: number; height: number };
  LOOK_MS: number;
  FIND_MS: number;
}

/** Chromium's, not in TypeScript's library (W3C MediaStreamTrack Insertable Media Processing). */
interface TrackProcessor<Data> {
  readonly readable: ReadableStream<Data>;
}

function probeInPage(read: typeof readNumber, scale: typeof resample, options: Options): void {
  const { STRIP_SHARE, COMPARED, LOOK_MS, FIND_MS } = options;
  const notes: Notes = { captured: [], shown: [], said: [], heard: [], taken: [], statistics: [] };
  const globals = Object.assign(globalThis, { notes }) as unknown as Globals & {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => TrackProcessor<VideoFrame & AudioData>;
  };
  const clock = () => performance.timeOrigin + performance.now();

  /** The rows of luma from the top, so many as a share of them all. */
  const lumaOf = async (frame: VideoFrame, share: number) => {
    const { width, height } = frame.visibleRect!;
    const lines = 2 * Math.ceil(height * share / 2);
    const rect = { x: 0, y: 0, width: width - width % 2, height: Math.min(lines, height - height % 2) };
    const data = new Uint8Array(frame.allocationSize({ rect }));
    const { stride } = (await frame.copyTo(data, { rect }))[0]!;
    return { data, stride, width, height };
  };
  const numberOf = async (frame: VideoFrame) => {
    const { data, stride, width, height } = await lumaOf(frame, STRIP_SHARE);
    return read(data, width, Math.floor(height * STRIP_SHARE), stride);
  };

  const listen = async (track: MediaStreamTrack, levels: Level[]) => {
    const reader = new globals.MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = clock();
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      value.close();
      levels.push({ at, rms: Math.hypot(...samples) / Math.sqrt(samples.length) });
    }
  };
  const watchCamera = async (track: MediaStreamTrack) => {
    const reader = new globals.MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = clock();
      const number = await numberOf(value);
      value.close();
      if (number !== null) notes.captured.push({ at, number });
    }
  };

  if (navigator.mediaDevices) {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      for (const track of stream.getAudioTracks()) listen(track, notes.said);
      for (const track of stream.getVideoTracks()) if (options.camera) watchCamera(track);
      return stream;
    };
  }

  let nextTake = 0;
  const take = async (frame: VideoFrame, at: number, number: number) => {
    const { data, stride, width, height } = await lumaOf(frame, 1);
    const small = scale(data, width, height, stride, COMPARED.width, COMPARED.height);
    let text = "";
    for (let from = 0; from < small.length; from += 8_192) {
      text += String.fromCharCode(...small.subarray(from, from + 8_192));
    }
    notes.taken.push({ at, number, luma: btoa(text) });
  };
  /** Frames as they are handed to the screen. Not by `requestVideoFrameCallback`: without a GPU it misses one in four. */
  const watch = async (track: MediaStreamTrack) => {
    const reader = new globals.MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = clock();
      const { width, height } = value.visibleRect!;
      const number = await numberOf(value);
      notes.shown.push({ at, number, lines: Math.min(width, height) });
      if (number !== null && at >= nextTake) {
        nextTake = at + LOOK_MS;
        await take(value, at, number);
      }
      value.close();
    }
  };

  const watched = new WeakSet<object>();
  const isNew = (one: object | null | undefined): boolean => {
    if (!one || watched.has(one)) return false;
    watched.add(one);
    return true;
  };
  setInterval(() => {
    const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
    const [track] = (video?.srcObject as MediaStream | null)?.getVideoTracks() ?? [];
    if (options.pictures && isNew(track)) watch(track!);
    for (const { track } of globals.keptConnections.at(-1)?.getReceivers() ?? []) {
      if (track.kind === "audio" && isNew(track)) listen(track, notes.heard);
    }
  }, FIND_MS);
  setInterval(async () => {
    const report = await globals.keptConnections.at(-1)?.getStats();
    if (report) notes.statistics.push({ at: clock(), entries: [...report] as Statistics["entries"] });
  }, LOOK_MS);
}
