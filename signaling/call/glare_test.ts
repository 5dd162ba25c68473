/** Glare (R10) over real sockets: many pairs in which both call at the same moment. */

import assert from "node:assert/strict";
import { answer, offer, Wires } from "../../tests/support/wire.ts";
import { WeriftPerson } from "../../tests/support/werift.ts";
import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { CallMedia } from "../../shared/protocol/formats.ts";
import { type ServerMessage, serverMessages } from "../../shared/protocol/server_messages.ts";

const PAIRS = 200;
const TIMEOUT_MS = 20_000;
const MEDIA = ["video", "audio"] as const;

const candidate = (port: number) => ({
  candidate: `candidate:1 1 udp 2122063615 192.0.2.2 ${port} typ host`,
  sdpMid: "0",
});

/** A client that knows no more than the protocol: it calls, and answers by itself the call that stands instead of its own. */
class Plain implements AsyncDisposable {
  readonly seen: ServerMessage[] = [];
  readonly #socket: WebSocket;
  readonly #chatId: string;
  readonly #callId: string | undefined;
  #pongs = 0;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: WebSocket, chatId: string, callId: string | undefined) {
    this.#socket = socket;
    this.#chatId = chatId;
    this.#callId = callId;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data) as ServerMessage;
      serverMessages[message.type].parse(message);
      if (message.type === "pong") this.#pongs++;
      else this.seen.push(message);
      if (message.type === "call:offer" && message.glare) {
        this.send({ type: "call:answer", chatId, callId: message.callId, answer });
      }
      this.#wake.resolve();
    };
  }

  static async enter(wires: Wires, user: string, chatId: string, callId: string | undefined): Promise<Plain> {
    const token = await wires.token(user, { chats: [chatId] });
    const address = `ws://127.0.0.1:${wires.port}${SIGNAL_PATH}?device=tab`;
    const plain = new Plain(new WebSocket(address, [SUBPROTOCOL, BEARER_PREFIX + token]), chatId, callId);
    await plain.until(() => plain.has("welcome"));
    return plain;
  }

  send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Calls, and does not wait with its candidates. */
  call(media: CallMedia): void {
    const about = { chatId: this.#chatId, ...(this.#callId ? { callId: this.#callId } : {}) };
    this.send({ type: "call:initiate", ...about, offer, media });
    for (const port of [1, 2]) this.send({ type: "call:ice-candidate", ...about, candidate: candidate(port) });
  }

  all<Type extends ServerMessage["type"]>(type: Type): Extract<ServerMessage, { type: Type }>[] {
    return this.seen.filter((message): message is Extract<ServerMessage, { type: Type }> => message.type === type);
  }

  has(type: ServerMessage["type"]): boolean {
    return this.seen.some((message) => message.type === type);
  }

  async until(holds: () => boolean): Promise<void> {
    const timer = setTimeout(() => this.#wake.reject(new Error(`Still ${JSON.stringify(this.seen)}`)), TIMEOUT_MS);
    try {
      while (!holds()) {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the server has dealt with all that was sent here, and what that made it say here has come. */
  async settled(): Promise<void> {
    const pongs = this.#pongs;
    this.send({ type: "ping" });
    await this.until(() => this.#pongs > pongs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

/** How many messages of which type came, `welcome` left out. */
function counts(plain: Plain): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { type } of plain.seen) if (type !== "welcome") result[type] = (result[type] ?? 0) + 1;
  return result;
}

Deno.test(`[R10] of ${PAIRS} pairs that call each other at once, each has one call, one caller and one callee`, async () => {
  await using wires = new Wires({ SOCKETS_PER_MINUTE: "100000" });
  await using stack = new AsyncDisposableStack();
  const pairs = await Promise.all(Array.from({ length: PAIRS }, async (_, n) => {
    // Every other pair proposes no ids, as a client by the founding specification does.
    const enter = async (user: string) => {
      const callId = n % 2 === 0 ? `call-of-${user}-${n}-aaaaaaaa` : undefined;
      return stack.use(await Plain.enter(wires, `${user}-${n}`, `chat-${n}`, callId));
    };
    return { n, both: [await enter("ann"), await enter("bob")] as const };
  }));

  // All at once: nothing can have come back before the last of them has called.
  for (const { n, both } of pairs) {
    const media = [MEDIA[n % 2]!, MEDIA[(n >> 1) % 2]!];
    for (const who of n % 3 === 0 ? [1, 0] : [0, 1]) both[who]!.call(media[who]!);
  }

  let good = 0;
  await Promise.all(pairs.map(async ({ n, both }) => {
    const chatId = `chat-${n}`;
    await Promise.all(both.map((one) => one.until(() => one.has("call:answer") || one.has("call:offer"))));
    const callers = both.filter((one) => !one.has("call:offer"));
    assert.equal(callers.length, 1, "one caller, one callee");
    const caller = callers[0]!;
    const callee = both.find((one) => one !== caller)!;
    await caller.until(() => caller.has("call:answer"));
    await callee.until(() => callee.all("call:ice-candidate").length === 2);
    await Promise.all(both.map((one) => one.settled()));

    // The caller: it was answered once, and heard of no ringing, since nobody was rung. The callee: asked to answer once, then the caller's addresses in order.
    assert.deepEqual(counts(caller), { "call:answer": 1 });
    const [plain, glare, ...more] = callee.all("call:offer").sort((a) => a.glare ? 1 : -1);
    assert.equal(more.length, 0);
    assert.equal((glare ?? plain)!.glare, true);
    assert.deepEqual(counts(callee), { "call:offer": glare ? 2 : 1, "call:ice-candidate": 2 });
    assert.deepEqual(callee.all("call:ice-candidate").map((message) => message.candidate), [
      candidate(1),
      candidate(2),
    ]);
    const ids = [caller, callee].flatMap(({ seen }) => seen.flatMap((one) => "callId" in one ? [one.callId] : []));
    assert.equal(new Set(ids).size, 1, "one call");
    // What rings is what the caller asked for; the callee's client takes the lesser of that and its own wish (below).
    const asked = MEDIA[(caller === both[0] ? n : n >> 1) % 2];
    assert.equal(plain!.media, asked);

    // The call works in both directions, and its end reaches the other side, once.
    callee.send({ type: "call:ice-candidate", chatId, candidate: candidate(3) });
    await caller.until(() => caller.has("call:ice-candidate"));
    const [ends, isTold] = n % 2 === 0 ? [caller, callee] : [callee, caller];
    ends.send({ type: "call:end", chatId, callId: ids[0] });
    await isTold.until(() => isTold.has("call:end"));
    await Promise.all(both.map((one) => one.settled()));
    assert.deepEqual(isTold.all("call:end").map(({ reason }) => reason), ["hangup"]);
    assert.equal(ends.has("call:end") || both.some((one) => one.has("call:error") || one.has("call:missed")), false);
    good++;
  }));
  console.log(`glare: ${good} of ${PAIRS} pairs`);
});

const WISHES: readonly [CallMedia, CallMedia][] = [
  ["video", "video"],
  ["video", "audio"],
  ["audio", "video"],
  ["audio", "audio"],
  ["audio", "video"],
];

for (const [n, wishes] of WISHES.entries()) {
  Deno.test(`[R10] ${wishes.join(" and ")} at once, pair ${n + 1}: one call, and nobody sends more than they asked for`, async () => {
    await using wires = new Wires();
    await using stack = new AsyncDisposableStack();
    const people = await Promise.all(["ann", "bob"].map(async (user) => {
      const person = stack.use(new WeriftPerson(`http://127.0.0.1:${wires.port}`, await wires.token(user)));
      await person.until(({ signaling }) => signaling === "open");
      return person;
    }));
    people.forEach((person, who) => person.client.call("chat", wishes[who]!));
    const calls = (await Promise.all(people.map((person) => person.phase("connected")))).map(({ call }) => {
      assert.ok(call.phase === "connected");
      return call.call;
    });
    assert.equal(calls[0]!.callId, calls[1]!.callId);
    assert.deepEqual(calls.map(({ role }) => role).sort(), ["callee", "caller"]);
    await Promise.all(people.map((person) => person.receives("audio")));
    people.forEach((person, who) => {
      const { camera, stream } = person.client.snapshot.local;
      const isCalleeOfAudio = calls[who]!.role === "callee" && wishes[1 - who] === "audio";
      assert.equal(camera, wishes[who] === "video" && !isCalleeOfAudio);
      assert.equal(stream!.getTracks().some(({ kind }) => kind === "video"), camera, "the camera is not even open");
      assert.equal(person.open.connections, 1, "the own attempt is gone");
    });
    people[0]!.client.hangUp();
    await Promise.all(people.map((person) => person.phase("ended")));
    assert.deepEqual(people.map(({ open }) => open), [{ connections: 0, devices: 0 }, { connections: 0, devices: 0 }]);
  });
}
