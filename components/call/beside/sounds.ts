/** The sounds of a call beside the voices, synthesised with Web Audio: the bell, the ringback tone, and those of its beginning and its end. */

import type { CallPhase, Extra } from "../../../shared/client/state.ts";

/**
 * `bell`: it rings here. `ringback`: it rings at the other side. `connected`: the two have each other. `ended`: a call is over that this
 * user did not end.
 */
export type Sound = "bell" | "ringback" | "connected" | "ended";

const BELL_EVERY_MS = 3000;

/** A small bell: the partials of a strike, each as a ratio to the lowest, its loudness, and its length in seconds. */
const bell = [[1, 0.5, 1.6], [2, 0.3, 1.1], [3, 0.12, 0.7], [4.2, 0.08, 0.4]] as const;
/** Two strikes, a fourth apart: pitch in Hz, and seconds after the start. */
const strikes = [[659.3, 0], [880, 0.28]] as const;

/**
 * Tones as telephones have them in most of Europe and in Russia (ITU-T E.180): Hz, loudness, seconds on and off, and how often. The
 * ringback tone goes on until it is stopped; the end is a short busy tone. That the two are connected is told by two short notes, soft and
 * over before anybody speaks: the microphone is open.
 */
const cadences = {
  ringback: { hz: 425, loudness: 0.15, on: 1, off: 4, times: Infinity },
  connected: { hz: 850, loudness: 0.06, on: 0.07, off: 0.06, times: 2 },
  ended: { hz: 425, loudness: 0.15, on: 0.2, off: 0.2, times: 3 },
} as const;
type Tone = keyof typeof cadences;
/** A tone that began at once would click: it swells, and fades, for so many seconds. */
const EDGE_S = 0.01;
/** Samples a second: a plenty for such a tone. */
const TONE_RATE = 8000;
/** So much later than it should, in seconds, an end is still worth hearing. */
const LATE_S = 1;

/** Events that give a page user activation, without which it may play no sound (HTML, activation triggering input events). */
const GESTURES = ["pointerdown", "pointerup", "keydown"] as const;

/**
 * What is to be heard in a phase. Nothing goes on from the answer to the end: the microphone is open, and the other side would hear it
 * too. A connection that is back is not a new one. A ring that stops says by that alone that the call is over. `off`: what the user has
 * turned off; that it rings is heard in any case.
 */
export function soundOf(call: CallPhase, off: readonly Extra[] = []): Sound | null {
  switch (call.phase) {
    case "incoming":
      return "bell";
    case "ringing":
      return "ringback";
    case "connected":
    case "reconnecting":
      return call.since !== null && !off.includes("sound") ? "connected" : null;
    case "ended":
      if (off.includes("sound")) return null;
      return !call.byMe && (call.call.role === "caller" || call.durationMs !== null) ? "ended" : null;
    default:
      return null;
  }
}

/** Plays the tone of a call, on a speaker (`null`: the system's choice), until the returned function is called. */
export function startTone(sound: Tone, speaker: string | null): () => void {
  const over = new AbortController();
  const { on, off, times } = cadences[sound];
  // A call needs no tones, where the browser has no Web Audio or allows no further context.
  playTone(sound, speaker, over.signal).catch(() => {});
  const close = () => over.abort();
  // A suspended context never reaches the end of the tone.
  if (times < Infinity) setTimeout(close, (times * (on + off) + LATE_S) * 1000);
  return close;
}

async function playTone(sound: Tone, speaker: string | null, over: AbortSignal): Promise<void> {
  const { on, off, times } = cadences[sound];
  const audio = openAudio(over);
  // Until it has changed to the speaker, the browser plays by the system's choice. That stays in use where the speaker is gone.
  if (speaker !== null) await audio.setSinkId?.(speaker).catch(() => {});
  if (over.aborted) return;
  const tone = new AudioBufferSourceNode(audio, { buffer: toneOf(cadences[sound]), loop: true });
  tone.connect(audio.destination);
  tone.start();
  if (times < Infinity) tone.stop(audio.currentTime + times * (on + off));
}

/** A tone and the pause behind it, in seconds. */
function toneOf({ hz, loudness, on, off }: typeof cadences[Tone]): AudioBuffer {
  const buffer = new AudioBuffer({ length: (on + off) * TONE_RATE, sampleRate: TONE_RATE });
  const samples = buffer.getChannelData(0);
  for (let at = 0; at < on * TONE_RATE; at++) {
    const time = at / TONE_RATE;
    const level = Math.min(1, time / EDGE_S, (on - time) / EDGE_S) * loudness;
    samples[at] = level * Math.sin(2 * Math.PI * hz * time);
  }
  return buffer;
}

/**
 * Draws attention to a call that rings here, by sound and vibration, until the returned function is called. It rings by the system's
 * speaker, not the chosen one: a headset for calls lies on the table between them. Of all this browser's pages that ring and may be heard
 * one does it (Web Locks); another one goes on where that is closed.
 */
export function startBell(): () => void {
  const over = new AbortController();
  const audio = attempt(() => openAudio(over.signal));
  const vibrate = (pattern: number[]) => navigator.userActivation?.hasBeenActive && navigator.vibrate?.(pattern);
  let isMine = navigator.locks === undefined;
  const ring = () => {
    // A page nobody has touched yet may neither sound nor vibrate; it keeps trying, since a touch may come.
    audio?.resume().catch(() => {});
    if (audio?.state !== "running") return;
    if (!isMine) return void navigator.locks.request("zvonok.bell", { ifAvailable: true }, begin).catch(() => {});
    attempt(() => strikeBell(audio));
    vibrate([300, 150, 300]);
  };
  /** With the lock, until it is over. */
  const begin = (lock: Lock | null) => {
    if (lock === null || over.signal.aborted) return;
    isMine = true;
    ring();
    return new Promise((resolve) => over.signal.addEventListener("abort", resolve));
  };
  ring();
  const rings = setInterval(ring, BELL_EVERY_MS);
  return () => {
    clearInterval(rings);
    vibrate([]);
    over.abort();
  };
}

/** What `action` does with Web Audio; `null` where the browser has none, or allows no further context: a call needs no tones. */
function attempt<Result>(action: () => Result): Result | null {
  try {
    return action();
  } catch {
    return null;
  }
}

/**
 * Opens Web Audio until it is over. Made outside of a gesture it may be suspended (in Safari it always is), so each touch and each key
 * starts it.
 */
function openAudio(over: AbortSignal): AudioContext & { setSinkId?(id: string): Promise<void> } {
  const audio = new AudioContext();
  const resume = () => audio.resume().catch(() => {});
  for (const gesture of GESTURES) addEventListener(gesture, resume, { capture: true, signal: over });
  over.addEventListener("abort", () => audio.close().catch(() => {}));
  resume();
  return audio;
}

function strikeBell(audio: AudioContext) {
  for (const [pitch, delay] of strikes) {
    for (const [ratio, loudness, seconds] of bell) {
      const start = audio.currentTime + delay;
      const tone = new OscillatorNode(audio, { frequency: pitch * ratio });
      const level = new GainNode(audio, { gain: 0 });
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(loudness * 0.4, start + 0.01);
      level.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
      tone.connect(level).connect(audio.destination);
      tone.start(start);
      tone.stop(start + seconds);
    }
  }
}
