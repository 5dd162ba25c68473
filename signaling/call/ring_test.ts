/** From the first ring to the answer (R3 to R6), event by event. */

import assert from "node:assert/strict";
import type { Candidate } from "../../shared/protocol/candidate.ts";
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
  offer,
  OFFER_SDP,
  relayed,
  ringing,
  rings,
  table,
} from "../../tests/support/arbiter_chat.ts";
import { nextDeadline } from "./advance.ts";
import { MAX_HELD_CANDIDATES } from "./state.ts";

table([
  {
    name: "[R3] every device of the callee is given the offer, and the caller is told nothing yet",
    when: (chat) => chat.initiate(),
    delivers: ["bob.phone call:offer", "bob.tablet call:offer"],
    leaves: "ringing",
  },
  {
    name: "[R3] the first device that says it rings is told to the caller",
    from: ringing,
    when: (chat) => [...rings(BOB)(chat), ...rings(BOB)(chat), ...rings(BOB_TOO)(chat)],
    delivers: ["ann.laptop call:ringing"],
    leaves: "ringing",
  },
  {
    name: "[R3] the caller cannot say that it rings, nor somebody outside the call",
    from: ringing,
    when: (chat) => [...rings(ANN)(chat), ...rings({ user: "eve", device: "pad" })(chat)],
    delivers: ["ann.laptop call:error NO_CALL", "eve.pad call:error NO_CALL"],
    leaves: "ringing",
  },
  {
    name: "[R3] a device that says so after the answer changes nothing; the caller still cannot",
    from: connected,
    when: (chat) => [...rings(BOB)(chat), ...rings(BOB_TOO)(chat), ...rings(ANN)(chat)],
    delivers: ["ann.laptop call:error NO_CALL"],
    leaves: "connected",
  },
  {
    name: "[R3] nor does one that says so after the end",
    from: () => {
      const chat = ringing();
      end(ANN)(chat);
      return chat;
    },
    when: (chat) => [...rings(BOB)(chat), ...rings(ANN)(chat)],
    delivers: [],
    leaves: "none",
  },
  {
    name: "[R12] a callee's device whose answer was lost is told of no error by what it says after it",
    from: ringing,
    when: (chat) => [
      ...chat.say(BOB, { type: "call:media", audio: true, video: true, screen: false }),
      ...chat.say(BOB, { type: "call:negotiate", description: offer }),
      ...chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) }),
    ],
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R3] while it rings the caller offers nothing more, and nobody outside the call says anything in it",
    from: ringing,
    when: (chat) => [
      ...chat.say(ANN, { type: "call:negotiate", description: offer }),
      ...chat.say({ user: "eve", device: "pad" }, { type: "call:negotiate", description: offer }),
      ...chat.say({ user: "eve", device: "pad" }, { type: "call:media", audio: true, video: true, screen: false }),
    ],
    delivers: [
      "ann.laptop call:error NO_CALL",
      "eve.pad call:error NO_CALL",
      "eve.pad call:error NO_CALL",
    ],
    leaves: "ringing",
  },
  {
    name: "[R3] a device within its grace counts as online, and rings when it is back",
    when: (chat) => chat.with({ devices: [{ device: "phone", connected: false }] }).initiate(),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R3] nobody there: User offline, and a missed call for later",
    when: (chat) => chat.with({ devices: [] }).initiate(),
    delivers: ["ann.laptop call:error USER_OFFLINE", "bob call:missed offline"],
    leaves: "none",
  },
  {
    name: "[R3] a chat with one member: User offline",
    when: (chat) => chat.initiate(ANN, CALL, null),
    delivers: ["ann.laptop call:error USER_OFFLINE"],
    leaves: "none",
  },
  {
    name: "[R4] nobody answers: both sides end, and the callee missed a call",
    from: ringing,
    when: (chat) => chat.after(30_000),
    delivers: [
      "ann.laptop call:end timeout",
      "bob.phone call:end timeout",
      "bob.tablet call:end timeout",
      "bob call:missed timeout",
    ],
    leaves: "none",
  },
  {
    name: "[R4] not a millisecond early",
    from: ringing,
    when: (chat) => chat.after(29_999),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R5] the first answer wins and the other device stops",
    from: ringing,
    when: (chat) => chat.say(BOB, { type: "call:answer", answer }),
    delivers: ["ann.laptop call:answer", "bob.tablet call:end answered-elsewhere"],
    leaves: "connected",
  },
  {
    name: "[R5] a late second answer is told so, and is no error",
    from: connected,
    when: (chat) => chat.say(BOB_TOO, { type: "call:answer", answer }),
    delivers: ["bob.tablet call:end answered-elsewhere"],
    leaves: "connected",
  },
  {
    name: "[R6] the caller's candidates wait",
    from: ringing,
    when: (chat) => chat.say(ANN, { type: "call:ice-candidate", candidate: candidate(1) }),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R6] candidates of a device that has not answered are dropped in silence",
    from: ringing,
    when: (chat) => chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) }),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R6] also once another device has answered",
    from: connected,
    when: (chat) => chat.say(BOB_TOO, { type: "call:ice-candidate", candidate: candidate(1) }),
    delivers: [],
    leaves: "connected",
  },
]);

