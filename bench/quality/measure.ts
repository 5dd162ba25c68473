/** One measurement: a call that becomes good, a network that is bad for some seconds, and a good one again until the picture is back. */

import { quantile } from "../figures.ts";
import { opinionScore } from "../../shared/client/quality/opinion.ts";
import { NOTHING_PERCEIVED, perceive } from "../../shared/client/quality/perception.ts";
import { lookAt, type Sample, sampleOf } from "../../shared/client/quality/samples.ts";
import { until } from "../../tests/support/until.ts";
import type { Capture } from "./capture.ts";
import type { Contender } from "./contenders.ts";
import { STRIP_SHARE } from "./frame_number.ts";
import { backAfter, LASTS_MS, type Motion, motionOf, type Shown, type Span } from "./motion.ts";
import type { NetworkCase } from "./networks.ts";
import { COMPARED, ssim } from "./picture.ts";
import { lastShown, type Notes, notesOf, type Statistics } from "./probe.ts";
import type { Road } from "./road.ts";
import { voiceDelays } from "./voice.ts";

/** What came of it, for the side that looks and listens. `null`: could not be measured. */
export interface Figures extends Motion {
  /** The lines of the picture just before the network was bad. */
  readonly before: number;
  /** The same frames a second and share of time in the last half of the bad network, when what can adapt has adapted. */
  readonly lateFps: number;
  readonly lateFrozen: number;
  /** The mean similarity to the source of pictures that were shown, one a second. */
  readonly ssim: number | null;
  readonly voiceMs: number | null;
  /** Share of the voice that was concealed, silence left out. */
  readonly concealed: number | null;
  readonly opinion: number | null;
  /** What the product's own measure makes of it, which people are told (`perception.ts`): the score, and the share of time frozen. */
  readonly toldOpinion: number | null;
  readonly toldFrozen: number | null;
  /** Of media, as the side that is looked at sent it; in kbit/s. */
  readonly kbps: number | null;
  /** From when the network is good until pictures move again, and until they are as large as before, in seconds. */
  readonly movesAfterS: number | null;
  readonly fullAfterS: number | null;
  /** Share of both cores that was idle while the network was bad: little, and the processor is measured. */
  readonly idle: number | null;
}

export interface Measurement {
  readonly figures: Figures;
  /** Every frame that was handed to the screen. */
  readonly shown: readonly Shown[];
  /** What the sender's statistics said, second by second, from the moment that the network was bad; as the ladder takes them. */
  readonly samples: readonly Sample[];
}

/** How long a call has to become good, then stays so, and has to become good again; in ms. */
const WARM_UP_MS = 20_000;
const SETTLED_MS = 2_000;
export const BACK_WITHIN_MS = 15_000 + LASTS_MS;
const MOVING_FPS = 20;
/** Frames to look at while waiting for it. */
const RECENT = 300;
const FULL_LINES = 720;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function measure(
  contender: Contender,
  network: NetworkCase,
  road: Road,
  capture: Capture,
): Promise<Measurement> {
  const [sender, receiver] = contender.pages;
  await contender.call();
  await until("a picture", async () => await lastShown(receiver) !== undefined);
  const isFull = async () => (await lastShown(receiver))!.lines >= FULL_LINES;
  // Who has not come so far by then begins with what there is.
  await until("pictures at full size", isFull, WARM_UP_MS).catch(() => {});
  await pause(SETTLED_MS);
  const before = (await lastShown(receiver))!.lines;

  const [from, idleBefore] = [Date.now(), await cpuTimes()];
  for (const { conditions, seconds } of network.phases) {
    await road.change(conditions, network.ways);
    await pause(seconds * 1_000);
  }
  const [to, idleAfter] = [Date.now(), await cpuTimes()];
  await road.clear();
  await isBack(contender, to, before);
  const [sent, received] = [await notesOf(sender), await notesOf(receiver)];
  await contender.end();

  return {
    figures: {
      before,
      ...await judged(sent, received, { from, to }, capture),
      movesAfterS: seconds(backAfter(received.shown, { fps: MOVING_FPS, lines: 0 }, to, Date.now())),
      fullAfterS: seconds(backAfter(received.shown, { fps: MOVING_FPS, lines: before }, to, Date.now())),
      idle: idleBefore && idleAfter && (idleAfter.idle - idleBefore.idle) / (idleAfter.all - idleBefore.all),
    },
    shown: received.shown,
    samples: samplesOf(sent.statistics.filter(({ at }) => at >= from)),
  };
}

