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
  low: { needs: 25, takes: 250 },
  paused: { needs: 25, takes: 0 },
  audio: { needs: 0, takes: 0 },
};

/** Loss that a picture can stand, and beyond which it is worth none at all; shares from 0 to 1. */
const LOSS = { calm: 0.03, bad: 0.1, terrible: 0.35 };
/** Below this nothing waits in a queue; above, a conversation is hard, and the queue on the way is long; in ms. */
const RTT = { quiet: 200, calm: 500, bad: 1_000 };
/**
 * Bad seconds in a row before a step down, and before a picture is given up for its loss; calm ones before a step up, at first and after
 * it failed again and again.
 */
const PATIENCE = { down: 2, pause: 6, first: 2, up: 5, doubtful: 20, longest: 60 };
/** With so much nobody goes up step by step. */
const PLENTY_KBPS = 1_000;
/** With less than this, in kbit/s, pictures are the least, until there is more again; and where the queue stays full with it, there are none. */
const LEAST = { below: 90, until: 160, none: 45 };
/** More than so many times what the network takes is sent: it has just become narrow. */
const COLLAPSE = 2;
/** A step up that lasted this many seconds has not failed. */
const PROVEN = 15;
/** How much the last second counts in the mean of the loss. */
const WEIGHT = 0.5;

/** Where a call is on the ladder. */
export interface Ladder {
  readonly step: Step;
  /** Mean loss, from 0 to 1, and the seconds that no report was made of it. */
  readonly loss: number;
  readonly unreported: number;
  /** Seconds in a row, of each kind. */
  readonly bad: number;
  readonly calm: number;
  /** Seconds since the last step up; `null`: the last step was down, or there was none. */
  readonly sinceUp: number | null;
  /** Calm seconds that the next step up waits for. */
  readonly patience: number;
  /** Whether pictures go in another codec than the first of the call: so with every other step down, below the middle one. */
  readonly isOther: boolean;
  /** Seconds in a row with short round trips and without loss. */
  readonly quiet: number;
  /** Whether pictures of the lowest step are the least that is worth looking at. */
  readonly isLeast: boolean;
}

/** The beginning: half the size, since the first picture comes sooner, and soon up from there. */
export const START: Ladder = {
  step: "medium",
  loss: 0,
  unreported: 0,
  bad: 0,
  calm: 0,
  sinceUp: null,
  patience: PATIENCE.first,
  isOther: false,
  quiet: 0,
  isLeast: false,
};

/** Where the call stands after one more second. `ceiling`: no higher than this (data saver). */
export function advance(ladder: Ladder, sample: Sample, ceiling: Step = "high"): Ladder {
  const { availableKbps, rttMs, lossSent } = sample;
  const next = moved(ladder, sample, ceiling);
  const until = ladder.isLeast ? LEAST.until : LEAST.below;
  const isLeast = next.step === "low" && (availableKbps === null ? ladder.isLeast : availableKbps < until);
  const isQuiet = rttMs !== null && rttMs < RTT.quiet && (lossSent ?? 0) < LOSS.calm;
  return { ...next, isLeast, quiet: isQuiet ? ladder.quiet + 1 : 0 };
}

