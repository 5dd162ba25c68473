/** How calls are declined, ended, crossed and repeated (R7 to R11, R15), event by event. */

import assert from "node:assert/strict";
import {
  ANN,
  answer,
  BOB,
  BOB_TOO,
  CALL,
  candidate,
  Chat,
  connected,
  end,
  glaring,
  offer,
  OTHER_CALL,
  ringing,
  table,
} from "../../tests/support/arbiter_chat.ts";
import type { Endpoint } from "./parties.ts";
import { MEMORY_MS } from "./state.ts";

table([
  {
    name: "[R7] the caller cancels: every device stops",
    from: ringing,
    when: end(ANN),
    delivers: ["bob.phone call:end cancelled", "bob.tablet call:end cancelled", "bob call:missed cancelled"],
    leaves: "none",
  },
  {
    name: "[R7] a hang-up for an unknown call is remembered, without an error",
    when: end(ANN, CALL),
    delivers: [],
    leaves: "none",
  },
  {
    name: "[R7] and its call does not ring",
    from: () => {
      const chat = new Chat();
      end(ANN, CALL)(chat);
      return chat;
    },
    when: (chat) => chat.initiate(),
    delivers: ["ann.laptop call:end cancelled"],
    leaves: "none",
  },
  {
    name: "[R7] somebody else's hang-up stops nothing",
    from: () => {
      const chat = new Chat();
      end(BOB, CALL)(chat);
      return chat;
    },
    when: (chat) => chat.initiate(),
    delivers: ["bob.phone call:offer", "bob.tablet call:offer"],
    leaves: "ringing",
  },
  {
    name: "[R8] a device declines: the caller learns it and the other device stops",
    from: ringing,
    when: (chat) => chat.say(BOB, { type: "call:reject" }),
    delivers: ["ann.laptop call:rejected declined", "bob.tablet call:end rejected-elsewhere"],
    leaves: "none",
  },
  {
    name: "[R8] a device says it is busy: the caller learns that, and the callee missed a call",
    from: ringing,
    when: (chat) => chat.say(BOB, { type: "call:reject", reason: "busy" }),
    delivers: ["ann.laptop call:rejected busy", "bob.tablet call:end rejected-elsewhere", "bob call:missed busy"],
    leaves: "none",
  },
  {
    name: "[R8] call:end of a ringing device is a reject",
    from: ringing,
    when: end(BOB),
    delivers: ["ann.laptop call:rejected declined", "bob.tablet call:end rejected-elsewhere"],
    leaves: "none",
  },
  {
    name: "[R8] a device that did not answer cannot end the call",
    from: connected,
    when: end(BOB_TOO),
    delivers: ["bob.tablet call:error NO_CALL"],
    leaves: "connected",
  },
  {
    name: "[R8] a decline that crossed the answer of another device changes nothing",
    from: connected,
    when: (chat) => chat.say(BOB_TOO, { type: "call:reject" }),
    delivers: [],
    leaves: "connected",
  },
  {
    name: "[R9] a callee in a call is not rung, and finds a missed call",
    when: (chat) => chat.with({ busy: { calleeBusy: true } }).initiate(),
    delivers: ["ann.laptop call:rejected busy", "bob call:missed busy"],
    leaves: "none",
  },
  {
    name: "a caller in a call already is told so",
    when: (chat) => chat.with({ busy: { callerBusy: true } }).initiate(),
    delivers: ["ann.laptop call:error BUSY"],
    leaves: "none",
  },
  {
    name: "another device of the caller cannot start a second call",
    from: ringing,
    when: (chat) => chat.initiate({ user: "ann", device: "phone" }, OTHER_CALL),
    delivers: ["ann.phone call:error BUSY"],
    leaves: "ringing",
  },
  {
    name: "[R10] both call: the first call stands, and the second initiator is told to answer it",
    from: ringing,
    when: (chat) => chat.initiate(BOB, OTHER_CALL),
    delivers: ["bob.phone call:offer glare"],
    leaves: "ringing",
  },
  {
    name: "[R10] both call, and the second takes its call back before it knows: what rings there by now stops",
    from: glaring,
    when: end(BOB, OTHER_CALL),
    delivers: [
      "ann.laptop call:rejected declined",
      "bob.phone call:end rejected-elsewhere",
      "bob.tablet call:end rejected-elsewhere",
    ],
    leaves: "none",
  },
  {
    name: "[R11] a repeated initiate changes nothing",
    from: ringing,
    when: (chat) => chat.initiate(),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R11] a repeated answer changes nothing",
    from: connected,
    when: (chat) => chat.say(BOB, { type: "call:answer", answer }),
    delivers: [],
    leaves: "connected",
  },
  {
    name: "a hang-up ends the call for the other side",
    from: connected,
    when: end(ANN),
    delivers: ["bob.phone call:end hangup"],
    leaves: "none",
  },
  {
    name: "[R15] a renegotiation is relayed",
    from: connected,
    when: (chat) => chat.say(BOB, { type: "call:negotiate", description: offer }),
    delivers: ["ann.laptop call:negotiate"],
    leaves: "connected",
  },
  {
    name: "a caller cannot answer its own call",
    from: ringing,
    when: (chat) => chat.say(ANN, { type: "call:answer", answer }),
    delivers: ["ann.laptop call:error NO_CALL"],
    leaves: "ringing",
  },
  {
    name: "a third member of the chat has no part in the call",
    from: connected,
    when: end({ user: "eve", device: "x" }),
    delivers: ["eve.x call:error NO_CALL"],
    leaves: "connected",
  },
]);

