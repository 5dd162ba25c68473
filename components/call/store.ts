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
  const client = new CallClient(browser({ url: location.origin }), (next) => snapshot.value = next);
  const snapshot = signal(client.snapshot);
  client.watch(chatId);
  return { snapshot, client };
}
