import assert from "node:assert/strict";
import { isSeenWith, withMissed } from "./missed.ts";
import type { MissedCall } from "./state.ts";

/** The `n`th call. */
function missed(n: number, more: Partial<MissedCall> = {}): MissedCall {
  const { callerId = "ann" } = more;
  const callerName = callerId.toUpperCase();
  return { chatId: "chat", callId: `${n}`, callerId, callerName, media: "audio", reason: "timeout", at: n, ...more };
}

const ids = (calls: readonly MissedCall[]) => calls.map(({ callId }) => callId);

Deno.test("missed: the same call told again counts once, as it was told last; the oldest comes first", () => {
  const calls = [missed(2), missed(3)];
  assert.deepEqual(withMissed(calls, missed(2, { reason: "busy" })), [missed(2, { reason: "busy" }), missed(3)]);
  assert.deepEqual(ids(withMissed(calls, missed(1))), ["1", "2", "3"]);
});

Deno.test("missed: of more than twenty the newest are kept", () => {
  const calls = Array.from({ length: 25 }, (_, n) => missed(n))
    .reduce<readonly MissedCall[]>((calls, call) => withMissed(calls, call), []);
  assert.deepEqual(ids(calls), Array.from({ length: 20 }, (_, n) => String(n + 5)));
});

const SEEN: [what: string, call: MissedCall, isSeen: boolean][] = [
  ["the same one", missed(5), true],
  ["an earlier one of the same caller", missed(4), true],
  ["a later one", missed(6), false],
  ["an earlier one of another caller", missed(4, { callerId: "bob" }), false],
  ["an earlier one in another chat", missed(4, { chatId: "other" }), false],
];

for (const [what, call, isSeen] of SEEN) {
  Deno.test(`missed: who has seen to a call has ${isSeen ? "" : "not "}seen to ${what}`, () => {
    assert.equal(isSeenWith(missed(5), call), isSeen);
  });
}