Deno.test("call: [R10] the second initiator answers; its own call's id means the one that stands", () => {
  const chat = ringing();
  chat.initiate(BOB, OTHER_CALL);
  const early = { type: "call:ice-candidate", callId: OTHER_CALL, candidate: candidate(1) } as const;
  assert.deepEqual(chat.say(BOB, early), []);
  assert.deepEqual(chat.initiate(BOB, OTHER_CALL), [], "a repeat");
  assert.deepEqual(chat.say(BOB, { type: "call:answer", callId: OTHER_CALL, answer }), [
    "ann.laptop call:answer",
    "bob.tablet call:end answered-elsewhere",
  ]);
});

Deno.test("call: [R11] a chat remembers its last call for five seconds", () => {
  const chat = connected();
  end(ANN)(chat);
  assert.deepEqual(end(BOB)(chat), [], "hang-ups that cross");
  assert.deepEqual(end(BOB, CALL)(chat), []);
  assert.deepEqual(chat.say(BOB, { type: "call:ice-candidate", candidate: null }), []);
  assert.deepEqual(chat.initiate(), [], "a call that is over does not ring again");
  chat.now += MEMORY_MS;
  assert.deepEqual(end(BOB)(chat), ["bob.phone call:error NO_CALL"]);
});

Deno.test("call: what the caller sends reaches the one who answers", () => {
  const chat = ringing();
  assert.deepEqual(chat.say(ANN, { type: "call:media", audio: false, video: true, screen: false }), []);
  assert.deepEqual(chat.say(BOB, { type: "call:answer", answer }).at(-1), "bob.phone call:media");
});

Deno.test("call: more than two members: busy is judged by people, and glare takes the same two", () => {
  const chat = ringing();
  const EVE: Endpoint = { user: "eve", device: "x" };
  assert.deepEqual(chat.initiate(BOB, OTHER_CALL, "eve"), ["bob.phone call:error BUSY"], "he rings; this is no glare");
  assert.deepEqual(chat.initiate(EVE, "eve-calls-bob-0000", "bob"), [
    "eve.x call:rejected busy",
    "bob call:missed busy",
  ]);
  assert.deepEqual(chat.initiate(EVE, "eve-calls-dan-0000", "dan"), ["eve.x call:error UNAVAILABLE"]);
  assert.equal(chat.state, "ringing");
});
