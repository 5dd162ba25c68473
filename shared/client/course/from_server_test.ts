import assert from "node:assert/strict";
import { apply, AT, called, EVENTS, ids, START, STATES, words } from "../../../tests/support/course.ts";
import type { DeviceCall } from "../../protocol/server_messages.ts";
import type { UntimedEvent } from "./course_event.ts";
import { type CallState, deadlineOf, phaseOf } from "./course_state.ts";

/** A new socket's first word. `calls`: those that the server names. */
const welcome = (calls: readonly Partial<DeviceCall>[] = [], isUnsent = false): UntimedEvent => ({
  ...{ type: "welcome", protocol: 2, deviceId: "laptop", user: { id: "ann", name: "Ann" }, iceServers: [] },
  ...{ ringTimeoutMs: 30_000, graceMs: 20_000, pingMs: 25_000, isUnsent },
  calls: calls.map((call) => ({ ...ids, role: "caller", state: "connected", ...call })),
});
const ANSWER = { ...EVENTS.answer };

/** After a new socket, what the server says: what is shown and done in the end. */
const afterSocket = (call: CallState, ...events: UntimedEvent[]) => {
  const { state, effects } = apply(called(call), ...events);
  return [state.call.stage === "ended" ? state.call.outcome : phaseOf(state).phase, ...effects.map(words)];
};
const OVER = ["end this-call call:end failed", "record connection-lost 400 true", "release", "forget-problem"];

Deno.test("course: of a call that the server does not name on a new socket, an answered one is asked about, any other is over", () => {
  const resumed = ["connected", "send-now call:resume"];
  assert.deepEqual(afterSocket(STATES["answered by this"], welcome()), resumed);
  assert.deepEqual(afterSocket(STATES["answered by this"], welcome(), { type: "signaling", status: "open" }), resumed);
  for (const call of [STATES.calling, STATES.ringing]) {
    assert.deepEqual(afterSocket(call, welcome()), ["connection-lost", ...OVER]);
    assert.deepEqual(afterSocket(call, welcome([{ callId: "other-call" }])), ["connection-lost", ...OVER]);
  }
  for (const call of [STATES.incoming, STATES.answering]) {
    assert.deepEqual(
      afterSocket(call, welcome()).slice(0, 2),
      ["connection-lost", "take back this-call"],
      "[R14] to hang up would end it for a device of this user that is in it",
    );
  }
  const glare = welcome([{ callId: "other-call", role: "callee", state: "ringing", glare: true }]);
  assert.deepEqual(afterSocket(STATES.calling, glare), ["calling"], "[R10] it is that one now");
  assert.deepEqual(afterSocket(STATES.preparing, welcome()), ["preparing"]);
  assert.deepEqual(afterSocket(STATES.placing, welcome()), ["calling"]);
  assert.deepEqual(afterSocket(STATES.calling, welcome([], true)), ["calling"], "it cannot know of it");
});

Deno.test("course: a call that the server names on a new socket goes on, and what may be lost is repeated", () => {
  const caller = (state: DeviceCall["state"]) => welcome([{ state }]);
  const callee = (state: DeviceCall["state"]) => welcome([{ role: "callee", state }]);
  assert.deepEqual(afterSocket(STATES.calling, caller("ringing"), EVENTS["stands, rings"]), ["calling"]);
  assert.deepEqual(afterSocket(STATES.incoming, callee("ringing"), EVENTS.offer), ["incoming"]);
  assert.deepEqual(
    afterSocket(STATES["incoming, presented"], callee("ringing"), EVENTS.offer),
    ["incoming", "send call:ringing"],
    "it is on the screen",
  );
  assert.deepEqual(afterSocket(STATES.answering, callee("ringing"), EVENTS.offer), ["connecting"]);
  const answered = STATES["answered by this"];
  assert.deepEqual(afterSocket(answered, callee("ringing"), EVENTS.offer), ["connected", "repeatAnswer"]);
  assert.deepEqual(afterSocket(answered, callee("connected"), EVENTS["stands, connected"]), ["connected", "synced"]);
});

