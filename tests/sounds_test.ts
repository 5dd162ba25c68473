/**
 * What a call does to the device beside media: its sounds, each phase with its own, as a real Chromium plays them; and the screen, which
 * stays on.
 */

import assert from "node:assert/strict";
import { type Sound, soundOf } from "../components/call/sounds/sounds.ts";
import type { CallInfo, CallPhase } from "../shared/client/state.ts";
import type { Person } from "./support/chromium.ts";
import { connect, scene } from "./support/scene.ts";
import { gone, there, until } from "./support/until.ts";

const info = (role: CallInfo["role"]): CallInfo => ({ chatId: "c", callId: "1", role, media: "video", peer: null });
const call = info("caller");
const over = { phase: "ended", call, outcome: "hangup", byMe: false, durationMs: null } as const;

const sounds: [what: string, phase: CallPhase, sound: Sound | null][] = [
  ["nothing happens", { phase: "idle" }, null],
  ["the camera opens", { phase: "preparing", chatId: "c", media: "video" }, null],
  ["nobody is said to hear it ring", { phase: "calling", call }, null],
  ["it rings there", { phase: "ringing", call, expiresAt: 0 }, "ringback"],
  ["it rings here", { phase: "incoming", call: info("callee"), expiresAt: 0 }, "bell"],
  ["answered", { phase: "connecting", call }, null],
  ["connected", { phase: "connected", call, since: 0 }, null],
  ["interrupted", { phase: "reconnecting", call, since: 0 }, null],
  ["the other side hung up", { ...over, durationMs: 1 }, "ended"],
  ["the other side hung up, as the caller", { ...over, call: info("callee"), durationMs: 1 }, "ended"],
  ["declined", { ...over, outcome: "declined" }, "ended"],
  ["hung up", { ...over, byMe: true, durationMs: 1 }, null],
  ["cancelled", { ...over, byMe: true, outcome: "cancelled" }, null],
  ["it has stopped to ring here", { ...over, call: info("callee"), outcome: "cancelled" }, null],
];

for (const [what, phase, sound] of sounds) {
  Deno.test(`sounds: ${what}: ${sound ?? "silence"}`, () => assert.equal(soundOf(phase), sound));
}

/** What a page plays by Web Audio now: the loudest pitch in Hz, at which loudness (root mean square), by which speaker. */
interface Heard {
  hz: number;
  level: number;
  speaker: string;
}

/** Listens in on everything that a page is going to play by Web Audio. */
async function listen({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const heard: AnalyserNode[] = [];
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(this.context, { fftSize: 8192 });
        connect.call(this, analyser);
        heard.push(analyser);
      }
      return connect.call(this, to);
    } as AudioNode["connect"];
    Object.assign(globalThis, {
      hearing: (): Heard | null => {
        const analyser = heard.findLast(({ context }) => context.state === "running");
        if (!analyser) return null;
        const samples = new Float32Array(2048);
        analyser.getFloatTimeDomainData(samples);
        const spectrum = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(spectrum);
        const loudest = spectrum.indexOf(Math.max(...spectrum));
        return {
          hz: loudest * analyser.context.sampleRate / analyser.fftSize,
          level: Math.hypot(...samples) / Math.sqrt(samples.length),
          speaker: (analyser.context as AudioContext & { sinkId: string }).sinkId,
        };
      },
    });
  });
}

const heardBy = ({ page }: Person) =>
  page.evaluate(() => (globalThis as unknown as { hearing(): Heard | null }).hearing());

/** Waits for a tone of 425 Hz, as telephones have it. */
async function tone(person: Person): Promise<Heard> {
  const { level, ...rest } = await until("a tone", async () => {
    const heard = await heardBy(person);
    return heard !== null && heard.level > 0.05 && heard;
  });
  assert.ok(Math.abs(rest.hz - 425) < 10, `${rest.hz} Hz`);
  return { level, ...rest };
}

/** Waits until nothing plays any more: not a pause between two tones. */
async function silence(person: Person): Promise<void> {
  await until("silence", async () => await heardBy(person) === null, 3_000);
}

/** Speakers of a page that start when they are let. */
interface Slow {
  asked: number;
  start(): void;
}

