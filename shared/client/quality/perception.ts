/**
 * What somebody sees and hears of the other side of a call: how long pictures stand still, how much of the voice is made up for want of
 * packets, and what a conversation is worth so. A pure function that goes from second to second. Each side perceives the other, and tells
 * it (`report.ts`): nobody else knows what arrives.
 */

import type { Perceived, Rating } from "../state.ts";
import { opinionScore } from "./opinion.ts";
import type { Sample } from "./samples.ts";

/** How much the last second counts in the mean of the last ones. */
const WEIGHT = 0.3;
/** What a voice takes beside network and jitter buffer, in ms: a frame of Opus, and what microphone and loudspeaker hold. */
const ENDS_MS = 50;

/** What the other side sends by its own word. */
export interface Sends {
  readonly voice: boolean;
  /** Pictures of the camera. */
  readonly pictures: boolean;
}

export interface Perception {
  /** The last seconds; the newest counts most. */
  readonly lately: Perceived;
  /** The whole call, as far as something was sent. */
  readonly overall: Perceived;
  /** How many seconds of pictures and of the voice that is. */
  readonly pictures: number;
  readonly voice: number;
  /** How long the voice lately took from mouth to ear, in ms. */
  readonly delayMs: number | null;
  /** Whether pictures have come since the other side sends any: before the first nothing stands still. */
  readonly hasPictures: boolean;
  /** How many seconds the picture that stands still has done so without another one. */
  readonly stands: number;
}

const UNKNOWN: Perceived = { frozen: null, concealed: null, score: null };

/** Before the first second. */
export const NOTHING_PERCEIVED: Perception = {
  lately: UNKNOWN,
  overall: UNKNOWN,
  pictures: 0,
  voice: 0,
  delayMs: null,
  hasPictures: false,
  stands: 0,
};

/** One more second. */
export function perceive(before: Perception, sample: Sample, sends: Sends): Perception {
  const { lately, overall } = before;
  const { rttMs, playout } = sample;
  const hasPictures = sends.pictures && (before.hasPictures || (playout.pictures ?? 0) > 0);
  const stands = hasPictures && playout.pictures === 0;
  // A browser counts a freeze when it ends: the seconds that had no picture have been counted.
  const thawed = Math.min(Math.max((playout.frozenS ?? 0) - before.stands, 0), 1);
  const frozen = !hasPictures ? null : stands ? 1 : thawed;
  // Where no packet comes the browser soon plays silence, which it does not call concealed.
  const concealed = !sends.voice ? null : playout.packets === 0 ? 1 : playout.concealed;
  const delayMs = mean(before.delayMs, (rttMs ?? 0) / 2 + (playout.bufferMs ?? 0) + ENDS_MS, WEIGHT);
  const missing = concealed === null ? null : mean(lately.concealed, concealed, WEIGHT);
  const score = missing === null ? null : opinionScore(delayMs, missing);
  const pictures = before.pictures + (frozen === null ? 0 : 1);
  const voice = before.voice + (concealed === null ? 0 : 1);
  return {
    // Where nothing is sent, what was before says nothing of what comes next.
    lately: { frozen: frozen === null ? null : mean(lately.frozen, frozen, WEIGHT), concealed: missing, score },
    overall: {
      frozen: mean(overall.frozen, frozen, 1 / pictures),
      concealed: mean(overall.concealed, concealed, 1 / voice),
      score: mean(overall.score, score, 1 / voice),
    },
    pictures,
    voice,
    delayMs,
    hasPictures,
    stands: stands ? before.stands + 1 : 0,
  };
}

/**
 * What that is worth; `null` where nothing is known. Of a conversation by R = 60, 70 and 80 of the E-model, where many, some and few are
 * dissatisfied (ITU-T G.107, annex B).
 */
export function ratingOf({ frozen, score }: Perceived): Rating | null {
  if (frozen === null && score === null) return null;
  return Math.min(grade(frozen ?? 0, [0.4, 0.15, 0.05]), grade(-(score ?? 5), [-3.1, -3.6, -4.03])) as Rating;
}

/** 1 from the first limit on, 2 from the second and 3 from the third; else 4. */
export function grade(value: number, limits: readonly number[]): number {
  const at = limits.findIndex((limit) => value >= limit);
  return at < 0 ? 4 : at + 1;
}

function mean(before: number | null, now: number, weight: number): number;
function mean(before: number | null, now: number | null, weight: number): number | null;
function mean(before: number | null, now: number | null, weight: number): number | null {
  return now === null ? before : before === null ? now : before + weight * (now - before);
}
