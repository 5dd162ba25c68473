/** Who is measured: the product through its page, and two plain pages with a peer connection each, by default or as others set it. */

import type { Browser, Page } from "../../tests/support/packages.ts";
import { Person } from "../../tests/support/person.ts";
import { meet } from "../../tests/support/scene.ts";
import { installProbe } from "./probe.ts";

/** Two people who can call each other; the first one's pictures are looked at by the second. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  readonly pages: readonly [Page, Page];
  /** Connects the two, in pages that are newly loaded. */
  call(): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
}

/** What is asked of the devices, by all of them (the product asks for no more and no less). */
const DEVICES: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/** What is set of a plain pair. Rates in bit/s. */
export interface Settings {
  readonly startKbps?: number;
  readonly maxVideoBps?: number;
  readonly maxVoiceBps?: number;
  readonly degradation?: RTCDegradationPreference;
  /** Redundant voice (RFC 2198), nothing sent in silence. */
  readonly red?: boolean;
  readonly dtx?: boolean;
}

/**
 * The defaults of LiveKit's client, as published (livekit-client 2.21.0: `publishDefaults`, `VideoPresets.h720`, `AudioPresets.music`,
 * `getDefaultDegradationPreference`, `applyVideoStartBitrate`), for a call without a media server, so without simulcast.
 */
const LIVEKIT: Settings = {
  startKbps: 1_000,
  maxVideoBps: 1_700_000,
  maxVoiceBps: 48_000,
  degradation: "maintain-framerate",
  red: true,
  dtx: true,
};

/**
 * All the browser's defaults but one: it begins at 300 kbit/s otherwise, with 180 lines, and takes a minute to become as good as it will
 * be. Calls are measured after that.
 */
const PLAIN: Settings = { startKbps: 2_500 };

const SETTINGS: Readonly<Record<string, Settings>> = { plain: PLAIN, livekit: LIVEKIT };

/** All their names. */
export const NAMES = ["zvonok", ...Object.keys(SETTINGS)];

/** Has one come, with the first person in one browser and the second in another. `url` is the product's, `plainUrl` nobody's. */
export async function contender(
  name: string,
  browsers: readonly [Browser, Browser],
  url: string,
  plainUrl: string,
): Promise<Contender> {
  const people = [await Person.enter(browsers[0]), await Person.enter(browsers[1])] as const;
  const pages = [people[0].page, people[1].page] as const;
  // A small window: without a GPU what is drawn costs as much as what is decoded.
  for (const page of pages) await page.setViewport({ width: 480, height: 300 });
  await installProbe(pages[0], { pictures: false, camera: true });
  await installProbe(pages[1], { pictures: true, camera: false });
  const shared = {
    name,
    pages,
    async [Symbol.asyncDispose]() {
      for (const person of people) await person[Symbol.asyncDispose]();
    },
  };
  return name === "zvonok"
    ? { ...shared, ...await product(url, people) }
    : { ...shared, ...await plain(plainUrl, pages, SETTINGS[name]!) };
}

type Calling = Pick<Contender, "call" | "end">;

async function product(url: string, [ada, boris]: readonly [Person, Person]): Promise<Calling> {
  await meet(url, ada, boris);
  return {
    async call() {
      await Promise.all([ada.page.reload(), boris.page.reload()]);
      await Promise.all([ada.online(), boris.online()]);
      await ada.click("Video call");
      await boris.click("Accept");
      await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    },
    async end() {
      await ada.click("Hang up");
      await boris.hears("Call ended");
    },
  };
}

const PAGE = `<!doctype html><title>Plain</title>
<style>body { margin: 0 } video { width: 100vw; height: 100vh } #own { position: fixed; inset: auto 1rem 1rem auto; width: 12rem; height: auto }</style>
<video aria-label="Remote video" autoplay playsinline></video><video id="own" autoplay playsinline muted></video>`;

