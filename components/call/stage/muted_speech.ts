/** Whether somebody speaks whose microphone is off: they think that they are heard. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { levelMeter } from "../../../shared/client/platform/browser/level_meter.ts";

/** How often it is listened, and how long one is told, in ms. */
const LISTEN_MS = 100;
const TELL_MS = 4_000;
/** As loud as a voice at a desk, from 0 to 1 of a level meter, once the browser has taken the noise out. */
const VOICE = 0.4;
/** So much of a word is one: a cough or a key is over sooner. */
const LOUD_MS = 400;

/** What was heard so far: for how long it has been loud, less what was quiet in between, and until when it is told. */
export interface Heard {
  readonly loudMs: number;
  readonly until: number;
}

export const SILENCE: Heard = { loudMs: 0, until: 0 };

/** Takes one more level, from 0 to 1, at a time in ms. It is told from the end of half a word on, and some seconds after the last. */
export function hear({ loudMs, until }: Heard, level: number, at: number): Heard {
  const next = Math.max(0, Math.min(LOUD_MS, loudMs + (level >= VOICE ? LISTEN_MS : -LISTEN_MS / 2)));
  return { loudMs: next, until: next >= LOUD_MS ? at + TELL_MS : until };
}

/** Listens to a microphone that is off, while there is one: it stays open, and nothing of it leaves the page. */
export function useMutedSpeech(track: MediaStreamTrack | null): boolean {
  const speaks = useSignal(false);
  useLayoutEffect(() => {
    if (track === null) return;
    const copy = track.clone();
    copy.enabled = true;
    const meter = levelMeter(copy);
    let heard = SILENCE;
    const timer = setInterval(() => {
      heard = hear(heard, meter.level(), performance.now());
      speaks.value = heard.until > performance.now();
    }, LISTEN_MS);
    return () => {
      clearInterval(timer);
      meter.close();
      copy.stop();
      speaks.value = false;
    };
  }, [track]);
  return speaks.value;
}
