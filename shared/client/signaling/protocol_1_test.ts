import assert from "node:assert/strict";
import type { DeviceCall, ServerMessage, ServerMessages } from "../../protocol/server_messages.ts";
import { adapt, type Buffered, type Incoming } from "./protocol_1.ts";

const ids = { chatId: "a-chat", callId: "a-call" };
const welcome = { type: "welcome", protocol: 1 } as ServerMessages["welcome"];
const pong: ServerMessage = { type: "pong" };
const state = (state: "ringing" | "connected", role: "caller" | "callee"): ServerMessage => ({
  ...{ ...ids, type: "call:state", state, role, media: "audio" },
});
const offer = (more: { glare?: boolean } = {}) => ({ ...ids, type: "call:offer", ...more }) as ServerMessage;
const answer = { ...ids, type: "call:answer" } as ServerMessage;
const missed = { ...ids, callId: "other-call", type: "call:missed" } as ServerMessage;

function adaptAll(...sent: ServerMessage[]): { buffered: Buffered; messages: Incoming[] } {
  let buffered: Buffered = null;
  const messages = sent.flatMap((message) => {
    const one = adapt(buffered, message);
    buffered = one.buffered;
    return one.messages;
  });
  return { buffered, messages };
}

const ROWS: Record<string, { said: ServerMessage[]; calls: DeviceCall[] }> = {
  "nothing": { said: [], calls: [] },
  "of a call that was missed only": { said: [missed], calls: [] },
  "of a call that rings here": { said: [offer()], calls: [{ ...ids, role: "callee", state: "ringing" }] },
  "of one that this device's own has become": {
    said: [offer({ glare: true })],
    calls: [{ ...ids, role: "callee", state: "ringing", glare: true }],
  },
  "of one that it placed": {
    said: [state("ringing", "caller")],
    calls: [{ ...ids, role: "caller", state: "ringing" }],
  },
  "of one that it answered": {
    said: [state("connected", "callee")],
    calls: [{ ...ids, role: "callee", state: "connected" }],
  },
  "of one that was answered, with the answer": {
    said: [state("connected", "caller"), answer],
    calls: [{ ...ids, role: "caller", state: "connected", answer: "follows" }],
  },
  "of one that was answered, without it": {
    said: [state("connected", "caller"), missed],
    calls: [{ ...ids, role: "caller", state: "connected", answer: "said" }],
  },
};

for (const [what, { said, calls }] of Object.entries(ROWS)) {
  Deno.test(`protocol 1: a server that speaks ${what} has named that once its pong is here`, () => {
    assert.deepEqual(adaptAll(welcome, ...said), { buffered: [welcome, ...said], messages: [] });
    assert.deepEqual(adaptAll(welcome, ...said, pong), {
      buffered: null,
      messages: [{ ...welcome, calls }, ...said, pong],
    });
    assert.deepEqual(
      adaptAll(welcome, ...said, pong, answer).messages.at(-1),
      answer,
      "and then all goes on as it comes",
    );
  });
}

Deno.test("protocol 1: messages of a server that names the calls itself are taken as they come", () => {
  const said = [{ ...welcome, calls: [] }, offer(), pong];
  assert.deepEqual(adaptAll(...said), { buffered: null, messages: said as Incoming[] });
});
