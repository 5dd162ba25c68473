import assert from "node:assert/strict";
import type { OmitEach } from "../../omit_each.ts";
import type { DeviceCall, ServerMessages } from "../../protocol/server_messages.ts";
import { course } from "./course.ts";
import type { CourseEvent } from "./course_event.ts";
import { type CallState, type Course, type CourseEffect, deadlineOf, phaseOf, start } from "./course_state.ts";
import type { CallInfo } from "../state.ts";

const AT = 1_000;
const ids = { chatId: "a-chat", callId: "this-call" };
const own: CallInfo = { ...ids, role: "caller", media: "video", peer: null };
const theirs: CallInfo = { ...own, role: "callee" };
const placed = { info: own, to: "bob", kinds: ["audio", "video"], deadline: 9_000 } as const;
const offered = { ...placed, hasOffered: true } as const;
const rings = { info: theirs, deadline: 9_000, expiresAt: 7_000, isStale: false } as const;

const STATES = {
  "idle": { stage: "idle" },
  "preparing": { stage: "preparing", info: own, to: "bob", kinds: ["audio", "video"] },
  "placing": { ...placed, stage: "placing" },
  "calling": { ...offered, stage: "calling" },
  "calling, reloaded": { ...offered, stage: "calling", hasOffered: false, kinds: [] },
  "ringing": { ...offered, stage: "ringing", expiresAt: 7_000 },
  "incoming": { ...rings, stage: "incoming", isPresented: false },
  "incoming, presented": { ...rings, stage: "incoming", isPresented: true },
  "answering": { stage: "answering", info: theirs, deadline: 9_000 },
  "answered by this": { stage: "answered", info: theirs, since: 500, isWell: true },
  "answered by the other": { stage: "answered", info: own, since: null, isWell: false },
  "ended": { stage: "ended", info: own, outcome: "hangup", byMe: true, durationMs: 7 },
} satisfies Record<string, CallState>;

type Told = OmitEach<CourseEvent, "at" | "talkedMs">;

const offer: ServerMessages["call:offer"] = {
  ...ids,
  type: "call:offer",
  callerId: "bob",
  callerName: "Bob",
  offer: { type: "offer", sdp: "" },
  media: "audio",
  expiresInMs: 5_000,
};
const stands = { ...ids, type: "call:state", media: "video", peer: null, kinds: ["audio"] } as const;
const error = { ...ids, type: "call:error", message: "" } as const;

const EVENTS = {
  "call": { type: "call", info: { ...own, callId: "new-call" }, to: undefined, kinds: ["audio"] },
  "accept": { type: "accept", media: "video" },
  "presented": { type: "presented" },
  "decline": { type: "decline" },
  "hang up": { type: "hang-up" },
  "dismiss": { type: "dismiss" },
  "check": { type: "check", on: true },
  "close": { type: "close" },
  "allowed": { type: "allowed", ...ids },
  "opened": { type: "opened", ...ids, kinds: ["audio", "video"], isWithheld: false },
  "withheld": { type: "opened", ...ids, kinds: ["audio", "video"], isWithheld: true },
  "replaced": { type: "signaling", status: "replaced" },
  "unauthorized": { type: "signaling", status: "unauthorized" },
  "offer": { ...offer, failed: [] },
  "offer of another": { ...offer, callId: "other-call", failed: [] },
  "offer, glare": { ...offer, callId: "other-call", media: "video", glare: true, failed: ["video"] },
  "stands, rings": { ...stands, state: "ringing", role: "caller" },
  "stands, connected": { ...stands, state: "connected", role: "caller" },
  "another stands": { ...stands, callId: "other-call", state: "connected", role: "caller" },
  "rings there": { ...ids, type: "call:ringing", expiresInMs: 5_000 },
  "answer": { ...ids, type: "call:answer", answer: { type: "answer", sdp: "" } },
  "rejected": { ...ids, type: "call:rejected", reason: "busy" },
  "end": { ...ids, type: "call:end", reason: "cancelled" },
  "offline": { ...error, code: "USER_OFFLINE" },
  "no call": { ...error, code: "NO_CALL" },
  "refused, of no call": { type: "call:error", code: "ACCESS_DENIED", message: "" },
  "placed": { type: "placed", ...ids },
  "descriptions": { type: "answered", ...ids },
  "media": { type: "progress", ...ids, since: 900, isWell: true },
  "media stops": { type: "progress", ...ids, since: 900, isWell: false },
  "stale": { type: "stale", ...ids },
  "no WebRTC": { type: "no-webrtc", ...ids },
  "failed": { type: "failed", ...ids, reason: "incompatible" },
  "timer": { type: "timer" },
} satisfies Record<string, Told>;

