/** Devices that are away, reload or come back (R12, R13), event by event. */

import assert from "node:assert/strict";
import {
  ANN,
  answer,
  BOB,
  CALL,
  candidate,
  connected,
  offer,
  relayed,
  ringing,
  rings,
  table,
} from "../../tests/support/arbiter_chat.ts";
import { nextDeadline } from "./advance.ts";
import type { Endpoint } from "./parties.ts";
import { callOn, MAX_HELD_MESSAGES } from "./state.ts";

table([
  {
    name: "[R3, R12] a caller who was away when a device said it rings is told with where the call stands",
    from: () => {
      const chat = ringing();
      chat.drop(ANN);
      return chat;
    },
    when: (chat) => [...rings(BOB)(chat), ...chat.connect(ANN), ...chat.resume(ANN, "caller")],
    delivers: [
      "ann.laptop call:state ringing",
      "ann.laptop call:ringing",
      "ann.laptop call:state ringing",
      "ann.laptop call:ringing",
    ],
    leaves: "ringing",
  },
  {
    name: "[R3, R13] a caller who comes back, or reloads, before any device has said it rings is not told so",
    from: ringing,
    when: (chat) => [...chat.connect(ANN), ...chat.connect(ANN, true), ...rings(BOB)(chat)],
    delivers: ["ann.laptop call:state ringing", "ann.laptop call:state ringing", "ann.laptop call:ringing"],
    leaves: "ringing",
  },
  {
    name: "[R12] a dropped socket does not end a connected call",
    from: connected,
    when: (chat) => chat.drop(BOB),
    delivers: ["ann.laptop call:peer reconnecting"],
    leaves: "connected",
  },
  {
    name: "[R12] a callee's device that comes back rings again",
    from: ringing,
    when: (chat) => chat.connect(BOB),
    delivers: ["bob.phone call:offer"],
    leaves: "ringing",
  },
  {
    name: "[R12] a caller gone for the grace cancels",
    from: () => {
      const chat = ringing();
      chat.drop(ANN);
      return chat;
    },
    when: (chat) => chat.after(20_000),
    delivers: ["bob.phone call:end cancelled", "bob.tablet call:end cancelled", "bob call:missed cancelled"],
    leaves: "none",
  },
  {
    name: "[R12] gone for longer than the grace: connection lost",
    from: () => {
      const chat = connected();
      chat.drop(BOB);
      return chat;
    },
    when: (chat) => chat.after(20_000),
    delivers: ["ann.laptop call:end connection-lost", "bob.phone call:end connection-lost"],
    leaves: "none",
  },
  {
    name: "[R13] the same device with another page: the other side is told to start afresh",
    from: connected,
    when: (chat) => chat.connect(BOB, true),
    delivers: ["bob.phone call:state connected", "ann.laptop call:peer reloaded"],
    leaves: "connected",
  },
]);

Deno.test("call: [R12, R18] what is held for somebody in grace is not crowded out by candidates", () => {
  const chat = connected();
  chat.drop(BOB);
  chat.say(ANN, { type: "call:media", audio: true, video: true, screen: false });
  for (let n = 0; n < 300; n++) chat.say(ANN, { type: "call:ice-candidate", candidate: candidate(n) });
  chat.say(ANN, { type: "call:ice-candidate", candidate: relayed(1) });
  chat.say(ANN, { type: "call:ice-candidate", candidate: null });
  chat.say(ANN, { type: "call:negotiate", description: answer });
  const told = chat.connect(BOB).filter((line) => line.startsWith("bob."));
  assert.equal(told.length, 1 + MAX_HELD_MESSAGES);
  assert.equal(told[1], "bob.phone call:media");
  assert.equal(told.at(-1), "bob.phone call:negotiate");
  const candidates = chat.deliveries.flatMap(({ message }) =>
    message.type === "call:ice-candidate" ? [message.candidate] : []
  );
  assert.deepEqual(candidates.slice(-2), [relayed(1), null]);
});

Deno.test("call: [R12, R18] nor is what a caller may ask for again", () => {
  const chat = ringing();
  chat.say(BOB, { type: "call:answer", answer });
  for (let n = 0; n < 300; n++) chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(n) });
  chat.say(BOB, { type: "call:negotiate", description: offer });
  const told = chat.resume(ANN, "caller");
  assert.equal(told.length, 1 + MAX_HELD_MESSAGES);
  assert.equal(told[1], "ann.laptop call:answer");
  assert.equal(told.at(-1), "ann.laptop call:negotiate");
});

Deno.test("call: [R12] what is said to somebody in grace is held for them, in order", () => {
  const chat = ringing();
  chat.drop(ANN);
  assert.deepEqual(chat.say(BOB, { type: "call:answer", answer }), ["bob.tablet call:end answered-elsewhere"]);
  assert.deepEqual(chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) }), []);
  assert.deepEqual(chat.connect(ANN), [
    "ann.laptop call:state connected",
    "ann.laptop call:answer",
    "ann.laptop call:ice-candidate",
    "bob.phone call:peer back",
  ]);
});

