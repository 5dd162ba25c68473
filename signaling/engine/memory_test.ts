/** The engine in memory: what every engine does, and what only this one promises. */

import assert from "node:assert/strict";
import { until } from "../../tests/support/until.ts";
import { CONFORMANCE, Scene } from "./engine_conformance.ts";
import type { EngineFactory } from "./engine.ts";
import { MemoryEngine } from "./memory.ts";

const make: EngineFactory = (options, receive) => new MemoryEngine(options, receive);

for (const [name, run] of Object.entries(CONFORMANCE)) {
  Deno.test(`memory engine: ${name}`, async () => {
    const scene = new Scene(make, until);
    try {
      await run(scene);
    } finally {
      scene.engine.close();
    }
  });
}

Deno.test("memory engine: everything came out before submit returns", () => {
  const scene = new Scene(make, until);
  const [ann, bob] = [{ user: "ann", device: "laptop" }, { user: "bob", device: "phone" }];
  scene.enter(ann);
  scene.enter(bob);
  scene.initiate(ann, "call-0123456789abcdef");
  assert.deepEqual(scene.heardTypes(bob), ["call:offer"]);
  scene.say(ann, { type: "call:end", callId: "call-0123456789abcdef" });
  assert.deepEqual(scene.heardTypes(bob), ["call:offer", "call:end", "call:missed"]);
  assert.deepEqual(scene.facts("ended").length, 1);
  scene.engine.close();
});