Deno.test("course: [R12] an answer comes right behind the news, or is asked for, once, where it was said into another socket", () => {
  const stands = EVENTS["stands, connected"];
  const follows = welcome([{ answer: "follows" }]);
  const said = welcome([{ answer: "said" }]);
  const asked = "send-now call:resume";
  assert.deepEqual(afterSocket(STATES.calling, follows, stands, ANSWER), ["connecting", "answered answer"]);
  assert.deepEqual(afterSocket(STATES.ringing, said, stands), ["ringing", asked]);
  assert.deepEqual(afterSocket(STATES.ringing, said, stands, stands, ANSWER), ["connecting", asked, "answered answer"]);
  assert.deepEqual(afterSocket(STATES["answered by the other"], said, stands), ["connecting", "synced"], "it is here");
  const lost = ["connection-lost", "send-now call:end failed", "take back this-call", ...OVER.slice(1)];
  for (const call of [STATES.calling, STATES.ringing]) {
    assert.deepEqual(afterSocket(call, welcome([{}])), lost, "the server took it for heard");
    assert.deepEqual(afterSocket(call, welcome([{}]), stands), [...lost, "send-now call:end"]);
  }
  assert.deepEqual(afterSocket(STATES["answered by the other"], welcome([{}]), stands), ["connecting", "synced"]);
});

Deno.test("course: [R13] after a reload the answer makes the other side offer: it is waited for, and not asked for", () => {
  const reloaded = [EVENTS["stands, rings"], EVENTS["stands, connected"]];
  assert.deepEqual(afterSocket({ stage: "idle" }, welcome([{ state: "ringing" }]), ...reloaded), [
    "connecting",
    "start this-call rejoin",
    "open audio",
    "synced",
  ]);
  const again = afterSocket(STATES["calling, reloaded"], welcome([{ answer: "said" }]), EVENTS["stands, connected"]);
  assert.deepEqual(again, ["connecting", "synced"]);
});

Deno.test("course: [R13] what a reload took up is given up in time, should this page hear of nothing any more", () => {
  const rings = { ...EVENTS["stands, rings"], expiresInMs: 5_000 };
  for (
    const [stands, afterMs, outcome] of [
      [rings, 5_000 + 2_000, "timeout"],
      [EVENTS["stands, connected"], START.graceMs + 30_000, "connection-lost"],
    ] as const
  ) {
    const { state } = apply(START, stands);
    assert.equal(deadlineOf(state), AT + afterMs);
    const { call } = apply(state, EVENTS.timer).state;
    assert.ok(call.stage === "ended" && call.outcome === outcome);
  }
});

Deno.test("course: a call that waits and is over by the next socket does not ring; the server offers it again if it is not", () => {
  const other = EVENTS["offer of another"];
  const released = { type: "released" } as const;
  const lost = apply(called(STATES.calling), other, welcome([{ state: "ringing" }]), EVENTS["hang up"], released).state;
  assert.equal(lost.call.stage, "ended");
  const again =
    apply(called(STATES.calling), other, welcome([{ state: "ringing" }]), other, EVENTS["hang up"], released).state;
  assert.equal(again.call.stage, "incoming");
});

Deno.test("course: a call that is over here neither rings nor is taken up again, and the server is told", () => {
  const { state } = apply(called(STATES.incoming), EVENTS.decline);
  for (const again of [EVENTS.offer, EVENTS["stands, connected"]]) {
    const after = apply(state, again);
    assert.deepEqual([after.state.call.stage, after.effects.map(words)], ["ended", ["send-now call:end"]]);
  }
  const failed = apply(called(STATES.incoming), EVENTS.failed).state;
  assert.equal(apply(failed, EVENTS.offer).state.call.stage, "incoming", "R8: this device only could not take it");
});
