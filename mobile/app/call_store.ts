/** The call client behind React: one for each person that this phone is. */

import { useSyncExternalStore } from "react";
import type { CallClient } from "../../shared/client/client.ts";
import { NOTHING } from "../../shared/client/snapshot.ts";
import type { LoggedCall } from "../../shared/protocol/logged_call.ts";
import type { Snapshot } from "../../shared/client/state.ts";

/** A call client, and what the server keeps of the calls before it. */
export interface Calling {
  readonly client: CallClient;
  /** This person's calls in a chat, newest first; `null` where the server gives none. Never rejects. */
  pastCalls(chatId: string): Promise<LoggedCall[] | null>;
}

/** Makes a client that calls `onChange` with every new snapshot. */
export type MakeClient = (onChange: () => void) => Calling;

export class CallStore {
  readonly client: CallClient;
  readonly #pastCalls: Calling["pastCalls"];
  readonly #listeners = new Set<() => void>();

  constructor(make: MakeClient) {
    const { client, pastCalls } = make(() => {
      for (const listener of this.#listeners) listener();
    });
    this.client = client;
    this.#pastCalls = pastCalls;
  }

  /** Keeps members and calls of a chat up to date. */
  async watch(chatId: string): Promise<void> {
    this.client.watch(chatId);
    this.client.watch(chatId, await this.#pastCalls(chatId) ?? []);
  }

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.client.snapshot;
}

/** What a store shows now; nothing where there is none. */
export function useSnapshot(store: CallStore | null): Snapshot {
  const snapshot = store?.snapshot ?? nothing;
  return useSyncExternalStore(store?.subscribe ?? never, snapshot, snapshot);
}

const nothing = () => NOTHING;
const never = () => () => {};
