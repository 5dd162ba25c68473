/**
 * Calls between a real Chromium and a real Firefox, in both directions. One test for each direction, since Firefox is slow to
 * start: its steps are calls of the same two people.
 */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { findFirefox, launchFirefox } from "../support/firefox.ts";
import { build, startProduct } from "../support/product.ts";
import { note, waits } from "../support/said.ts";
import { meet } from "../support/scene.ts";
import { there, until } from "../support/until.ts";

interface Pair {
  readonly caller: Person;
  readonly callee: Person;
}

const hasFirefox = findFirefox() !== null;
/** In CI a missing Firefox is a failure: whoever relies on a run must not be given less than all of it. */
const isCi = Deno.env.has("CI");
if (!hasFirefox && !isCi) console.log("Calls with Firefox are left out: it is not installed");

for (const callers of ["Chromium", "Firefox"]) {
  const callees = callers === "Chromium" ? "Firefox" : "Chromium";
  Deno.test({ name: `browsers: ${callers} calls ${callees}`, ignore: !hasFirefox && !isCi }, async (t) => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct());
    const chromium = stack.use(await Person.enter(stack.use(await launch())));
    const firefox = stack.use(await Person.enter(stack.use(await launchFirefox())));
    const pair = callers === "Chromium" ? { caller: chromium, callee: firefox } : { caller: firefox, callee: chromium };
    await firefox.page.evaluateOnNewDocument(shareCanvas);
    await meet(product.url, pair.caller, pair.callee);
    for (const [name, call] of Object.entries(CALLS)) {
      // The browsers' sockets outlive a step; the test as a whole is minded.
      const isGood = await t.step({ name, fn: () => call(pair), sanitizeOps: false, sanitizeResources: false });
      if (!isGood) break;
    }
    assert.deepEqual([...chromium.errors, ...firefox.errors], [], "what the pages reported");
  });
}

/**
 * Firefox goes on with a picture a second when a camera is off: in so many seconds that many, or one more where the first of them and
 * the last have theirs at the edge.
 */
const STILL_SECONDS = 3;

const CALLS: Record<string, (pair: Pair) => Promise<void>> = {
  "a video call in VP8: both see and hear each other; the callee hangs up": async (pair) => {
    await talkIn(pair, "video/VP8");
    for (const person of both(pair)) {
      const { width, paused } = await person.page.$eval('video[aria-label="Remote video"]', (element) => {
        const video = element as HTMLVideoElement;
        return { width: video.videoWidth, paused: video.paused };
      });
      assert.ok(width > 0 && !paused, "the picture is on the screen");
    }
    await hangUp(pair, pair.callee);
  },

  "a video call in VP9: each camera goes off and comes back; the caller hangs up": async (pair) => {
    const { caller, callee } = pair;
    await talkIn(pair, "video/VP9");
    for (const [one, other] of [[caller, callee], [callee, caller]] as const) {
      await one.click("Turn camera off");
      await one.sees("button", "Turn camera on");
      assert.deepEqual(await one.open(), { connections: 1, tracks: 1 }, "its light is out");
      await pause(500); // what was on its way
      const still = await framesIn(other, STILL_SECONDS);
      assert.ok(still <= STILL_SECONDS + 1, `${still} pictures in ${STILL_SECONDS} s`);
      await one.page.mouse.move(20, 200); // the controls were gone meanwhile
      await one.click("Turn camera on");
      await one.sees("button", "Turn camera off");
      await until("pictures of a camera", async () => await framesIn(other, 1) >= 5);
    }
    await hangUp(pair, caller);
  },

  "[R15] a video call in AV1: both share their screens beside their cameras; the caller hangs up": async (pair) => {
    const { caller, callee } = pair;
    await talkIn(pair, "video/AV1");
    for (const [one, other] of [[caller, callee], [callee, caller]] as const) {
      await one.click("Share screen");
      await there(other.page, 'video[aria-label="Remote screen"]:not([aria-hidden])');
      await seesBoth(other);
    }
    await hangUp(pair, caller);
  },

  "[R13] the caller reloads in mid-call, then the callee: it goes on": async (pair) => {
    await talk(pair);
    await mediaFlows(pair);
    for (const person of both(pair)) {
      await person.page.reload();
      await connected(pair);
      await mediaFlows(pair);
    }
    await hangUp(pair, pair.callee);
  },

  "accepted without video: voice both ways, one picture": async (pair) => {
    const { caller, callee } = pair;
    await talk(pair, "Video call", "Accept without video");
    await Promise.all(both(pair).map((person) => person.receives("audioEnergy")));
    await callee.receives("framesDecoded");
    assert.equal((await caller.received()).framesDecoded, 0);
    await hangUp(pair, caller);
  },

  "[R15] an audio call is heard; the callee turns the camera on, then the caller": async (pair) => {
    const { caller, callee } = pair;
    await talk(pair, "Audio call");
    for (const person of both(pair)) {
      await person.receives("audioEnergy");
      assert.deepEqual(await person.open(), { connections: 1, tracks: 1 });
    }
    for (const [one, other] of [[callee, caller], [caller, callee]] as const) {
      await one.click("Turn camera on");
      await other.receives("framesDecoded");
    }
    await hangUp(pair, callee);
  },

  "[R12] the callee closes the tab in a call: the caller waits for seconds": async (pair) => {
    await talk(pair);
    await mediaFlows(pair);
    await note(pair.caller);
    await pair.callee.page.close();
    const ms = await waits(pair.caller);
    assert.ok(ms > 3_000 && ms < 8_000, `${ms} ms`);
  },
};

