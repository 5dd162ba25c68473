import assert from "node:assert/strict";
import { keepCall, pastCalls } from "./history.ts";
import type { TextStore } from "./platform/platform.ts";
import type { PastCall } from "./state.ts";

/** A browser's storage, as far as history goes. */
function storage(): TextStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const set = (key: string, value: string | null) => void (value === null ? kept.delete(key) : kept.set(key, value));
  return { kept, set, get: (key) => kept.get(key) ?? null };
}

const call = (n: number): PastCall => ({
  callId: `call-${n}`,
  at: n,
  name: "Ann",
  role: "caller",
  media: "video",
  outcome: "hangup",
  durationMs: n,
  receipt: null,
});

Deno.test("history: newest first, each call once, fifty at most, each chat by itself", () => {
  const store = storage();
  for (let n = 0; n < 60; n++) keepCall(store, "a", call(n));
  keepCall(store, "a", { ...call(30), name: "Ann B." });
  keepCall(store, "b", call(1));
  const calls = pastCalls(store, "a");
  assert.equal(calls.length, 50);
  assert.deepEqual([calls[0], calls[1]], [{ ...call(30), name: "Ann B." }, call(59)]);
  assert.equal(new Set(calls.map(({ callId }) => callId)).size, 50);
  assert.deepEqual(pastCalls(store, "b"), [call(1)]);
});

Deno.test("history: what is broken, or somebody else's, is passed over", () => {
  const store = storage();
  for (const text of ["", "{", "null", "7", '"text"', '[null,1,"a",{}]']) {
    store.kept.set("history.a", text);
    assert.deepEqual(pastCalls(store, "a"), []);
  }
  store.kept.set("history.a", JSON.stringify([{}, call(1)]));
  assert.deepEqual(pastCalls(store, "a"), [call(1)]);
});
