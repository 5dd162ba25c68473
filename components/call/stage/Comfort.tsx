import type { RefObject } from "preact";
import { isOn, type View } from "../view.ts";
import { useFit } from "./fit.ts";
import { useHoldToTalk } from "./hold_to_talk.ts";
import { useShortcuts } from "./input.ts";
import { useMutedSpeech } from "./muted_speech.ts";

/** What makes a call that goes on more comfortable: all of a picture, push to talk, and a word to who speaks with the microphone off. */
export function Comfort({ view, stage }: { view: View; stage: RefObject<HTMLElement> }) {
  const { t, snapshot: { local, extrasOff } } = view;
  const isOff = extrasOff.includes("letters");
  const isMuted = !isOn(view, "microphone") && !extrasOff.includes("muted");
  const speaks = useMutedSpeech(isMuted ? local.stream?.getAudioTracks()[0] ?? null : null);
  useHoldToTalk(view, isOff);
  useShortcuts({ z: useFit(stage) }, isOff);
  // There before it says something, or screen readers would not read it.
  return <p class="badge muted-speech" role="status">{speaks && t.mutedSpeech}</p>;
}
