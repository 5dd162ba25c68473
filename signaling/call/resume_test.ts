/** Calls that a server has lost, and takes up by its clients' word (R14), event by event. */

import assert from "node:assert/strict";
import { ANN, BOB, CALL, Chat, end, OTHER_CALL, RULES } from "../../tests/support/arbiter_chat.ts";
import { nextDeadline } from "./advance.ts";
import type { Endpoint } from "./parties.ts";

for (const [first, second] of [["caller", "callee"], ["callee", "caller"]] as const) {
  Deno.test(`call: [R14] a server that lost the call takes both sides' word, the ${first}'s first`, () => {
    const chat = new Chat();
    const [one, other] = first === "caller" ? [ANN, BOB] : [BOB, ANN];
    const key = ({ user, device }: Endpoint) => `${user}.${device}`;
    assert.deepEqual(chat.resume(one, first), [
      `${key(one)} call:state connected`,
      `${key(one)} call:peer reconnecting`,
    ]);
    chat.say(one, { type: "call:media", audio: false, video: false, screen: false });
    assert.deepEqual(chat.resume(other, second), [
      `${key(other)} call:state connected`,
      `${key(other)} call:media`,
      `${key(one)} call:peer back`,
    ]);
    assert.deepEqual(chat.resume(other, second), [`${key(other)} call:state connected`], "a repeat");
    assert.deepEqual(end(ANN)(chat), ["bob.phone call:end hangup"]);
  });
}

Deno.test("call: [R14] who does not resume within the grace is not in the call", () => {
  const chat = new Chat();
  chat.resume(ANN, "caller");
  assert.equal(nextDeadline(chat.calls), RULES.graceMs);
  assert.deepEqual(chat.after(RULES.graceMs), ["ann.laptop call:end connection-lost"]);
  assert.deepEqual(chat.resume(BOB, "callee"), ["bob.phone call:error NO_CALL"]);
});

Deno.test("call: [R14] nobody resumes a side that is taken, both sides at once, or another call", () => {
  const chat = new Chat();
  chat.resume(ANN, "caller");
  assert.deepEqual(chat.resume(BOB, "caller"), ["bob.phone call:error NO_CALL"]);
  assert.deepEqual(chat.resume({ user: "ann", device: "phone" }, "callee"), ["ann.phone call:error NO_CALL"]);
  assert.deepEqual(chat.resume(BOB, "callee", OTHER_CALL), ["bob.phone call:error NO_CALL"]);
  chat.resume(BOB, "callee");
  assert.deepEqual(chat.resume({ user: "eve", device: "x" }, "callee"), ["eve.x call:error NO_CALL"]);
});

Deno.test("call: [R14] who hangs up before resuming ends the call for the one who resumed", () => {
  const chat = new Chat();
  chat.resume(ANN, "caller");
  assert.deepEqual(end(ANN, OTHER_CALL)(chat), [], "another call");
  assert.deepEqual(end({ user: "ann", device: "phone" }, CALL)(chat), ["ann.phone call:error NO_CALL"], "her own side");
  assert.deepEqual(end(BOB, CALL)(chat), ["ann.laptop call:end hangup"]);
  assert.equal(chat.state, "none");
});

Deno.test("call: [R14] a server that has been up for long revives nothing", () => {
  const chat = new Chat();
  chat.isRecovering = false;
  assert.deepEqual(chat.resume(ANN, "caller"), ["ann.laptop call:error NO_CALL"]);
});
