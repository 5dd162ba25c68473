import assert from "node:assert/strict";
import { UsedPasses } from "./used_passes.ts";

Deno.test("a used pass is remembered until nobody can take it for good, and passes are not kept without bound", () => {
  const used = new UsedPasses();
  assert.equal(used.use("one", 1_000, 0), true);
  // A process whose clock is minutes behind still believes the signature.
  used.use("two", 1_000, 300_000);
  assert.equal(used.use("one", 1_000, 300_000), false);
  used.use("three", 700_000, 700_000);
  assert.deepEqual(used.dump().map(([id]) => id), ["three"], "what is long out of date is forgotten");
  for (let n = 0; n < 20_000; n++) used.use(`pass ${n}`, 800_000, 700_000);
  assert.equal(used.dump().length, 10_000);
  assert.equal(used.use("pass 19999", 800_000, 700_000), false, "the newest ones are kept");
  const again = new UsedPasses();
  again.restore(used.dump());
  assert.equal(again.use("pass 19999", 800_000, 700_000), false);
});