/** Waits until the picture is back, or has had its time. */
async function isBack({ pages }: Contender, since: number, lines: number): Promise<void> {
  while (Date.now() < since + BACK_WITHIN_MS) {
    await pause(500);
    const shown = await pages[1].evaluate((count) => {
      return (globalThis as unknown as { notes: Notes }).notes.shown.slice(-count);
    }, RECENT);
    if (backAfter(shown, { fps: MOVING_FPS, lines }, since, Date.now()) !== null) return;
  }
}

async function judged(sent: Notes, received: Notes, span: Span, capture: Capture) {
  const similar: number[] = [];
  const { width, height } = COMPARED;
  for (const { at, number, luma } of received.taken) {
    if (at < span.from || at >= span.to) continue;
    const picture = Uint8Array.from(atob(luma), (char) => char.charCodeAt(0));
    const wanted = await capture.picture(number);
    similar.push(ssim(picture, wanted, width, height, Math.ceil(height * STRIP_SHARE / 4) * 4));
  }
  const motion = motionOf(received.shown, sent.captured, span);
  const late = motionOf(received.shown, sent.captured, { from: (span.from + span.to) / 2, to: span.to });
  const delays = voiceDelays(sent.said, received.heard, span.from, span.to);
  const voiceMs = delays.length > 0 ? quantile(delays, 0.5) : null;
  const [heardBefore, heardAfter] = edges(received.statistics, span).map((look) =>
    stream(look, "inbound-rtp", "audio")
  );
  const grown = (member: string) => Number(heardAfter?.[member] ?? 0) - Number(heardBefore?.[member] ?? 0);
  const heard = grown("totalSamplesReceived");
  const concealed = heard > 0 ? Math.max(grown("concealedSamples") - grown("silentConcealedSamples"), 0) / heard : null;
  const within = received.statistics.filter(({ at }) => at >= span.from && at < span.to);
  const sends = { voice: true, pictures: true };
  const { overall } = samplesOf(within).reduce((all, one) => perceive(all, one, sends), NOTHING_PERCEIVED);
  return {
    ...motion,
    toldOpinion: overall.score,
    toldFrozen: overall.frozen,
    lateFps: late.fps,
    lateFrozen: late.frozen,
    ssim: similar.length > 0 ? similar.reduce((all, one) => all + one, 0) / similar.length : null,
    voiceMs,
    concealed,
    opinion: voiceMs === null || concealed === null ? null : opinionScore(voiceMs, concealed),
    kbps: rateSent(edges(sent.statistics, span)),
  };
}

/** The first and the last look within a span. */
function edges(
  statistics: readonly Statistics[],
  { from, to }: Span,
): [Statistics | undefined, Statistics | undefined] {
  const within = statistics.filter(({ at }) => at >= from - 500 && at <= to + 500);
  return [within[0], within.at(-1)];
}

function stream(look: Statistics | undefined, type: string, kind: string): Record<string, unknown> | undefined {
  return look?.entries.find(([, one]) => one.type === type && one.kind === kind)?.[1];
}

function rateSent([before, after]: [Statistics | undefined, Statistics | undefined]): number | null {
  if (before === undefined || after === undefined || after.at <= before.at) return null;
  const bytes = (look: Statistics) =>
    look.entries.reduce((all, [, one]) => all + (one.type === "transport" ? Number(one.bytesSent) : 0), 0);
  return (bytes(after) - bytes(before)) * 8 / (after.at - before.at);
}

function samplesOf(statistics: readonly Statistics[]): Sample[] {
  const looks = statistics.map(({ at, entries }) => lookAt(new Map(entries) as unknown as RTCStatsReport, at));
  return looks.slice(1).map((look, before) => sampleOf(looks[before]!, look));
}

const seconds = (ms: number | null) => ms === null ? null : ms / 1_000;

/** Of all cores since the machine started; `null` where there is no `/proc`. */
async function cpuTimes(): Promise<{ idle: number; all: number } | null> {
  const text = await Deno.readTextFile("/proc/stat").catch(() => null);
  if (text === null) return null;
  const times = text.split("\n")[0]!.split(/\s+/).slice(1, 9).map(Number);
  return { idle: times[3]! + times[4]!, all: times.reduce((all, one) => all + one, 0) };
}
