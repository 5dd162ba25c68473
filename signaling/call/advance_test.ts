import assert from "node:assert/strict";
import type { OmitEach } from "../../shared/omit_each.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import type { Candidate } from "../../shared/protocol/candidate.ts";
import { advance, nextDeadline } from "./advance.ts";
import { missedMessage } from "./facts.ts";
import {
  type CallEvent,
  type ChatCalls,
  type Delivery,
  MAX_HELD_CANDIDATES,
  MAX_HELD_MESSAGES,
  MEMORY_MS,
  NO_CALLS,
} from "./state.ts";
import type { Endpoint } from "./parties.ts";

const RULES = { ringTimeoutMs: 30_000, graceMs: 20_000 };
const CHAT = "chat";
const CALL = "call-0123456789abcdef";
const OTHER_CALL = "other-0123456789abcde";
const ANN: Endpoint = { user: "ann", device: "laptop" };
const BOB: Endpoint = { user: "bob", device: "phone" };
const BOB_TOO: Endpoint = { user: "bob", device: "tablet" };

const OFFER_SDP = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "m=audio 5000 RTP/AVP 0", "c=IN IP4 192.0.2.7", "a=mid:0"]
  .join("\r\n");
const offer = { type: "offer" as const, sdp: OFFER_SDP };
const answer = { type: "answer" as const, sdp: "v=0" };
const candidate = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ host`, sdpMid: "0" });

type Message = Exclude<
  ClientMessage,
  {
    type: "chat:watch" | "session:renew" | "device:leaving" | "ping" | "call:initiate" | "call:resume" | "call:receipt";
  }
>;
type Body = OmitEach<Message, "chatId">;

/** One chat, its clock, and what was delivered, readable: `ann.laptop call:end timeout`. */
class Chat {
  calls: ChatCalls = NO_CALLS;
  now = 0;
  deliveries: readonly Delivery[] = [];
  isRecovering = true;
  busy = { callerBusy: false, calleeBusy: false };
  bobsDevices = [{ device: "phone", connected: true }, { device: "tablet", connected: true }];

  with(change: { busy?: Partial<Chat["busy"]>; devices?: Chat["bobsDevices"] }): this {
    Object.assign(this.busy, change.busy);
    this.bobsDevices = change.devices ?? this.bobsDevices;
    return this;
  }

  initiate(from = ANN, callId = CALL, callee: string | null = from.user === "ann" ? "bob" : "ann"): string[] {
    const message = { type: "call:initiate" as const, chatId: CHAT, callId, offer };
    const devices = callee === "ann" ? [{ device: "laptop", connected: true }] : this.bobsDevices;
    const name = from.user.toUpperCase();
    return this.#apply({
      type: "initiate",
      now: this.now,
      from,
      name,
      message,
      callId,
      callee,
      calleeName: callee ?? "",
      devices,
      ...this.busy,
    });
  }

  say(from: Endpoint, body: Body): string[] {
    const message = { chatId: CHAT, ...body } as Message;
    return this.#apply({ type: "message", now: this.now, from: { ...from, name: from.user }, message });
  }

  resume(from: Endpoint, role: "caller" | "callee", callId = CALL): string[] {
    const message = { type: "call:resume" as const, chatId: CHAT, callId, role };
    return this.#apply({
      type: "resume",
      now: this.now,
      from: { ...from, name: from.user },
      message,
      busy: false,
      isRecovering: this.isRecovering,
    });
  }

  after(ms: number): string[] {
    this.now += ms;
    return this.#apply({ type: "tick", now: this.now });
  }

  drop = (from: Endpoint, graceMs = RULES.graceMs) => this.#apply({ type: "drop", now: this.now, from, graceMs });
  connect = (from: Endpoint, reloaded = false) => this.#apply({ type: "connect", now: this.now, from, reloaded });

  get state(): string {
    return this.calls.call?.state ?? "none";
  }

  #apply(event: CallEvent): string[] {
    const { chat, deliveries, facts } = advance(this.calls, event, RULES);
    this.calls = chat;
    this.deliveries = deliveries;
    const told = deliveries.map(({ to, message }) => `${to.user}.${to.device} ${word(message)}`);
    // What the whole user is told, or finds later.
    const missed = facts.filter((fact) => fact.type === "missed");
    return [...told, ...missed.map((fact) => `${fact.callee} ${word(missedMessage(fact))}`)];
  }
}

function word(message: ServerMessage): string {
  const detail = "reason" in message
    ? message.reason
    : "code" in message
    ? message.code
    : message.type === "call:peer" || message.type === "call:state"
    ? message.state
    : message.type === "call:offer" && message.glare
    ? "glare"
    : "";
  return `${message.type} ${detail}`.trim();
}

const ringing = () => {
  const chat = new Chat();
  chat.initiate();
  return chat;
};
const connected = () => {
  const chat = ringing();
  chat.say(BOB, { type: "call:answer", answer });
  return chat;
};

const glaring = () => {
  const chat = ringing();
  chat.initiate(BOB, OTHER_CALL);
  return chat;
};

interface Row {
  name: string;
  from?: () => Chat;
  when: (chat: Chat) => string[];
  delivers: string[];
  leaves: "none" | "ringing" | "connected";
}

const end = (from: Endpoint, callId?: string) => (chat: Chat) =>
  chat.say(from, { type: "call:end", ...(callId ? { callId } : {}) });

const rings = (from: Endpoint) => (chat: Chat) => chat.say(from, { type: "call:ringing", callId: CALL });

const rows: Row[] = [
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
];

for (const { name, from = () => new Chat(), when, delivers, leaves } of rows) {
  Deno.test(`call: ${name}`, () => {
    const chat = from();
    assert.deepEqual(when(chat), delivers);
    assert.equal(chat.state, leaves);
  });
}

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

const relayed = (n: number) => ({ candidate: `candidate:${n} 1 udp 1 192.0.2.1 9 typ relay`, sdpMid: "0" });

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

Deno.test("call: what the caller sends reaches the one who answers", () => {
  const chat = ringing();
  assert.deepEqual(chat.say(ANN, { type: "call:media", audio: false, video: true, screen: false }), []);
  assert.deepEqual(chat.say(BOB, { type: "call:answer", answer }).at(-1), "bob.phone call:media");
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

Deno.test("call: [R12] an answer that went into a dead socket is had again, until the caller has spoken", () => {
  const chat = connected();
  chat.say(BOB, { type: "call:ice-candidate", candidate: candidate(1) });
  assert.deepEqual(chat.connect(ANN), ["ann.laptop call:state connected"]);
  const again = ["ann.laptop call:state connected", "ann.laptop call:answer", "ann.laptop call:ice-candidate"];
  assert.deepEqual(chat.resume(ANN, "caller"), again);
  chat.say(ANN, { type: "call:media", audio: true, video: true, screen: false });
  assert.deepEqual(chat.resume(ANN, "caller"), again.slice(0, 1));
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
