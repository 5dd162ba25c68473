/** The call store: `shared/client` behind Preact signals, made once per page, in the browser. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CallClient } from "../../shared/client/client.ts";
import type { CallActions, Snapshot } from "../../shared/client/state.ts";
import { browserEnvironment } from "./browser.ts";

/** What the call component draws from and acts through. */
export interface CallStore extends CallActions {
  readonly snapshot: ReadonlySignal<Snapshot>;
  /** Ends what runs and releases the socket and every device. */
  close(): void;
}

/** Connects to the server, and keeps the members of `chatId` up to date. */
export function createCallStore(chatId: string): CallStore {
  const client = new CallClient(browserEnvironment(), (next) => snapshot.value = next);
  const snapshot = signal(client.snapshot);
  client.watch(chatId);
  return {
    snapshot,
    call: (chatId, media, to) => client.call(chatId, media, to),
    accept: (media) => client.accept(media),
    decline: () => client.decline(),
    hangUp: () => client.hangUp(),
    setMicrophone: (on) => client.setMicrophone(on),
    setCamera: (on) => client.setCamera(on),
    setScreen: (on) => client.setScreen(on),
    setSaver: (on) => client.setSaver(on),
    setCodec: (codec) => client.setCodec(codec),
    dismiss: () => client.dismiss(),
    dismissMissed: (callId) => client.dismissMissed(callId),
    descriptions: () => client.descriptions(),
    close: () => client.close(),
  };
}
