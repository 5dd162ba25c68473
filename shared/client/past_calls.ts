/** The calls of chats that are over: the server keeps them, and this browser what it measured in them. */

import type { LoggedCall } from "../protocol/logged_call.ts";
import { keepReceipt, keptReceipts } from "./history.ts";
import type { Platform } from "./platform/platform.ts";
import type { PastCall, Snapshot } from "./state.ts";
import type { Receipt } from "../protocol/receipt.ts";

/** When the server is asked again for a call that it does not tell of yet, in ms: the process that writes it may be another one. */
const AGAIN_MS = 500;

type History = Snapshot["history"];

export class PastCalls {
  readonly #platform: Pick<Platform, "transport" | "storage" | "clock">;
  readonly #onChange: (history: History) => void;
  #calls: Readonly<Record<string, readonly LoggedCall[]>> = {};

  constructor(platform: Pick<Platform, "transport" | "storage" | "clock">, onChange: (history: History) => void) {
    this.#platform = platform;
    this.#onChange = onChange;
  }

  /** The server tells of a chat's calls, newest first. */
  take(chatId: string, calls: readonly LoggedCall[]): void {
    this.#calls = { ...this.#calls, [chatId]: calls };
    const { kept } = this.#platform.storage;
    const history = Object.entries(this.#calls).map(([id, calls]) => {
      const receipts = keptReceipts(kept, id);
      return [id, calls.map((call) => pastCall(call, receipts.get(call.callId) ?? null))];
    });
    this.#onChange(Object.fromEntries(history));
  }

  /** A call is over, or was missed: it is in the log of its chat now, or soon. One that is known already is not asked for again. */
  async refresh(chatId: string, callId: string, isAgain = false): Promise<void> {
    if (this.#calls[chatId]?.some((call) => call.callId === callId)) return;
    const calls = await this.#platform.transport.pastCalls(chatId);
    if (calls === null) return;
    this.take(chatId, calls);
    if (isAgain || calls.some((call) => call.callId === callId)) return;
    this.#platform.clock.after(AGAIN_MS, () => this.refresh(chatId, callId, true));
  }

  keepReceipt(chatId: string, callId: string, receipt: Receipt): void {
    keepReceipt(this.#platform.storage.kept, chatId, callId, receipt);
  }
}

function pastCall(
  { callId, at, role, peer, media, outcome, durationMs, missed }: LoggedCall,
  receipt: Receipt | null,
): PastCall {
  const name = peer?.name ?? "";
  return { callId, at, name, role, media, outcome: missed === null ? outcome : "missed", durationMs, receipt };
}