Deno.test("call: [R6] an offer rings without its addresses, which follow the answer in order", () => {
  const chat = new Chat();
  const line = "candidate:1 1 udp 1 192.0.2.7 5000 typ host";
  offer.sdp = `${OFFER_SDP}\r\na=${line}\r\n`;
  chat.initiate();
  offer.sdp = OFFER_SDP;
  assert.ok(!JSON.stringify(chat.deliveries).includes("192.0.2."));
  for (let n = 0; n < MAX_HELD_CANDIDATES + 10; n++) {
    chat.say(ANN, { type: "call:ice-candidate", candidate: candidate(n) });
  }
  chat.say(BOB, { type: "call:answer", answer });
  const given = chat.deliveries.filter(({ message }) => message.type === "call:ice-candidate");
  assert.equal(given.length, MAX_HELD_CANDIDATES);
  assert.ok(given.every(({ to }) => to.user === "bob" && to.device === "phone"));
  const lines = given.map(({ message }) => message.type === "call:ice-candidate" && message.candidate?.candidate);
  assert.deepEqual(lines.slice(0, 2), [line, candidate(0).candidate]);
});

Deno.test("call: [R6, R18] of too many candidates held while it rings the relayed ones and their end are kept", () => {
  const chat = ringing();
  const say = (candidate: Candidate | null) => chat.say(ANN, { type: "call:ice-candidate", candidate });
  for (let n = 0; n < 130; n++) say(n % 40 === 39 ? relayed(n) : candidate(n));
  say(null);
  chat.say(BOB, { type: "call:answer", answer });
  const given = chat.deliveries.flatMap(({ message }) =>
    message.type === "call:ice-candidate" ? [message.candidate] : []
  );
  assert.equal(given.length, MAX_HELD_CANDIDATES);
  const best = given.filter((one) => one === null || one.candidate.includes("typ relay"));
  assert.deepEqual(best, [relayed(39), relayed(79), relayed(119), null]);
  assert.deepEqual(given.slice(0, 2), [candidate(0), candidate(1)], "and the first of the others");
});

Deno.test("call: [R6, R18] of too many candidates in an offer the relayed ones are kept", () => {
  const chat = new Chat();
  const lines = Array.from({ length: 130 }, (_, n) => `a=${(n === 129 ? relayed(n) : candidate(n)).candidate}`);
  offer.sdp = [OFFER_SDP, ...lines, ""].join("\r\n");
  chat.initiate();
  offer.sdp = OFFER_SDP;
  chat.say(BOB, { type: "call:answer", answer });
  const given = chat.deliveries.filter(({ message }) => message.type === "call:ice-candidate");
  assert.equal(given.length, MAX_HELD_CANDIDATES);
  assert.match(JSON.stringify(given.at(-1)), /typ relay/);
});

Deno.test("call: [R4] no reconnect restarts the ring timer", () => {
  const chat = ringing();
  chat.now += 10_000;
  chat.connect(BOB);
  const [{ message } = assert.fail()] = chat.deliveries;
  assert.equal(message.type === "call:offer" && message.expiresInMs, 20_000);
  assert.equal(nextDeadline(chat.calls), 30_000);
});

Deno.test("call: the caller is told that it rings when the first device within its grace is back", () => {
  const chat = new Chat().with({ devices: [{ device: "phone", connected: false }] });
  chat.initiate();
  assert.deepEqual(chat.connect(BOB), ["bob.phone call:offer"]);
  assert.deepEqual(rings(BOB)(chat), ["ann.laptop call:ringing"]);
  assert.deepEqual(chat.connect(BOB_TOO), ["bob.tablet call:offer"]);
  assert.deepEqual(rings(BOB_TOO)(chat), [], "told once");
});
