import { useLayoutEffect, useRef } from "preact/hooks";
import { documentPicture } from "./picture_window.ts";
import { isOn, isStaged, isTalking, peerName, type View } from "../view.ts";

/** What keyboards, headsets, lock screens and picture-in-picture windows may ask of a call (W3C Media Session, video conferencing actions). */
const ACTIONS = {
  hangup: ({ actions }: View) => actions?.hangUp(),
  togglemicrophone: (view: View) => view.actions?.setMicrophone(!isOn(view, "microphone")),
  togglecamera: (view: View) => view.actions?.setCamera(!isOn(view, "camera")),
} as const;

/** Tells the system of the call that goes on, and does what it asks. */
export function useMediaSession(view: View): void {
  const { call, extrasOff } = view.snapshot;
  const latest = useRef(view);
  latest.current = view;
  const session = navigator.mediaSession;
  const name = peerName(view);
  const isShown = session !== undefined && isStaged(call) && isTalking(call) && !extrasOff.includes("keys");
  const [microphone, camera] = [isOn(view, "microphone"), isOn(view, "camera")];
  useLayoutEffect(() => {
    if (!isShown) return;
    session.metadata = new MediaMetadata({ title: name });
    for (const [action, run] of Object.entries(ACTIONS)) handle(action, () => run(latest.current));
    return () => {
      session.metadata = null;
      for (const action of Object.keys(ACTIONS)) handle(action, null);
    };
  }, [isShown, name]);
  useLayoutEffect(() => {
    if (!isShown) return;
    // Only where it is no more than a label: WebKit mutes the page's capture by it, and refuses to end that without a gesture.
    if (documentPicture === undefined) return;
    for (const told of [session.setMicrophoneActive?.(microphone), session.setCameraActive?.(camera)]) {
      told?.catch(() => {});
    }
  }, [isShown, microphone, camera]);
}

/** Handles an action, or (`null`) no more; where the browser does not know it, nothing happens. */
export function handle(action: string, run: (() => void) | null): void {
  try {
    navigator.mediaSession?.setActionHandler(action as MediaSessionAction, run);
  } catch {
    // An unknown action is a TypeError.
  }
}
