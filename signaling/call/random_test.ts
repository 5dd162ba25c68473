import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import { CALL_IDS, ENDPOINTS, settle, START, type Step, step } from "../../tests/support/models/call/steps.ts";

const from = fc.nat(ENDPOINTS.length - 1);
const callId = fc.constantFrom(null, ...CALL_IDS);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("initiate" as const), from, callId }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("answer", "reject", "candidate", "end", "fail"), from, callId }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rings" as const), from, callId: fc.constantFrom(...CALL_IDS) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("drop", "leave", "connect", "reload"), from }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 1_000, 6_000, 25_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("resume" as const),
      from,
      callId: fc.constantFrom(...CALL_IDS),
      role: fc.constantFrom("caller", "callee"),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: "deadline" as const }, { do: "restart" as const }) },
);

Deno.test("call: no order of events breaks a rule, and every call ends or connects", () => {
  let connected = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40, size: "max" }), (steps) => {
      let model = START;
      for (const next of steps) {
        model = step(model, next);
        assert.deepEqual(model.violations, []);
        if (model.chat.call?.state === "connected") connected++;
      }
      const settled = settle(model);
      assert.deepEqual(settled.violations, []);
      assert.notEqual(settled.chat.call?.state, "ringing");
    }),
    { numRuns: 3_000 },
  );
  assert.ok(connected > 1_000, `the sequences reach calls that are going on (${connected} times)`);
});
