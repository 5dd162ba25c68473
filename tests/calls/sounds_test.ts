/** What a call sounds like: the tone for each state, and the tones as they are played in a real Chromium. */

import assert from "node:assert/strict";
import { type Sound, soundOf } from "../../components/call/beside/sounds.ts";
import type { CallInfo, CallPhase } from "../../shared/client/state.ts";
import type { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { gone, until } from "../support/until.ts";
import { heardBy, levelBy, listen, silence, tone, tonesOf } from "../support/ear.ts";

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
  ["connected", { phase: "connected", call, since: 0 }, "connected"],
  [
    "interrupted, so not connected for the first time afterwards",
    { phase: "reconnecting", call, since: 0 },
    "connected",
  ],
  ["a page that was reloaded comes back to it", { phase: "reconnecting", call, since: null }, null],
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

Deno.test("sounds: who turned off those of beginning and end hears it ring all the same", () => {
  const heard = sounds.map(([, phase]) => soundOf(phase, ["sound"])).filter((sound) => sound !== null);
  assert.deepEqual(heard, ["ringback", "bell"]);
});

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

scene("that the two are connected is heard by both, once, and not at all where that is turned off", async (stage) => {
  const { ada, boris } = stage;
  await boris.page.evaluate(() => localStorage.setItem("zvonok.kept.off", "sound"));
  await boris.page.reload();
  await boris.online();
  for (const person of [ada, boris]) await listen(person);
  await ada.click("Audio call");
  await tone(ada);
  await boris.sees("button", "Accept");
  await until("the bell", async () => await heardBy(boris) === 1);
  await boris.click("Accept");
  await ada.hears("Connected");
  await until("two short notes", async () => await heardBy(ada) === 2);
  await silence(ada);
  await ada.receives("audioEnergy");
  await ada.click("Hang up");
  await boris.hears("Call ended");
  await boris.reads("Call again");
  assert.deepEqual([await heardBy(ada), await heardBy(boris)], [2, 1]);
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
