/** The call store: `shared/client` behind Preact signals, made once per page, in the browser. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CallClient } from "../../shared/client/client.ts";
import { browser } from "../../shared/client/platform/browser.ts";
import type { Snapshot } from "../../shared/client/state.ts";

/** What the call component draws from and acts through. */
export interface CallStore {
  readonly snapshot: ReadonlySignal<Snapshot>;
  readonly client: CallClient;
}

/** Connects to the server, and keeps the members of `chatId` up to date. */
export function createCallStore(chatId: string): CallStore {
  // Shown after what is to be done, such as opening a camera or making an offer, has begun: drawing takes longer than that. By a
  // message, since a hidden page has no animation frames, and timers of a second.
  const { port1, port2 } = new MessageChannel();
  let isDue = false;
  const client = new CallClient(browser({ url: location.origin }), () => {
    if (!isDue) port2.postMessage(null);
    isDue = true;
  });
  const snapshot = signal(client.snapshot);
  port1.onmessage = () => {
    isDue = false;
    snapshot.value = client.snapshot;
  };
  client.watch(chatId);
  return { snapshot, client };
}