const both = ({ caller, callee }: Pair) => [caller, callee];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function talk(pair: Pair, how = "Video call", answer = "Accept"): Promise<void> {
  await pair.caller.click(how);
  await pair.callee.click(answer);
  await connected(pair);
}

async function connected(pair: Pair): Promise<void> {
  await Promise.all(both(pair).map((person) => person.hears("Connected")));
}

async function mediaFlows(pair: Pair): Promise<void> {
  const kinds = ["framesDecoded", "audioEnergy"] as const;
  await Promise.all(both(pair).flatMap((person) => kinds.map((kind) => person.receives(kind))));
}

async function hangUp(pair: Pair, who: Person): Promise<void> {
  await who.click("Hang up");
  for (const person of both(pair)) {
    await person.hears("Call ended");
    assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
  }
}

/** Starts a call whose pictures are in a codec that the caller prefers. */
async function talkIn(pair: Pair, mimeType: string): Promise<void> {
  await offerFirst(pair.caller, mimeType);
  await talk(pair);
  await mediaFlows(pair);
  for (const person of both(pair)) assert.equal(await codecDecoded(person), mimeType);
}

/**
 * Until it is loaded anew, this person's page offers this codec before all others. It leaves none out: what Firefox then says of
 * those that are gone is refused by Chromium.
 */
async function offerFirst(person: Person, mimeType: string): Promise<void> {
  await person.page.evaluate((mimeType) => {
    const { prototype } = RTCPeerConnection as unknown as { prototype: { createOffer(): Promise<unknown> } };
    // The class that keeps connections inherits the browser's own.
    const { createOffer } = Object.getPrototypeOf(prototype) as typeof prototype;
    prototype.createOffer = function (this: RTCPeerConnection) {
      const { codecs } = RTCRtpReceiver.getCapabilities("video")!;
      const isWanted = (codec: RTCRtpCodec) => codec.mimeType === mimeType;
      const ordered = [...codecs.filter(isWanted), ...codecs.filter((codec) => !isWanted(codec))];
      for (const transceiver of this.getTransceivers()) {
        if (transceiver.receiver.track.kind === "video") transceiver.setCodecPreferences(ordered);
      }
      return createOffer.call(this);
    };
  }, mimeType);
}

/** A Firefox without a display has no screen to choose: here it shares a drawing instead. */
function shareCanvas(): void {
  Object.assign(navigator.mediaDevices, {
    getDisplayMedia() {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d")!;
      setInterval(() => context.fillRect(Math.random() * canvas.width, 0, 9, 99), 50);
      return Promise.resolve(canvas.captureStream());
    },
  });
}

/** How many pictures come in so many seconds. */
async function framesIn(person: Person, seconds: number): Promise<number> {
  const before = (await person.received()).framesDecoded;
  await pause(seconds * 1_000);
  return (await person.received()).framesDecoded - before;
}

/** Waits until two video sections of the newest peer connection have brought pictures: a camera and a screen. */
async function seesBoth({ page }: Person): Promise<void> {
  const areTwo = async () => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const reports = [...(await keptConnections.at(-1)!.getStats()).values()];
    return reports.filter((report) => report.type === "inbound-rtp" && report.framesDecoded > 0).length === 2;
  };
  await until("pictures in two sections", () => page.evaluate(areTwo));
}

/** The codec of the pictures that come, by the newest peer connection's statistics, once these say so. */
async function codecDecoded({ page }: Person): Promise<string> {
  const look = async () => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const reports = await keptConnections.at(-1)!.getStats();
    const video = [...reports.values()].find((report) => report.type === "inbound-rtp" && report.framesDecoded > 0);
    return reports.get(video?.codecId)?.mimeType as string | undefined;
  };
  return await until("the codec of the pictures", () => page.evaluate(look));
}
