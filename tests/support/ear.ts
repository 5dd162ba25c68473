/** What a page plays by Web Audio, as its person hears it. */

import assert from "node:assert/strict";
import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** A tone as a page played it: its pitch in Hz, by which speaker, and from when to when, in seconds, by the clock of what plays. */
interface Tone {
  hz: number;
  speaker: string;
  from: number;
  /** `null`: it goes on. */
  to: number | null;
  /** The player of the tone: the first, the second and so on that the page has opened. */
  player: number;
}

/** What a page plays by Web Audio. */
interface Ear {
  /** How loud it is now (root mean square), `null` where nothing plays. */
  level(): number | null;
  /** All tones so far. */
  tones: Tone[];
  /** The players that were heard at all so far. */
  heard: number[];
  /** The first player that the test has not heard of. */
  next: number;
}

/** Listens in on everything that a page is going to play by Web Audio, and notes its tones: they are short, and a test may look too late. */
export async function listen({ page }: Person): Promise<void> {
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
      heard: [],
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
      const player = analyser ? analysers.indexOf(analyser) : -1;
      if (analyser && !ear.heard.includes(player) && levelOf(analyser, 2048) > 0.01) ear.heard.push(player);
      // The samples that the pitch is taken from are all of the tone, or nearly.
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
        player,
      });
    }, 20);
  });
}

export const levelBy = ({ page }: Person) => page.evaluate(() => (globalThis as unknown as { ear: Ear }).ear.level());
export const tonesOf = ({ page }: Person) => page.evaluate(() => (globalThis as unknown as { ear: Ear }).ear.tones);

/** How many players were heard so far. */
export const heardBy = ({ page }: Person) =>
  page.evaluate(() => (globalThis as unknown as { ear: Ear }).ear.heard.length);

/** Waits for a tone by what has not played one yet: of 425 Hz, as telephones have it. */
export async function tone({ page }: Person): Promise<Tone> {
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
export async function silence(person: Person): Promise<void> {
  await until("silence", async () => await levelBy(person) === null, 3_000);
}