function moved(ladder: Ladder, sample: Sample, ceiling: Step): Ladder {
  const { lossSent } = sample;
  // A report is about the time since the one before.
  const loss = lossSent === null
    ? ladder.loss
    : ladder.loss + (1 - (1 - WEIGHT) ** (ladder.unreported + 1)) * (lossSent - ladder.loss);
  const unreported = lossSent === null ? ladder.unreported + 1 : 0;
  const at = STEPS.indexOf(ladder.step);
  const top = STEPS.indexOf(ceiling);
  const next = { ...ladder, loss, unreported, sinceUp: ladder.sinceUp === null ? null : ladder.sinceUp + 1 };
  // A second in which nothing was lost speaks for no step down, whatever was before.
  const down = lower(at, Math.min(loss, lossSent ?? loss), sample);
  const still = { bad: 0, calm: 0, sinceUp: null };
  if (at < top) return { ...next, ...still, step: ceiling };
  if (down > at) {
    if (ladder.bad + 1 < patienceFor(ladder.step, sample)) return { ...next, bad: ladder.bad + 1, calm: 0 };
    const failed = next.sinceUp !== null && next.sinceUp <= PROVEN;
    const patience = failed ? Math.min(ladder.patience * 2, PATIENCE.longest) : Math.max(ladder.patience, PATIENCE.up);
    return { ...next, ...still, step: STEPS[down]!, patience, isOther: down > 1 && !ladder.isOther };
  }
  const proven = next.sinceUp !== null && next.sinceUp > PROVEN;
  const patience = proven ? PATIENCE.up : ladder.patience;
  if (!isCalm(ladder.step, loss, sample)) return { ...next, bad: 0, calm: 0, patience };
  const calm = ladder.calm + 1;
  if (at === top || calm < waitFor(ladder.step, patience, sample)) return { ...next, bad: 0, calm, patience };
  const step = STEPS[hasPlenty(patience, sample) ? top : at - 1]!;
  return { ...next, ...still, step, sinceUp: 0, patience, isOther: STEPS.indexOf(step) > 1 && ladder.isOther };
}

/** The step that this second speaks for, as an index: the present one or lower. */
function lower(at: number, loss: number, { availableKbps, rttMs }: Sample): number {
  let wanted = at;
  // While nothing is sent the browser knows nothing of the network: what it says is about the voice.
  // The first fall is to a small whole picture: it ends what is asked for again, and what it needs is known only then.
  const floor = at < 2 ? 2 : 4;
  if (availableKbps !== null) { while (wanted < floor && availableKbps < BITRATES[STEPS[wanted]!].needs) wanted++; }
  const isWorn = loss >= LOSS.bad || (rttMs ?? 0) >= RTT.bad;
  // Of loss alone the browser takes care itself, as far as a picture half as high allows.
  if (isWorn && at < 1) wanted = Math.max(wanted, at + 1);
  if (at === 2 && (rttMs ?? 0) >= RTT.bad && (availableKbps ?? Infinity) < LEAST.none) wanted = Math.max(wanted, 3);
  if (loss >= LOSS.terrible) wanted = Math.max(wanted, at < 2 ? 2 : Math.min(at + 1, 4));
  return wanted;
}

/**
 * Bad seconds until a step down. A network that became narrow is full of what was sent before, and of what is sent again of it: only a small
 * whole picture, at once, ends that. In the loss that comes of it a small picture is not given up so soon.
 */
function patienceFor(step: Step, { availableKbps, sending }: Sample): number {
  if (step === "low") return PATIENCE.pause;
  const isNarrow = availableKbps !== null && availableKbps < BITRATES[step].needs;
  return isNarrow && sending.kbps > availableKbps * COLLAPSE ? 1 : PATIENCE.down;
}

/** Calm seconds until a step up. Without a picture only trying tells, and where there seems to be no room for one that costs the voice. */
function waitFor(step: Step, patience: number, sample: Sample): number {
  const isDoubtful = BITRATES[step].takes === 0 && (sample.availableKbps ?? Infinity) < LEAST.none;
  if (isDoubtful) return Math.max(patience, PATIENCE.doubtful);
  return hasPlenty(patience, sample) ? PATIENCE.first : patience;
}

/** So much room that the steps between need not be tried: unless a step up has failed. */
function hasPlenty(patience: number, { availableKbps }: Sample): boolean {
  return patience <= PATIENCE.up && availableKbps !== null && availableKbps >= PLENTY_KBPS;
}

function isCalm(step: Step, loss: number, { availableKbps, rttMs }: Sample): boolean {
  const above = STEPS[STEPS.indexOf(step) - 1];
  // While no picture is sent, the browser knows of no more room than the voice takes: only trying tells.
  const isBlind = availableKbps === null || BITRATES[step].takes === 0 || above === undefined;
  const hasRoom = isBlind || availableKbps >= BITRATES[above].needs;
  return loss < LOSS.calm && (rttMs ?? 0) < RTT.calm && hasRoom;
}
