/**
 * How much video a call sends: a ladder of steps, and a pure function that goes up and down on it by what the last second was like.
 * Congestion control inside the browser finds the bitrate; the ladder says what picture is worth sending for it, so that it stays
 * smooth, that the voice always has room, and that both sides can be told.
 */

import type { Step } from "../../protocol/server_messages.ts";
import type { Sample } from "./samples.ts";

/** From the best to the least. */
export const STEPS = ["high", "medium", "low", "paused", "audio"] as const satisfies readonly Step[];

/** What a step needs of the network to be worth it, and the most it takes, for the camera, in kbit/s. */
export const BITRATES: Readonly<Record<Step, { needs: number; takes: number }>> = {
  high: { needs: 500, takes: 2_500 },
  medium: { needs: 200, takes: 800 },
  low: { needs: 80, takes: 250 },
  paused: { needs: 30, takes: 0 },
  audio: { needs: 0, takes: 0 },
};

/** Loss that a picture can stand, and beyond which it is worth none at all; shares from 0 to 1. */
const LOSS = { calm: 0.03, bad: 0.1, terrible: 0.35 };
/** Above this a conversation is hard, and the queue on the way is long, in ms. */
const RTT = { calm: 500, bad: 1_000 };
/**
 * Encoding is too slow if a picture takes longer than this, in ms, and less than this share of them is encoded: at 30 a second it may take
 * nearly all of the time between two, as it does on an ordinary computer at 720 lines, as long as none are left out.
 */
const ENCODING = { ms: 30, share: 0.9 };
const CAMERA_FPS = 30;
/**
 * Bad seconds in a row before a step down, and before a picture is given up for its loss; calm ones before a step up, at first and after
 * it failed again and again.
 */
const PATIENCE = { down: 2, pause: 4, first: 2, up: 5, longest: 60 };
/** More than so many times what the network takes is sent: it has just become narrow. */
const COLLAPSE = 2;
/** A step up that lasted this many seconds has not failed. */
const PROVEN = 15;
/** How much the last second counts in the mean of the loss. */
const WEIGHT = 0.5;

/** Where a call is on the ladder. */
export interface Ladder {
  readonly step: Step;
  /** Mean loss, from 0 to 1. */
  readonly loss: number;
  /** Seconds in a row, of each kind. */
  readonly bad: number;
  readonly calm: number;
  /** Seconds since the last step up; `null`: the last step was down, or there was none. */
  readonly sinceUp: number | null;
  /** Calm seconds that the next step up waits for. */
  readonly patience: number;
}

/** The beginning: half the size, since the first picture comes sooner, and soon up from there. */
export const START: Ladder = { step: "medium", loss: 0, bad: 0, calm: 0, sinceUp: null, patience: PATIENCE.first };

/** Where the call stands after one more second. `ceiling`: no higher than this (data saver). */
export function advance(ladder: Ladder, sample: Sample, ceiling: Step = "high"): Ladder {
  const loss = sample.lossSent === null ? ladder.loss : ladder.loss + WEIGHT * (sample.lossSent - ladder.loss);
  const at = STEPS.indexOf(ladder.step);
  const top = STEPS.indexOf(ceiling);
  const next = { ...ladder, loss, sinceUp: ladder.sinceUp === null ? null : ladder.sinceUp + 1 };
  const down = lower(at, loss, sample);
  if (at < top) return { ...next, step: ceiling, bad: 0, calm: 0, sinceUp: null };
  if (down > at) {
    if (ladder.bad + 1 < patienceFor(ladder.step, loss, sample)) return { ...next, bad: ladder.bad + 1, calm: 0 };
    const failed = next.sinceUp !== null && next.sinceUp <= PROVEN;
    const patience = failed ? Math.min(ladder.patience * 2, PATIENCE.longest) : Math.max(ladder.patience, PATIENCE.up);
    return { step: STEPS[down]!, loss, bad: 0, calm: 0, sinceUp: null, patience };
  }
  const proven = next.sinceUp !== null && next.sinceUp > PROVEN;
  const patience = proven ? PATIENCE.up : ladder.patience;
  if (!isCalm(ladder.step, loss, sample)) return { ...next, bad: 0, calm: 0, patience };
  const calm = ladder.calm + 1;
  if (at === top || calm < patience) return { ...next, bad: 0, calm, patience };
  return { step: STEPS[at - 1]!, loss, bad: 0, calm: 0, sinceUp: 0, patience };
}

/** The step that this second speaks for, as an index: the present one or lower. */
function lower(
  at: number,
  loss: number,
  { availableKbps, rttMs, encodeMs, cameraFps, sending, limitedBy }: Sample,
): number {
  let wanted = at;
  // While nothing is sent the browser knows nothing of the network: what it says is about the voice.
  if (availableKbps !== null) { while (wanted < 4 && availableKbps < BITRATES[STEPS[wanted]!].needs) wanted++; }
  const isWorn = loss >= LOSS.bad || (rttMs ?? 0) >= RTT.bad;
  // Of loss alone the browser takes care itself, as far as a picture half as high allows.
  if (isWorn && at < 1) wanted = Math.max(wanted, at + 1);
  if (loss >= LOSS.terrible) wanted = Math.max(wanted, at < 2 ? 2 : Math.min(at + 1, 4));
  const areLeftOut = (sending.fps ?? 0) < ENCODING.share * Math.min(cameraFps ?? CAMERA_FPS, CAMERA_FPS);
  const isBusy = limitedBy === "cpu" || ((encodeMs ?? 0) > ENCODING.ms && areLeftOut);
  if (isBusy && at < 2) wanted = Math.max(wanted, at + 1);
  return wanted;
}

/**
 * Bad seconds until a step down. A network that became narrow is full of what was sent before, and of what is sent again of it: only a small
 * whole picture, at once, ends that. In the loss that comes of it a small picture is not given up so soon.
 */
function patienceFor(step: Step, loss: number, { availableKbps, sending }: Sample): number {
  const { needs } = BITRATES[step];
  if (availableKbps !== null && availableKbps < needs) {
    return sending.kbps > availableKbps * COLLAPSE ? 1 : PATIENCE.down;
  }
  return loss >= LOSS.terrible && STEPS.indexOf(step) >= 2 ? PATIENCE.pause : PATIENCE.down;
}

function isCalm(step: Step, loss: number, { availableKbps, rttMs, limitedBy }: Sample): boolean {
  const above = STEPS[STEPS.indexOf(step) - 1];
  // While no picture is sent, the browser knows of no more room than the voice takes: only trying tells.
  const isBlind = availableKbps === null || BITRATES[step].takes === 0 || above === undefined;
  const hasRoom = isBlind || availableKbps >= BITRATES[above].needs;
  return loss < LOSS.calm && (rttMs ?? 0) < RTT.calm && limitedBy !== "cpu" && hasRoom;
}
