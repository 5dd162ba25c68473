/** What the server says fits its schemas, with every field and with those that it must have. */

import assert from "node:assert/strict";
import { changed, type Json, paths } from "../../tests/support/fields.ts";
import { candidate, CHROMIUM_ANSWER, TRICKLE_OFFER } from "../../tests/support/sdp.ts";
import { type ServerMessages, serverMessages } from "./server_messages.ts";

const MARK = "Sent5c1aMark";
const chatId = "chat.1~x_-";
const callId = "call-0123456789abcdef";
const offer = { type: "offer", sdp: TRICKLE_OFFER } as const;
const answer = { type: "answer", sdp: CHROMIUM_ANSWER } as const;
const stamped = { chatId, callId };
const user = { id: "bob", name: "Bob" };

/** Every server message with every field. */
const server: { [Type in keyof ServerMessages]: Required<ServerMessages[Type]> } = {
  "welcome": {
    type: "welcome",
    protocol: 3,
    deviceId: "d",
    user,
    iceServers: [{ urls: ["stun:stun.example.org"] }, { urls: ["turn:x"], username: "u", credential: "c" }],
    iceTtl: 14_400,
    iceTransportPolicy: "relay",
    ringTimeoutMs: 30_000,
    graceMs: 20_000,
    pingMs: 15_000,
    videoCodecs: ["VP9", "H264"],
    calls: [{ chatId, callId, role: "caller", state: "connected", answer: "follows", glare: true }],
  },
  "call:offer": {
    type: "call:offer",
    ...stamped,
    callerId: "ann",
    callerName: "Ann",
    offer,
    media: "video",
    expiresInMs: 1,
    glare: true,
  },
  "call:ringing": { type: "call:ringing", ...stamped, expiresInMs: 0 },
  "call:answer": { type: "call:answer", ...stamped, answer },
  "call:ice-candidate": { type: "call:ice-candidate", ...stamped, candidate: candidate(1) },
  "call:negotiate": { type: "call:negotiate", ...stamped, description: answer },
  "call:media": { type: "call:media", ...stamped, audio: true, video: true, screen: true, step: "low" },
  "call:end": { type: "call:end", ...stamped, reason: "shutdown" },
  "call:rejected": { type: "call:rejected", ...stamped, reason: "declined" },
  "call:peer": { type: "call:peer", ...stamped, state: "reloaded" },
  "call:state": { type: "call:state", ...stamped, state: "ringing", role: "caller", media: "audio", expiresInMs: 5 },
  "call:missed": {
    type: "call:missed",
    ...stamped,
    callerId: "ann",
    callerName: "Ann",
    media: "audio",
    reason: "offline",
    at: 1_790_000_000_000,
  },
  "call:missed-seen": { type: "call:missed-seen", ...stamped },
  "chat:state": {
    type: "chat:state",
    chatId,
    members: [{ ...user, online: true }],
    call: { state: "connected" },
  },
  "call:error": {
    type: "call:error",
    code: "RATE_LIMITED",
    message: "Slow down",
    ...stamped,
    retryAfterMs: 50,
    refused: "call:negotiate",
    frame: 7,
  },
  "session:expiring": { type: "session:expiring", expiresInMs: 60_000 },
  "session:renewed": { type: "session:renewed", expiresInMs: 3_600_000 },
  "pong": { type: "pong" },
};

for (const [type, message] of Object.entries(server)) {
  const schema = serverMessages[type as keyof ServerMessages];
  Deno.test(`${type} (server): its example is accepted, and no extra field at any depth`, () => {
    assert.deepEqual(schema.parse(message), message);
    assert.equal(schema.safeParse({ ...message, [MARK]: 1 }).success, false);
    for (const path of paths(message)) {
      const child = path.reduce((node: unknown, key) => (node as Json)[key], message);
      if (typeof child !== "object" || Array.isArray(child)) continue;
      assert.equal(schema.safeParse(changed(message, [...path, MARK], 1)).success, false, path.join("."));
    }
  });
}