/** Has a page use another speaker than the system's choice, and gives its id. */
async function chooseSpeaker(person: Person): Promise<string> {
  const speaker = await person.page.evaluate(async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const speaker = devices.findLast(({ kind }) => kind === "audiooutput")!.deviceId;
    localStorage.setItem("zvonok.kept.speaker", speaker);
    return speaker;
  });
  await person.page.reload();
  await person.online();
  return speaker;
}

scene(
  "the caller hears it ring, by the speaker that is chosen, a second in five, and no more once it is answered",
  async (stage) => {
    const { ada, boris } = stage;
    const speaker = await chooseSpeaker(ada);
    await listen(ada);
    await ada.click("Video call");
    await ada.hears("Ringing…");
    const first = performance.now();
    assert.equal((await tone(ada)).speaker, speaker);
    await until("the pause", async () => (await heardBy(ada))!.level < 0.001);
    const paused = performance.now() - first;
    await tone(ada);
    const again = performance.now() - first;
    assert.ok(paused > 500 && paused < 2_000, `a tone of ${paused} ms`);
    assert.ok(again > 4_000 && again < 6_500, `the second tone after ${again} ms`);
    await boris.click("Accept");
    await ada.hears("Connected");
    await silence(ada);
    await ada.receives("audioEnergy");
    await silence(ada);
  },
);

scene("a speaker that takes a while to start: no tone begins on another one, or after its call", async (stage) => {
  const { ada, boris } = stage;
  const speaker = await chooseSpeaker(ada);
  await listen(ada);
  await ada.page.evaluate(() => {
    const slow: Slow = { asked: 0, start: () => {} };
    Object.assign(globalThis, { slow });
    const sounding = AudioContext.prototype as AudioContext & { setSinkId(id: string): Promise<void> };
    const { setSinkId } = sounding;
    sounding.setSinkId = async function (id) {
      slow.asked++;
      await new Promise<void>((resolve) => slow.start = resolve);
      await setSinkId.call(this, id);
    };
  });
  const asked = () => ada.page.evaluate(() => (globalThis as unknown as { slow: Slow }).slow.asked);
  const start = () => ada.page.evaluate(() => (globalThis as unknown as { slow: Slow }).slow.start());
  await ada.click("Audio call");
  await until("the speaker is asked for", async () => await asked() === 1);
  assert.equal(await heardBy(ada), null);
  await start();
  assert.equal((await tone(ada)).speaker, speaker);
  await ada.click("Cancel");
  await gone(boris.page, '[role="alertdialog"]');
  await ada.click("Audio call");
  await until("it is asked for again", async () => await asked() === 2);
  await ada.click("Cancel");
  await gone(boris.page, '[role="alertdialog"]');
  await start();
  await silence(ada);
});

scene(
  "the ringback tone stops with a cancel; an end by the other side is heard, for a second",
  async ({ ada, boris }) => {
    await listen(ada);
    await ada.click("Audio call");
    await tone(ada);
    await ada.click("Cancel");
    await silence(ada);
    await gone(boris.page, '[role="alertdialog"]');
    await ada.click("Audio call");
    await tone(ada);
    await boris.click("Decline");
    await ada.hears("Call ended");
    await tone(ada);
    await until("silence", async () => ((await heardBy(ada))?.level ?? 0) < 0.001, 3_000);
  },
);

/**
 * Has a page allow sound as Safari does: what plays begins suspended, and starts while a gesture is being handled, at no other time.
 * Keeps what was opened.
 */
async function allowInGestures({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const opened: AudioContext[] = [];
    class Suspended extends AudioContext {
      constructor() {
        super();
        super.suspend();
        opened.push(this);
      }
      override resume() {
        // deno-lint-ignore no-window
        const gesture = window.event;
        const isAllowed = gesture?.isTrusted && /^(pointer(down|up)|keydown)$/.test(gesture.type);
        return isAllowed ? super.resume() : Promise.reject(new DOMException("No gesture", "NotAllowedError"));
      }
    }
    globalThis.AudioContext = Suspended;
    Object.assign(globalThis, { audible: () => opened.map(({ state }) => state) });
  });
}

async function audiosAre({ page }: Person, expected: AudioContextState[]): Promise<void> {
  await until(`audio: ${expected.join()}`, async () => {
    const states = await page.evaluate(() => (globalThis as unknown as { audible(): AudioContextState[] }).audible());
    return states.join() === expected.join();
  });
}

