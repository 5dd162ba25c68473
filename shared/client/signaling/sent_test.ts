import assert from "node:assert/strict";
import type { ClientMessage } from "../../protocol/client_messages.ts";
import { SentFrames } from "./sent.ts";

const call = { chatId: "chat", callId: "call-0123456789abcdef" };
const other = { chatId: "chat", callId: "other-0123456789abcde" };
const ping: ClientMessage = { type: "ping" };
const watch: ClientMessage = { type: "chat:watch", chatId: "chat" };
const initiate: ClientMessage = { type: "call:initiate", ...call, offer: { type: "offer", sdp: "" } };
const answer: ClientMessage = { type: "call:answer", ...call, answer: { type: "answer", sdp: "" } };
const candidate = (n: number, ids = call): ClientMessage => ({
  type: "call:ice-candidate",
  ...ids,
  candidate: { candidate: `candidate:${n}` },
});
const end: ClientMessage = { type: "call:ice-candidate", ...call, candidate: null };
const media = (audio: boolean, ids = call): ClientMessage => ({
  type: "call:media",
  ...ids,
  audio,
  video: false,
  screen: false,
});
const negotiate = (sdp: string): ClientMessage => ({
  type: "call:negotiate",
  ...call,
  description: { type: "offer", sdp },
});

const rows: { what: string; sent: ClientMessage[]; refused: number; again: ClientMessage[] }[] = [
  { what: "a message comes again alone", sent: [watch, media(true), watch], refused: 2, again: [media(true)] },
  { what: "a ping comes again", sent: [watch, ping], refused: 2, again: [ping] },
  { what: "a frame that was never sent is not known", sent: [watch], refused: 2, again: [] },
  {
    what: "a call comes again with all that followed it, and nothing of another call",
    sent: [watch, candidate(1, other), initiate, candidate(1), candidate(1, other), media(true), ping, end],
    refused: 3,
    again: [initiate, candidate(1), media(true), end],
  },
  {
    what: "so does an answer",
    sent: [answer, candidate(1), negotiate("a")],
    refused: 1,
    again: [answer, candidate(1), negotiate("a")],
  },
  { what: "an older word of what is sent is out of date", sent: [media(true), media(false)], refused: 1, again: [] },
  {
    what: "but not for a word of another call",
    sent: [media(true), media(false, other)],
    refused: 1,
    again: [media(true)],
  },
  { what: "an older description is out of date", sent: [negotiate("a"), negotiate("b")], refused: 1, again: [] },
  {
    what: "the newest description is not",
    sent: [negotiate("a"), negotiate("b")],
    refused: 2,
    again: [negotiate("b")],
  },
  { what: "the end of candidates comes again", sent: [end, candidate(1), end], refused: 1, again: [end] },
];

for (const { what, sent, refused, again } of rows) {
  Deno.test(`sent: [R18] ${what}`, () => {
    const frames = new SentFrames();
    for (const message of sent) frames.add(message);
    assert.deepEqual(frames.take(refused), again);
    assert.deepEqual(frames.take(refused), [], "once");
  });
}

Deno.test("sent: [R18] what was sent before a ping that is answered is forgotten, what came after it is not", () => {
  const frames = new SentFrames();
  for (const message of [watch, ping, media(true), ping, watch]) frames.add(message);
  frames.acknowledge();
  assert.deepEqual(frames.take(1), []);
  assert.deepEqual(frames.take(3), [media(true)]);
  frames.acknowledge();
  assert.deepEqual(frames.take(5), [watch]);
});
