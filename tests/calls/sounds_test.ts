/**
 * What a call does to the device beside media: its sounds, each phase with its own, as a real Chromium plays them; and the screen, which
 * stays on.
 */

import assert from "node:assert/strict";
import { type Sound, soundOf } from "../../components/call/sounds/sounds.ts";
import type { CallInfo, CallPhase } from "../../shared/client/state.ts";
import type { Person } from "../support/chromium.ts";
import { connect, scene } from "../support/scene.ts";
import { gone, there, until } from "../support/until.ts";

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

/** A tone as a page played it: its pitch in Hz, by which speaker, and from when to when, in seconds, by the clock of what plays. */
interface Tone {
  hz: number;
  speaker: string;
  from: number;
  /** `null`: it goes on. */
  to: number | null;
  /** What plays it: the first, the second and so on that the page has opened. */
  player: number;
}

/** What a page plays by Web Audio. */
interface Ear {
  /** How loud it is now (root mean square), `null` where nothing plays. */
  level(): number | null;
  /** All tones so far. */
  tones: Tone[];
  /** The first player that the test has not heard of. */
  next: number;
}

/** Listens in on everything that a page is going to play by Web Audio, and notes its tones: they are short, and a test may look too late. */
async function listen({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const analysers: AnalyserNode[] = [];
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 });
        connect.call(this, analyser);
        analysers.push(analyser);
      }
      return connect.call(this, to);
    } as AudioNode["connect"];
    const playing = () => analysers.findLast(({ context }) => context.state === "running");
    const levelOf = (analyser: AnalyserNode, length: number) => {
      const samples = new Float32Array(length);
      analyser.getFloatTimeDomainData(samples);
      return Math.hypot(...samples) / Math.sqrt(samples.length);
    };
    const ear: Ear = {
      level: () => {
        const analyser = playing();
        return analyser ? levelOf(analyser, 2048) : null;
      },
      tones: [],
      next: 0,
    };
    Object.assign(globalThis, { ear });
    let of: AnalyserNode | undefined;
    setInterval(() => {
      const last = ear.tones.at(-1);
      if (last?.to === null && (of!.context.state !== "running" || levelOf(of!, 2048) < 0.001)) {
        last.to = of!.context.currentTime;
      }
      const analyser = playing();
      // All that the pitch is taken from is tone, or nearly.
      if (!analyser || analyser === of && last!.to === null || levelOf(analyser, analyser.fftSize) < 0.09) return;
      if (last) last.to ??= of!.context.currentTime;
      of = analyser;
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(spectrum);
      const loudest = spectrum.indexOf(Math.max(...spectrum));
      const { sampleRate, currentTime, sinkId } = analyser.context as AudioContext & { sinkId: string };
      ear.tones.push({
        hz: loudest * sampleRate / analyser.fftSize,
        speaker: sinkId,
        from: currentTime,
        to: null,
        player: analysers.indexOf(analyser),
      });
    }, 20);
  });
}

const levelBy = ({ page }: Person) => page.evaluate(() => (globalThis as unknown as { ear: Ear }).ear.level());

const tonesOf = ({ page }: Person) => page.evaluate(() => (globalThis as unknown as { ear: Ear }).ear.tones);

/** Waits for a tone by what has not played one yet: of 425 Hz, as telephones have it. */
async function tone({ page }: Person): Promise<Tone> {
  const heard = await until("a tone", () =>
    page.evaluate(() => {
      const { ear } = globalThis as unknown as { ear: Ear };
      const heard = ear.tones.find(({ player }) => player >= ear.next);
      if (heard) ear.next = heard.player + 1;
      return heard;
    }));
  assert.ok(Math.abs(heard.hz - 425) < 10, `${heard.hz} Hz`);
  return heard;
}

/** Waits until nothing plays any more: not a pause between two tones. */
async function silence(person: Person): Promise<void> {
  await until("silence", async () => await levelBy(person) === null, 3_000);
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
    assert.equal((await tone(ada)).speaker, speaker);
    const [first, again] = await until("a second tone", async () => {
      const tones = await tonesOf(ada);
      return tones.length > 1 && tones;
    });
    const lasted = first!.to! - first!.from;
    assert.ok(lasted > 0.5 && lasted < 2, `a tone of ${lasted} s`);
    const apart = again!.from - first!.from;
    assert.ok(apart > 4 && apart < 6.5, `the second tone after ${apart} s`);
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
  assert.equal(await levelBy(ada), null);
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
    await until("silence", async () => (await levelBy(ada) ?? 0) < 0.001, 3_000);
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
    await until("the bell", async () => (await levelBy(boris) ?? 0) > 0.01);
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