scene(
  "a browser that sounds by a touch only: the ringback tone and the bell start with one, an end unheard is let go",
  async ({ ada, boris }) => {
    for (const person of [ada, boris]) {
      await allowInGestures(person);
      await listen(person);
    }
    await ada.click("Audio call");
    await ada.hears("Ringing…");
    await audiosAre(ada, ["suspended"]);
    await ada.page.keyboard.press("Shift");
    await tone(ada);
    await boris.sees("button", "Decline");
    await audiosAre(boris, ["suspended"]);
    await boris.page.keyboard.press("Shift");
    await until("the bell", async () => ((await heardBy(boris))?.level ?? 0) > 0.01);
    await boris.click("Decline");
    await ada.hears("Call ended");
    await audiosAre(ada, ["closed", "suspended"]);
    await audiosAre(ada, ["closed", "closed"]);
    await audiosAre(boris, ["closed"]);
  },
);

/** Keeps the page's wake locks. */
async function keepLocks({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const locks: WakeLockSentinel[] = [];
    Object.assign(globalThis, { wakeLocks: () => locks.map(({ released }) => released ? "released" : "held") });
    const request = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (type) {
      const lock = await request.call(this, type);
      locks.push(lock);
      return lock;
    };
  });
}

async function locksAre({ page }: Person, expected: string[]): Promise<void> {
  await until(`locks: ${expected.join()}`, async () => {
    const locks = await page.evaluate(() => (globalThis as unknown as { wakeLocks(): string[] }).wakeLocks());
    return locks.join() === expected.join();
  });
}

/** Hides the window of a page, or shows it: as far as the browser knows, for real. */
async function show({ page }: Person, isShown: boolean): Promise<void> {
  const session = await page.createCDPSession();
  const { windowId } = await session.send("Browser.getWindowForTarget");
  await session.send("Browser.setWindowBounds", {
    windowId,
    bounds: { windowState: isShown ? "normal" : "minimized" },
  });
  await session.detach();
  await until("it is so", () => page.evaluate((is) => document.visibilityState === is, isShown ? "visible" : "hidden"));
}

scene(
  "the screen stays on from the first click to the end, and is kept on again once the page is seen again",
  async (stage) => {
    const { ada, boris } = stage;
    for (const person of [ada, boris]) await keepLocks(person);
    await ada.click("Audio call");
    await locksAre(ada, ["held"]);
    await there(boris.page, '[role="alertdialog"]');
    await locksAre(boris, []);
    await boris.click("Accept");
    await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
    await locksAre(boris, ["held"]);
    await show(ada, false);
    await locksAre(ada, ["released"]);
    await show(ada, true);
    await locksAre(ada, ["released", "held"]);
    await ada.click("Hang up");
    await boris.hears("Call ended");
    await locksAre(ada, ["released", "released"]);
    await locksAre(boris, ["released"]);
  },
);

scene(
  "no Web Audio and no wake lock to be had, or refused: it rings and connects without a word of that",
  async (stage) => {
    await stage.ada.page.evaluate(() => {
      Object.defineProperty(navigator, "wakeLock", { value: undefined });
      Reflect.deleteProperty(globalThis, "AudioContext");
    });
    await stage.boris.page.evaluate(() => {
      WakeLock.prototype.request = () => Promise.reject(new DOMException("Low battery", "NotAllowedError"));
      const refuse = () => {
        throw new DOMException("Too many of them", "NotSupportedError");
      };
      globalThis.AudioContext = new Proxy(AudioContext, { construct: refuse });
    });
    await connect(stage, "Audio call");
    await stage.ada.receives("audioEnergy");
    await stage.boris.click("Hang up");
    await stage.ada.hears("Call ended");
  },
);

scene("Web Audio in part only, without tones: it rings and connects without a word of that", async (stage) => {
  for (const { page } of [stage.ada, stage.boris]) {
    await page.evaluate(() => {
      const refuse = () => {
        throw new DOMException("Not here", "NotSupportedError");
      };
      globalThis.AudioBuffer = new Proxy(AudioBuffer, { construct: refuse });
      globalThis.OscillatorNode = new Proxy(OscillatorNode, { construct: refuse });
    });
  }
  await connect(stage, "Audio call");
  await stage.boris.click("Hang up");
  await stage.ada.hears("Call ended");
});
