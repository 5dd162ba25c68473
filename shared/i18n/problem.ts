/** The words for what does not open, made of their parts. */

import type { Cause, MediaSource } from "../client/devices/causes.ts";
import type { MediaProblem } from "../client/state.ts";
import type { ProblemStrings } from "./problem_strings.ts";
import { fill } from "./fill.ts";

/** Why one source, or camera and microphone alike, do not open, and what to do. */
export function causeText(t: ProblemStrings, source: MediaSource | "both", cause: Cause): string {
  if (source === "screen") return t.screen[cause];
  return cause === "missing" ? t.missing[source] : fill(t.causes[cause], { device: t.names[source] });
}

/** What a problem is about: what of a person is missed most, first. */
export function subjectOf({ camera, microphone }: MediaProblem): MediaSource | "both" {
  if (microphone) return camera ? "both" : "microphone";
  return camera ? "camera" : "screen";
}

/** Why, and what to do, about all of it. */
export function problemText(t: ProblemStrings, { camera, microphone, screen }: MediaProblem): string {
  const texts: string[] = [];
  if (camera !== undefined && camera === microphone) {
    texts.push(causeText(t, "both", camera));
  } else {
    if (microphone !== undefined) texts.push(causeText(t, "microphone", microphone));
    if (camera !== undefined) texts.push(causeText(t, "camera", camera));
  }
  if (screen !== undefined) texts.push(causeText(t, "screen", screen));
  return texts.join(" ");
}

/** Whether anything of it may be well on this very page the next time. */
export function isRetryable(problem: MediaProblem): boolean {
  return Object.values(problem).some((cause) => !["policy", "insecure", "unsupported"].includes(cause));
}
