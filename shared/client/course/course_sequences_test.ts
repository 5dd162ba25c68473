/** What comes of several events, one after the other. */

import assert from "node:assert/strict";
import { apply, AT, called, EVENTS, ids, START, STATES, words } from "../../../tests/support/course.ts";
import type { UntimedEvent } from "./course_event.ts";
import { deadlineOf, phaseOf } from "./course_state.ts";

Deno.test("course: a call that comes while another is settled rings once that is over and all of it is let go, if it still does", () => {
  const other = EVENTS["offer of another"];
  const released = { type: "released" } as const;
  for (const end of [EVENTS["hang up"], EVENTS.end, EVENTS.failed]) {
    const waiting = apply(called(STATES.calling), other, end).state;
    assert.equal(waiting.call.stage, "ended");
    const { state, effects } = apply(waiting, released);
    assert.deepEqual([phaseOf(state).phase, state.waiting], ["incoming", null]);
    assert.deepEqual(effects.map(words), ["start other-call to answer", "mark-ringing"]);
    assert.equal(deadlineOf(state), AT + 5_000 + 2_000);
  }
  const gone = { ...ids, type: "call:end", callId: "other-call", reason: "cancelled" } as const;
  const [hangUp] = [EVENTS["hang up"]];
  assert.equal(apply(called(STATES.calling), other, gone, hangUp, released).state.call.stage, "ended");
  const late = { ...other, expiresInMs: 0 };
  assert.equal(apply(called(STATES.calling), late, hangUp, released).state.call.stage, "ended");
  for (const out of [EVENTS.replaced, EVENTS.unauthorized, EVENTS.close]) {
    assert.notEqual(apply(called(STATES.calling), other, out, released).state.call.stage, "incoming");
  }
});

Deno.test("course: [R8] where it rings again, what waits to be said of the time before is taken back, and does not end it", () => {
  const failed = apply(called(STATES.incoming), EVENTS.failed).state;
  assert.deepEqual(words(apply(failed, EVENTS.offer).effects[0]!), "take back this-call");
  const calling = apply(failed, EVENTS.call).state;
  assert.deepEqual(apply(calling, EVENTS.offer).effects.map(words), ["take back this-call"], "it waits");
});

Deno.test("course: without WebRTC a call that rings cannot be accepted; it is left to other devices, and the reason told", () => {
  const { state } = apply(called(STATES.incoming), EVENTS["no WebRTC"]);
  assert.deepEqual(apply(state, EVENTS.accept), { state, effects: [] });
  const after = apply(state, EVENTS.decline);
  assert.ok(after.state.call.stage === "ended" && after.state.call.outcome === "unsupported");
  assert.deepEqual(words(after.effects[0]!), "end this-call call:end unsupported and call:end failed");
  assert.deepEqual(after.state.over, []);
});

Deno.test("course: once all devices were withheld, the next call is placed when they are open, not when they may be", () => {
  const withheld = apply(START, EVENTS.call, { ...EVENTS.withheld, callId: "new-call" }).state;
  assert.deepEqual(withheld.unplaced, { chatId: "a-chat", media: "video", to: undefined });
  const again = apply(withheld, EVENTS.call);
  assert.deepEqual(words(again.effects.at(-1)!), "open-first audio false");
  assert.equal(again.state.unplaced, null);
  const nothing = { ...EVENTS.opened, callId: "new-call", kinds: [] };
  assert.ok(apply(again.state, nothing).state.isWary, "who brings nothing proves nothing");
  assert.ok(!apply(again.state, { ...EVENTS.opened, callId: "new-call" }).state.isWary);
});

Deno.test("course: no call is placed, and none goes on but what flows, once nobody hears of this page any more", () => {
  for (const out of [EVENTS.replaced, EVENTS.unauthorized]) {
    const { state } = apply(START, out);
    assert.deepEqual(apply(state, EVENTS.call), { state, effects: [] });
  }
});

Deno.test("course: the check lets go of its devices, but not of a call's", () => {
  const off = { type: "check", on: false } as const;
  const checking = apply(START, EVENTS.check).state;
  assert.deepEqual(apply(checking, off).effects, [["release"]]);
  const ringing = apply(checking, EVENTS.offer).state;
  assert.deepEqual(apply(ringing, off).effects, [["open", []]]);
  assert.equal(apply(ringing, off, EVENTS.accept).state.call.stage, "answering", "it can still be answered");
  const preparing = apply(checking, EVENTS.call).state;
  assert.deepEqual(apply(preparing, off).effects, []);
  assert.equal(apply(preparing, { type: "allowed", callId: "new-call" }).state.isChecking, false);
});

Deno.test("course: what is late for the call at hand does nothing to it", () => {
  for (const [name, event] of Object.entries(EVENTS)) {
    if (!("callId" in event) || event.type === "call:offer" || event.type === "call:state") continue;
    const late = { ...event, callId: "an-old-call" } as UntimedEvent;
    for (const call of Object.values(STATES)) {
      const { state, effects } = apply(called(call), late);
      assert.deepEqual([state, effects], [called(call), []], `${name} while ${call.stage}`);
    }
  }
});