const START: Course = { ...start([]), signaling: "open" };

const apply = (state: Course, ...events: Told[]) =>
  events.reduce(
    (before, event) => {
      const { state, effects } = course(before.state, { ...event, at: AT, talkedMs: 400 } as CourseEvent);
      return { state, effects: [...before.effects, ...effects] };
    },
    { state, effects: [] as readonly CourseEffect[] },
  );

/** An effect in a few words. */
function words([what, ...more]: CourseEffect): string {
  if (what === "start") {
    const [{ callId }, as] = more as [CallInfo, string | object];
    return `start ${callId} ${typeof as === "string" ? as : "to answer"}`;
  }
  if (what === "end" && (more[1] as unknown[]).length === 0) return `take back ${more[0]}`;
  const said = (one: unknown): string =>
    Array.isArray(one)
      ? one.map(said).join(" and ") || "nothing"
      : one !== null && typeof one === "object" && "type" in one
      ? [one.type, "reason" in one ? one.reason : undefined].filter(Boolean).join(" ")
      : String(one);
  return [what, ...more.map(said)].join(" ");
}

/** What a call at hand that ends comes to: how, what is said of it, and whether it may ring here again. */
function ending(after: Course, effects: readonly CourseEffect[], isAccepted: boolean): string {
  const phase = phaseOf(after);
  assert.ok(phase.phase === "ended");
  const { outcome, byMe, durationMs } = phase;
  const [end, ...rest] = effects;
  assert.deepEqual(rest, [["record", outcome, 400, isAccepted], ["release"], ["forget-problem"]]);
  assert.ok(end?.[0] === "end" && end[1] === phase.call.callId && durationMs === 400);
  const mayRing = after.over.includes(phase.call.callId) ? "" : ", may ring again";
  return `ended ${outcome}${byMe ? " by me" : ""}${mayRing}; ${words(["send", ...end[2]] as never)}`.replace(
    /; send$/,
    "",
  );
}

/** What came of an event: what is shown, whatever else is another one, and what is done. */
function summary(before: Course, { state, effects }: { state: Course; effects: readonly CourseEffect[] }): string {
  if (state.call.stage === "ended" && before.call.stage !== "ended") {
    return ending(state, effects, before.call.stage !== "incoming");
  }
  const { phase } = phaseOf(state);
  const stage = state.call.stage === phase ? phase : `${phase} (${state.call.stage})`;
  const others = (["isWary", "isChecking", "noWebRtc", "unplaced", "waiting", "over"] as const)
    .filter((key) => state[key] !== before[key]);
  return [[stage, ...others].join(", "), ...effects.map(words)].join("; ");
}

/** Without what is told to a machine whatever it is in. */
const shownOf = ({ signaling: _, ringTimeoutMs: __, ...state }: Course) => state;

/** A call that is placed; what a reload of its page changes is in the table. */
const CALLING = {
  "hang up": "ended cancelled by me; send call:end",
  "close": "ended cancelled by me; send call:end",
  "withheld":
    "idle, isWary, unplaced, over; end this-call call:end; record cancelled 400 true; release; forget-problem",
  "replaced": "ended connection-lost",
  "unauthorized": "ended connection-lost",
  "offer of another": "calling, waiting; take back other-call",
  "offer, glare": "connecting (answering); take back other-call; start other-call to answer; accept false; open audio",
  "another stands": "calling; send call:end",
  "rings there": "ringing; mark-ringing",
  "answer": "connecting (answered); answered answer",
  "rejected": "ended busy",
  "end": "ended cancelled",
  "offline": "ended offline",
  "no call": "ended connection-lost",
  "no WebRTC": "calling, noWebRtc",
  "failed": "ended incompatible; send call:end incompatible call:end failed",
  "timer": "ended timeout; send call:end failed",
} as const;

/** One that rings here, and is not shown yet. */
const INCOMING = {
  "accept": "connecting (answering); forget-problem; accept false; open audio and video",
  "presented": "incoming; send call:ringing",
  "decline": "ended declined by me; send call:reject",
  "hang up": "ended declined by me; send call:reject",
  "close": "idle; release",
  "withheld": "incoming, isWary",
  "replaced": "ended connection-lost",
  "unauthorized": "ended connection-lost",
  "offer": "incoming",
  "offer of another": "incoming, waiting; take back other-call",
  "offer, glare": "incoming, waiting; take back other-call",
  "stands, connected": "incoming; synced",
  "another stands": "incoming; send call:end",
  "rejected": "ended busy",
  "end": "ended cancelled",
  "no call": "ended connection-lost",
  "stale": "incoming",
  "no WebRTC": "incoming, noWebRtc",
  "failed": "ended incompatible, may ring again; send call:end incompatible call:end failed",
  "timer": "ended timeout",
} as const;

