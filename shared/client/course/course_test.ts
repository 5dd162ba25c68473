/** What comes of every event in every state of a call. */

import assert from "node:assert/strict";
import { apply, EVENTS, START, STATES, summary } from "../../../tests/support/course.ts";
import type { Course } from "./course_state.ts";

/** A state without what an event changes whatever the call is in. */
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
  "offer, glare": "connecting (answering); take back other-call; start other-call to answer; open audio; accept false",
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
  "accept": "connecting (answering); forget-problem; open audio and video; accept false",
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
      "connecting (answering); take back other-call; start other-call to answer; open audio; accept false",
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
      "connecting (answering); take back other-call; start other-call to answer; open audio; accept false",
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
      "connecting (answering); take back other-call; start other-call to answer; open nothing; accept false",
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
      "connecting (answering); take back other-call; start other-call to answer; open audio; accept false",
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
      "connecting (answering); take back other-call; start other-call to answer; open nothing; accept false",
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
  const changes = Object.entries(EVENTS).flatMap(([name, event]) => {
    const after = apply(state, event);
    try {
      assert.deepEqual([shownOf(after.state), after.effects], [shownOf(state), []]);
      return [];
    } catch {
      return [[name, summary(state, after)]];
    }
  });
  return Object.fromEntries(changes);
}

for (const [name, call] of Object.entries(STATES)) {
  Deno.test(`course: what happens to a call that is ${name}`, () => {
    assert.deepEqual(found({ ...START, call }), TABLE[name as keyof typeof STATES]);
  });
}
