import assert from "node:assert/strict";
import { failureOf } from "./log.ts";

Deno.test("log: what nobody expected is told by its message and where it was, and never by what could not be read", () => {
  const { why, stack } = failureOf(new TypeError("there is no such thing"));
  assert.equal(why, "TypeError: there is no such thing");
  assert.match(stack, /^ +at .*log_test\.ts:/);
  let secret: unknown;
  try {
    JSON.parse("v=0 a secret");
  } catch (error) {
    secret = error;
  }
  assert.match(String(secret), /v=0/);
  assert.equal(failureOf(secret).why, "SyntaxError");
  assert.ok(!JSON.stringify(failureOf(secret)).includes("v=0"));
  assert.deepEqual(failureOf({ secret: "v=0" }), { why: "object", stack: "" });
});