/** What comes of every event in every state. What is not in the table changes nothing. */
const TABLE: Record<keyof typeof STATES, Partial<Record<keyof typeof EVENTS, string>>> = {
  idle: {
    "call": "preparing; forget-problem; start new-call place; open-first audio true",
    "check": "idle, isChecking; forget-problem; open audio and video",
    "close": "idle; release",
    "offer": "incoming; take back this-call; start this-call to answer; mark-ringing",
    "offer of another": "incoming; take back other-call; start other-call to answer; mark-ringing",
    "offer, glare": "incoming; take back other-call; start other-call to answer; mark-ringing",
    "stands, rings": "calling; start this-call rejoin; open audio",
    "stands, connected": "connecting (answering); start this-call rejoin; open audio",
    "another stands": "connecting (answering); start other-call rejoin; open audio",
  },
  preparing: {
    "hang up": "idle; release",
    "close": "idle; release",
    "allowed": "calling (placing); place bob",
    "opened": "calling (placing); place bob",
    "withheld": "idle, isWary, unplaced; release",
    "replaced": "idle; release",
    "unauthorized": "idle; release",
    "offer of another": "preparing, waiting; take back other-call",
    "offer, glare":
      "connecting (answering); take back other-call; start other-call to answer; accept false; open audio",
    "another stands": "preparing; send call:end",
    "answer": "connecting (answered); answered answer",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "no call": "ended connection-lost",
    "no WebRTC": "idle, noWebRtc; release",
    "failed": "ended incompatible; send call:end incompatible call:end failed",
  },
  placing: {
    "hang up": "ended cancelled by me; send call:end",
    "close": "ended cancelled by me; send call:end",
    "withheld":
      "idle, isWary, unplaced, over; end this-call call:end; record cancelled 400 true; release; forget-problem",
    "replaced": "ended connection-lost",
    "unauthorized": "ended connection-lost",
    "offer of another": "calling (placing), waiting; take back other-call",
    "offer, glare":
      "connecting (answering); take back other-call; start other-call to answer; accept false; open audio",
    "another stands": "calling (placing); send call:end",
    "answer": "connecting (answered); answered answer",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "no call": "ended connection-lost",
    "placed": "calling",
    "no WebRTC": "calling (placing), noWebRtc",
    "failed": "ended incompatible; send call:end incompatible call:end failed",
    "timer": "ended timeout; send call:end failed",
  },
  calling: CALLING,
  "calling, reloaded": {
    ...CALLING,
    "offer, glare":
      "connecting (answering); take back other-call; start other-call to answer; accept false; open nothing",
    "stands, connected": "connecting (answering); synced",
  },
  ringing: {
    "hang up": "ended cancelled by me; send call:end",
    "close": "ended cancelled by me; send call:end",
    "withheld":
      "idle, isWary, unplaced, over; end this-call call:end; record cancelled 400 true; release; forget-problem",
    "replaced": "ended connection-lost",
    "unauthorized": "ended connection-lost",
    "offer of another": "ringing, waiting; take back other-call",
    "offer, glare":
      "connecting (answering); take back other-call; start other-call to answer; accept false; open audio",
    "another stands": "ringing; send call:end",
    "rings there": "ringing; mark-ringing",
    "answer": "connecting (answered); answered answer",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "offline": "ended offline",
    "no call": "ended connection-lost",
    "no WebRTC": "ringing, noWebRtc",
    "failed": "ended incompatible; send call:end incompatible call:end failed",
    "timer": "ended timeout; send call:end failed",
  },
  incoming: INCOMING,
  "incoming, presented": {
    ...INCOMING,
    "offer": "incoming; send call:ringing",
  },
  answering: {
    "hang up": "ended hangup by me; send call:end",
    "close": "ended hangup by me; send call:end",
    "withheld": "connecting (answering), isWary",
    "replaced": "ended connection-lost",
    "unauthorized": "ended connection-lost",
    "offer of another": "connecting (answering), waiting; take back other-call",
    "offer, glare": "connecting (answering), waiting; take back other-call",
    "stands, connected": "connecting (answering); synced",
    "another stands": "connecting (answering); send call:end",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "no call": "ended connection-lost",
    "descriptions": "connecting (answered)",
    "no WebRTC": "connecting (answering), noWebRtc",
    "failed": "ended incompatible, may ring again; send call:end incompatible call:end failed",
    "timer": "ended connection-lost, may ring again; send call:end failed",
  },
  "answered by this": {
    "hang up": "ended hangup by me; send call:end",
    "close": "ended hangup by me; send call:end",
    "withheld": "connected (answered), isWary",
    "replaced": "ended connection-lost",
    "offer": "connected (answered); repeatAnswer",
    "offer of another": "connected (answered), waiting; take back other-call",
    "offer, glare": "connected (answered), waiting; take back other-call",
    "stands, connected": "connected (answered); synced",
    "another stands": "connected (answered); send call:end",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "no call": "ended connection-lost",
    "media": "connected (answered)",
    "media stops": "reconnecting (answered)",
    "no WebRTC": "connected (answered), noWebRtc",
    "failed": "ended incompatible; send call:end incompatible call:end failed",
  },
  "answered by the other": {
    "hang up": "ended hangup by me; send call:end",
    "close": "ended hangup by me; send call:end",
    "withheld": "connecting (answered), isWary",
    "replaced": "ended connection-lost",
    "offer": "connecting (answered); repeatAnswer",
    "offer of another": "connecting (answered), waiting; take back other-call",
    "offer, glare":
      "connecting (answering); take back other-call; start other-call to answer; accept false; open nothing",
    "stands, connected": "connecting (answered); synced",
    "another stands": "connecting (answered); send call:end",
    "rejected": "ended busy",
    "end": "ended cancelled",
    "no call": "ended connection-lost",
    "media": "connected (answered)",
    "media stops": "reconnecting (answered)",
    "no WebRTC": "connecting (answered), noWebRtc",
    "failed": "ended incompatible; send call:end incompatible call:end failed",
  },
  ended: {
    "call": "preparing; forget-problem; start new-call place; open-first audio true",
    "dismiss": "idle",
    "check": "ended, isChecking; forget-problem; open audio and video",
    "close": "idle; release",
    "offer": "incoming; take back this-call; start this-call to answer; mark-ringing",
    "offer of another": "incoming; take back other-call; start other-call to answer; mark-ringing",
    "offer, glare": "incoming; take back other-call; start other-call to answer; mark-ringing",
    "stands, rings": "calling; start this-call rejoin; open audio",
    "stands, connected": "connecting (answering); start this-call rejoin; open audio",
    "another stands": "connecting (answering); start other-call rejoin; open audio",
  },
};