Deno.test("call: [R12] the grace is what the socket's end gives: shorter for a page that said it goes", () => {
  const chat = connected();
  chat.drop(BOB, 5_000);
  assert.equal(nextDeadline(chat.calls), 5_000);
  chat.connect(BOB);
  assert.equal(nextDeadline(chat.calls), null);
  chat.drop(BOB);
  assert.equal(nextDeadline(chat.calls), 20_000);
});

for (const [back, other] of [[ANN, BOB], [BOB, ANN]] as const) {
  const key = ({ user, device }: Endpoint) => `${user}.${device}`;

  Deno.test(`call: [R12, R13] who is back, ${key(back)}, hears of the other's reload before where the call stands`, () => {
    const chat = connected();
    chat.say(ANN, { type: "call:media", audio: true, video: true, screen: false });
    chat.drop(back);
    chat.drop(other);
    chat.connect(other, true);
    chat.say(other, { type: "call:media", audio: true, video: true, screen: false });
    assert.deepEqual(chat.connect(back), [
      `${key(back)} call:peer reloaded`,
      `${key(back)} call:state connected`,
      `${key(back)} call:media`,
      `${key(other)} call:peer back`,
    ]);
  });

  Deno.test(`call: [R12, R13] what the page of ${key(other)} said before it was reloaded is not held any more`, () => {
    const chat = connected();
    chat.drop(back);
    chat.say(other, { type: "call:negotiate", description: offer });
    chat.say(other, { type: "call:ice-candidate", candidate: candidate(1) });
    chat.connect(other, true);
    assert.deepEqual(chat.connect(back).slice(0, -1), [
      `${key(back)} call:peer reloaded`,
      `${key(back)} call:state connected`,
    ]);
  });
}

Deno.test("call: [R12, R13] a caller who was away is given the answer, and then that its page was reloaded", () => {
  const chat = ringing();
  chat.drop(ANN);
  chat.say(BOB, { type: "call:answer", answer });
  chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) });
  chat.connect(BOB, true);
  assert.deepEqual(chat.connect(ANN), [
    "ann.laptop call:answer",
    "ann.laptop call:peer reloaded",
    "ann.laptop call:state connected",
    "bob.phone call:peer back",
  ]);
  const again = ["ann.laptop call:state connected", "ann.laptop call:answer", "ann.laptop call:peer reloaded"];
  assert.deepEqual(chat.resume(ANN, "caller"), again);
});

Deno.test("call: [R13] a caller whose page was reloaded while it rang is called back with a new offer", () => {
  const chat = ringing();
  chat.drop(ANN);
  assert.deepEqual(chat.connect(ANN, true), ["ann.laptop call:state ringing"]);
  assert.deepEqual(chat.say(BOB, { type: "call:answer", answer }), [
    "ann.laptop call:state connected",
    "bob.tablet call:end answered-elsewhere",
    "bob.phone call:peer reloaded",
  ]);
});

Deno.test("call: [R12] an answer that went into a dead socket is had again, until the caller has spoken", () => {
  const chat = connected();
  chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) });
  assert.deepEqual(chat.connect(ANN), ["ann.laptop call:state connected"]);
  const again = ["ann.laptop call:state connected", "ann.laptop call:answer", "ann.laptop call:ice-candidate"];
  assert.deepEqual(chat.resume(ANN, "caller"), again);
  chat.say(ANN, { type: "call:media", audio: true, video: true, screen: false });
  assert.deepEqual(chat.resume(ANN, "caller"), again.slice(0, 1));
});

Deno.test("call: [R12, R13] the caller is named an answer only where one follows, or can be asked for", () => {
  const chat = ringing();
  const named = (reloaded = false) => callOn(chat.calls.call!, ANN, reloaded)?.answer;
  chat.drop(ANN);
  chat.say(BOB, { type: "call:answer", answer });
  assert.deepEqual([named(), named(true)], ["follows", undefined]);
  chat.connect(ANN);
  assert.deepEqual([named(), named(true)], ["said", undefined]);
  chat.say(ANN, { type: "call:media", audio: true, video: true, screen: false });
  assert.equal(named(), undefined, "the caller has spoken since");
});

Deno.test("call: [R13] a caller that reloaded while it rang is named no answer, then or later", () => {
  const chat = ringing();
  chat.connect(ANN, true);
  chat.say(BOB, { type: "call:answer", answer });
  assert.deepEqual(callOn(chat.calls.call!, ANN, false), {
    chatId: "chat",
    callId: CALL,
    role: "caller",
    state: "connected",
  });
});
