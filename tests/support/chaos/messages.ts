/** What the crowd says: messages that are right but for where or when they come, and garbage. */

import type { ClientMessage } from "../../../shared/protocol/client_messages.ts";
import { CHROMIUM_ANSWER, TRICKLE_OFFER } from "../sdp.ts";
import { chatName, CHATS } from "./chats.ts";
import { pick } from "../prng.ts";

export const offer = { type: "offer" as const, sdp: TRICKLE_OFFER };
export const answer = { type: "answer" as const, sdp: CHROMIUM_ANSWER };
export const candidate = { candidate: "candidate:1 1 udp 2122063615 192.0.2.2 5000 typ host", sdpMid: "0" };

/** A call of its own, under an id that the client proposes or the server is to give. */
export function placing(chatId: string, random: () => number): ClientMessage {
  const callId = random() < 0.5
    ? { callId: `proposed-${Math.floor(random() * 2 ** 32)}-${Math.floor(random() * 2 ** 32)}` }
    : {};
  return { type: "call:initiate", chatId, ...callId, offer, media: pick(["audio", "video"], random) };
}

/** Messages that are right, but for where or when they come. */
export function someMessage(chatId: string, random: () => number): ClientMessage {
  const callId = pick([undefined, undefined, "a-call-id-of-nobody", "another-id-of-nobody"], random);
  const about = { chatId, ...(callId === undefined ? {} : { callId }) };
  return pick<ClientMessage>([
    { type: "call:initiate", ...about, offer, media: pick(["audio", "video"], random) },
    { type: "call:answer", ...about, answer },
    { type: "call:reject", ...about },
    { type: "call:end", ...about },
    { type: "call:ice-candidate", ...about, candidate },
    { type: "call:negotiate", ...about, description: offer },
    { type: "call:media", ...about, audio: true, video: false, screen: false },
    { type: "call:resume", chatId, callId: "a-call-id-of-nobody", role: pick(["caller", "callee"], random) },
    { type: "chat:watch", chatId },
  ], random);
}

export function garbage(chatId: string, random: () => number): string | Uint8Array<ArrayBuffer> {
  return pick<() => string | Uint8Array<ArrayBuffer>>([
    () => pick(["", "{", "null", "[]", "7", '"ping"', "\0", "\ud800", "[".repeat(5_000)], random),
    () => new Uint8Array(Array.from({ length: 64 }, () => 256 * random())),
    () => "x".repeat(70_000),
    () => JSON.stringify({ ...someMessage(chatId, random), from: "user-0", callerId: "user-0" }),
    () =>
      JSON.stringify({ ...someMessage(chatId, random), chatId: pick([5, null, {}, "../..", "x".repeat(500)], random) }),
    () => JSON.stringify({ type: "call:initiate", chatId, offer: { type: "offer", sdp: "v=0" } }),
    () => JSON.stringify({ type: "call:ice-candidate", chatId, candidate: { candidate: "candidate:\r\na=evil" } }),
    () => `{"type":"ping","__proto__":{"type":"call:end"}}`,
    () => JSON.stringify({ type: pick(["welcome", "call:offer", "constructor", "toString"], random), chatId }),
    () => JSON.stringify(someMessage(chatName(Math.floor(random() * CHATS.length * 1.1)), random)),
  ], random)();
}
