/** What this browser measured in a chat's calls, kept by the browser and by nobody else. */

import type { Receipt } from "../protocol/receipt.ts";
import type { TextStore } from "./platform/platform.ts";

/** Calls of one chat whose receipts are kept. */
const MAX_RECEIPTS = 50;

interface Kept {
  readonly callId: string;
  readonly receipt: Receipt;
}

/** The receipts of a chat's calls by their ids; none where the browser keeps nothing, or something else than what was given to it. */
export function keptReceipts(kept: TextStore, chatId: string): ReadonlyMap<string, Receipt> {
  return new Map(read(kept, chatId).map(({ callId, receipt }) => [callId, receipt]));
}

/** Keeps the receipt of a call. */
export function keepReceipt(kept: TextStore, chatId: string, callId: string, receipt: Receipt): void {
  const others = read(kept, chatId).filter((one) => one.callId !== callId);
  kept.set(keyOf(chatId), JSON.stringify([{ callId, receipt }, ...others].slice(0, MAX_RECEIPTS)));
}

const keyOf = (chatId: string) => `history.${chatId}`;

function read(kept: TextStore, chatId: string): Kept[] {
  try {
    const receipts = JSON.parse(kept.get(keyOf(chatId))!) as Partial<Kept | null>[];
    return receipts.filter((one): one is Kept => Boolean(one?.callId && one.receipt));
  } catch {
    return []; // nothing, or something else
  }
}