async function plain(url: string, [caller, callee]: readonly [Page, Page], settings: Settings): Promise<Calling> {
  for (const page of [caller, callee]) {
    await page.setRequestInterception(true);
    page.on("request", (request) => request.respond({ contentType: "text/html", body: PAGE }));
  }
  return {
    async call() {
      await Promise.all([caller.goto(url), callee.goto(url)]);
      const offer = await caller.evaluate(describe, DEVICES, settings, null);
      const answer = await callee.evaluate(describe, DEVICES, settings, offer);
      await caller.evaluate(accept, settings, answer);
      await callee.evaluate(tellSenders, settings);
    },
    async end() {
      for (const page of [caller, callee]) await page.goto("about:blank");
    },
  };
}

interface PlainPage {
  pc: RTCPeerConnection;
  hinted(sdp: string, settings: Settings): string;
  tell(settings: Settings): Promise<void>;
}

/** Opens the devices; gives an offer, or the answer to one, with all its candidates. */
async function describe(devices: MediaStreamConstraints, settings: Settings, offer: string | null): Promise<string> {
  const page = globalThis as unknown as PlainPage;
  // A sender takes its parameters from the other side's description.
  page.hinted = (sdp, { startKbps, maxVoiceBps, dtx }) => {
    const opus = [...dtx ? ["usedtx=1"] : [], ...maxVoiceBps ? [`maxaveragebitrate=${maxVoiceBps}`] : []].join(";");
    const withVoice = opus === "" ? sdp : sdp.replace(/^(a=fmtp:111 .*)$/m, (line) => `${line.trimEnd()};${opus}\r`);
    const vp8 = /^a=rtpmap:(\d+) VP8\/90000\r\n/m;
    const start = (line: string, type: string) => `${line}a=fmtp:${type} x-google-start-bitrate=${startKbps}\r\n`;
    return startKbps === undefined ? withVoice : withVoice.replace(vp8, start);
  };
  page.tell = async ({ maxVideoBps, maxVoiceBps, degradation }) => {
    for (const sender of page.pc.getSenders()) {
      const isVideo = sender.track?.kind === "video";
      const maxBitrate = isVideo ? maxVideoBps : maxVoiceBps;
      const parameters = sender.getParameters();
      if (maxBitrate !== undefined) parameters.encodings[0]!.maxBitrate = maxBitrate;
      if (isVideo && degradation !== undefined) Object.assign(parameters, { degradationPreference: degradation });
      await sender.setParameters(parameters);
    }
  };

  const pc = page.pc = new RTCPeerConnection();
  const [remote, own] = document.querySelectorAll("video");
  pc.ontrack = ({ streams }) => remote!.srcObject = streams[0]!;
  const stream = await navigator.mediaDevices.getUserMedia(devices);
  own!.srcObject = stream;
  if (offer !== null) await pc.setRemoteDescription({ type: "offer", sdp: page.hinted(offer, settings) });
  for (const track of stream.getTracks()) pc.addTrack(track, stream);
  for (const transceiver of pc.getTransceivers()) {
    if (!settings.red || transceiver.receiver.track.kind !== "audio") continue;
    const isRed = ({ mimeType }: RTCRtpCodec) => mimeType.toLowerCase() === "audio/red";
    const { codecs } = RTCRtpReceiver.getCapabilities("audio")!;
    transceiver.setCodecPreferences(codecs.toSorted((a, b) => Number(isRed(b)) - Number(isRed(a))));
  }
  await pc.setLocalDescription();
  await new Promise<void>((resolve) => {
    const look = () => pc.iceGatheringState === "complete" && resolve();
    pc.addEventListener("icegatheringstatechange", look);
    look();
  });
  return pc.localDescription!.sdp;
}

async function accept(settings: Settings, answer: string): Promise<void> {
  const { pc, hinted, tell } = globalThis as unknown as PlainPage;
  await pc.setRemoteDescription({ type: "answer", sdp: hinted(answer, settings) });
  await tell(settings);
}

function tellSenders(settings: Settings): Promise<void> {
  return (globalThis as unknown as PlainPage).tell(settings);
}
