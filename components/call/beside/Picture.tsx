import { useSignal } from "@preact/signals";
import { type ComponentChild, render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { View } from "../view.ts";
import { handle } from "./media_session.ts";
import { documentPicture, openPictureWindow } from "./picture_window.ts";

/** As large as the window is at first, in CSS pixels: the shape of most cameras' pictures. */
const SIZE = { width: 400, height: 300 };

/** Whether this browser has a picture-in-picture that a page can open. Firefox has one of its own, which it offers over each video. */
export const hasPicture = documentPicture !== undefined || document.pictureInPictureEnabled;

interface PictureProps {
  view: View;
  /** What is drawn in the window. */
  small: ComponentChild;
  /** The button that opens it, and closes it. */
  children: (isOpen: boolean, toggle: () => void) => ComponentChild;
}

/**
 * The other person in a small window over all others: with the call's controls where the browser has such a window, else the bare video.
 * By a button, or by the browser itself when the tab is left, where it does that. It goes with the call.
 */
export function Picture({ view: { snapshot: { extrasOff } }, small, children }: PictureProps) {
  const opened = useSignal<Window | null>(null);
  /** The call ended while the browser opened the window. */
  const isGone = useRef(false);

  async function open() {
    if (documentPicture === undefined) {
      const video = document.querySelector<HTMLVideoElement>(".stage > video:not([aria-hidden])");
      return void await video?.requestPictureInPicture();
    }
    const picture = await openPictureWindow(SIZE);
    if (isGone.current) return picture.close();
    picture.addEventListener("pagehide", () => {
      opened.value = null;
      render(null, picture.document.body);
    });
    opened.value = picture;
  }

  function close() {
    opened.peek()?.close();
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
  }

  const isOpen = () => opened.peek() !== null || !!document.pictureInPictureElement;
  // Where the browser refuses it there is nothing to say: it says so itself.
  const toggle = () => void (isOpen() ? close() : open().catch(() => {}));

  useLayoutEffect(() => {
    if (opened.value !== null) render(small, opened.value.document.body);
  });
  useLayoutEffect(() => () => {
    isGone.current = true;
    close();
  }, []);
  const byItself = !extrasOff.includes("picture");
  useLayoutEffect(() => {
    if (!byItself) return;
    handle("enterpictureinpicture", () => void (isOpen() || open().catch(() => {})));
    return () => handle("enterpictureinpicture", null);
  }, [byItself]);

  return children(opened.value !== null, toggle);
}
