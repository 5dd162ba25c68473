import assert from "node:assert/strict";
import { withMissed, withoutCallsOf } from "./missed.ts";
import type { MissedCall } from "./state.ts";

function missed(callId: string, callerId = "ann", reason: MissedCall["reason"] = "timeout"): MissedCall {
  return { chatId: "chat", callId, callerId, callerName: callerId.toUpperCase(), media: "audio", reason };
}

const ids = (calls: readonly MissedCall[]) => calls.map(({ callId }) => callId);

Deno.test("missed: the same call told again counts once, as it was told last", () => {
  const calls = [missed("1"), missed("2")];
  assert.deepEqual(withMissed(calls, missed("1", "ann", "busy")), [missed("2"), missed("1", "ann", "busy")]);
});

Deno.test("missed: of more than twenty the newest are kept", () => {
  const calls = Array.from({ length: 25 }, (_, n) => missed(String(n)))
    .reduce<readonly MissedCall[]>((calls, call) => withMissed(calls, call), []);
  assert.deepEqual(ids(calls), Array.from({ length: 20 }, (_, n) => String(n + 5)));
});

const TALKED: [what: string, peer: string | undefined, left: string[]][] = [
  ["the one who called twice", "ann", ["2"]],
  ["another one", "bob", ["1", "3"]],
  ["somebody who called never", "cat", ["1", "2", "3"]],
  ["nobody knows whom", undefined, ["1", "2", "3"]],
];

for (const [what, peer, left] of TALKED) {
  Deno.test(`missed: after a talk with ${what}, still to be seen to: ${left}`, () => {
    assert.deepEqual(ids(withoutCallsOf([missed("1"), missed("2", "bob"), missed("3")], peer)), left);
  });
}
