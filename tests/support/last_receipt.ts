/** The receipt of a call, as a page keeps it for its user. */

import type { Receipt } from "../../shared/protocol/receipt.ts";
import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** What this person's page keeps of the newest call: that is there some moments after the call. */
export async function lastReceipt({ page }: Person): Promise<Receipt> {
  return await until("a receipt is kept", () =>
    page.evaluate(() => {
      const key = Object.keys(localStorage).find((key) => key.startsWith("zvonok.kept.history."))!;
      return JSON.parse(localStorage.getItem(key)!)[0].receipt as Receipt;
    }));
}