function found(state: Course): Record<string, string> {
  const changes = Object.entries(EVENTS).flatMap(([event, told]) => {
    const after = apply(state, told);
    try {
      assert.deepEqual([shownOf(after.state), after.effects], [shownOf(state), []]);
      return [];
    } catch {
      return [[event, summary(state, after)]];
    }
  });
  return Object.fromEntries(changes);
}

for (const [name, call] of Object.entries(STATES)) {
  Deno.test(`course: what happens to a call that is ${name}`, () => {
    assert.deepEqual(found({ ...START, call }), TABLE[name as keyof typeof STATES]);
  });
}

/** A new socket's first word. `calls`: those that the server names. */
const welcome = (calls: readonly Partial<DeviceCall>[] = [], isUnsent = false): Told => ({
  ...{ type: "welcome", protocol: 2, deviceId: "laptop", user: { id: "ann", name: "Ann" }, iceServers: [] },
  ...{ ringTimeoutMs: 30_000, graceMs: 20_000, pingMs: 25_000, isUnsent },
  calls: calls.map((call) => ({ ...ids, role: "caller", state: "connected", ...call })),
});
const ANSWER = { ...EVENTS.answer };
const called = (call: CallState): Course => ({ ...START, call });

/** After a new socket, what the server says: what is shown and done in the end. */
const afterSocket = (call: CallState, ...told: Told[]) => {
  const { state, effects } = apply(called(call), ...told);
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
  for (const [name, told] of Object.entries(EVENTS)) {
    if (!("callId" in told) || told.type === "call:offer" || told.type === "call:state") continue;
    const late = { ...told, callId: "an-old-call" } as Told;
    for (const call of Object.values(STATES)) {
      const { state, effects } = apply(called(call), late);
      assert.deepEqual([state, effects], [called(call), []], `${name} while ${call.stage}`);
    }
  }
});
