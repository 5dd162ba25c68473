/** The call store: `shared/client` behind Preact signals, made once per page, in the browser. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CallClient } from "../../shared/client/client.ts";
import { browser } from "../../shared/client/platform/browser.ts";
import type { Platform } from "../../shared/client/platform/platform.ts";
import type { LoggedCall } from "../../shared/protocol/logged_call.ts";
import type { Snapshot } from "../../shared/client/state.ts";

/**
 * How long drawing waits for devices that begin to be opened for a call that is placed, in ms: the offer, and each answer of the browser's
 * on the way to a camera, would wait for that. Nobody sees so short a wait. Who accepts a call sees the other side as soon as its place
 * is drawn, so there nothing waits.
 */
const HOLD_MS = 20;

/** What the call component draws from and acts through. */
export interface CallStore {
  readonly snapshot: ReadonlySignal<Snapshot>;
  readonly client: CallClient;
}

/** Connects to the server, and keeps the members and the calls of `chatId`, if it is one, up to date. */
export function createCallStore(
  chatId: string | null,
  calls: readonly LoggedCall[],
  platform: Platform = browser({ url: location.origin }),
): CallStore {
  // Shown after what is to be done, such as opening a camera or making an offer, has begun: drawing takes longer than that. By a
  // message, since a hidden page has no animation frames, and timers of a second.
  const { port1, port2 } = new MessageChannel();
  const client = new CallClient(platform, () => port2.postMessage(null));
  const snapshot = signal(client.snapshot);
  const draw = () => void (snapshot.value = client.snapshot);
  const isOpening = ({ local }: Snapshot) => local.held.microphone === "opening";
  port1.onmessage = () => {
    const { snapshot: latest } = client;
    const begins = isOpening(latest) && !isOpening(snapshot.value);
    if (begins && latest.call.phase !== "connecting") setTimeout(draw, HOLD_MS);
    else draw();
  };
  if (chatId !== null) client.watch(chatId, calls);
  return { snapshot, client };
}
