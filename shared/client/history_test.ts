import assert from "node:assert/strict";
import { receipt } from "../../tests/support/receipt.ts";
import { keepReceipt, keptReceipts } from "./history.ts";
import type { TextStore } from "./platform/platform.ts";

/** A browser's storage, as far as history goes. */
function storage(): TextStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const set = (key: string, value: string | null) => void (value === null ? kept.delete(key) : kept.set(key, value));
  return { kept, set, get: (key) => kept.get(key) ?? null };
}

const of = (n: number) => ({ ...receipt, bytesSent: n });

Deno.test("history: a receipt for each call, of fifty calls at most, each chat by itself", () => {
  const store = storage();
  for (let n = 0; n < 60; n++) keepReceipt(store, "a", `call-${n}`, of(n));
  keepReceipt(store, "a", "call-30", of(99));
  keepReceipt(store, "b", "call-1", of(1));
  const receipts = keptReceipts(store, "a");
  assert.equal(receipts.size, 50);
  assert.deepEqual([receipts.get("call-30"), receipts.get("call-59"), receipts.get("call-9")], [
    of(99),
    of(59),
    undefined,
  ]);
  assert.deepEqual([...keptReceipts(store, "b")], [["call-1", of(1)]]);
});

Deno.test("history: what is broken, or somebody else's, is passed over; what was kept with more is read", () => {
  const store = storage();
  for (const text of ["", "{", "null", "7", '"text"', '[null,1,"a",{}]']) {
    store.kept.set("history.a", text);
    assert.deepEqual([...keptReceipts(store, "a")], []);
  }
  const missed = { callId: "call-2", at: 2, receipt: null };
  store.kept.set("history.a", JSON.stringify([{}, missed, { callId: "call-1", at: 1, name: "Ann", receipt }]));
  assert.deepEqual([...keptReceipts(store, "a")], [["call-1", receipt]]);
});
