/** What the server says to clients: one strict schema for every message, which is its type and the reference. */

import { z } from "zod";
import { clientMessages } from "./client_messages.ts";
import { VIDEO_CODECS } from "./video_codecs.ts";
import { errorCodes } from "./errors.ts";
import {
  callId,
  candidate,
  chatId,
  description,
  deviceId,
  displayName,
  failures,
  media,
  milliseconds,
  sending,
  stamped,
  userId,
} from "./formats.ts";

const member = z.strictObject({ id: userId, name: displayName, online: z.boolean() });
const iceServer = z.strictObject({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
/** A call that a device is in, or that rings there. */
const deviceCall = z.strictObject({
  ...stamped,
  role: z.enum(["caller", "callee"]),
  state: z.enum(["ringing", "connected"]),
  /** To the caller of a connected call: it was kept for this socket; or said over an earlier one, which may have been dead. Absent: none is to come. */
  answer: z.enum(["follows", "said"]).optional(),
  /** R10: as in its `call:offer`. */
  glare: z.boolean().optional(),
});

/** What the server may send, by `type`. Clients ignore a type they do not know, so that old pages survive new servers. */
export const serverMessages = {
  "welcome": z.strictObject({
    type: z.literal("welcome"),
    protocol: z.number().int(),
    deviceId,
    user: z.strictObject({ id: userId, name: displayName }),
    iceServers: z.array(iceServer),
    iceTtl: z.number().int().min(1).optional(),
    iceTransportPolicy: z.literal("relay").optional(),
    ringTimeoutMs: milliseconds,
    graceMs: milliseconds,
    pingMs: milliseconds,
    videoCodecs: z.array(z.enum(VIDEO_CODECS)).optional(),
    /** More of each follows right behind. Absent in version 1. */
    calls: z.array(deviceCall).optional(),
  }),
  "call:offer": z.strictObject({
    type: z.literal("call:offer"),
    ...stamped,
    callerId: userId,
    callerName: displayName,
    offer: description("offer"),
    media,
    expiresInMs: milliseconds,
    glare: z.boolean().optional(),
  }),
  "call:ringing": z.strictObject({ type: z.literal("call:ringing"), ...stamped, expiresInMs: milliseconds }),
  "call:answer": z.strictObject({ type: z.literal("call:answer"), ...stamped, answer: description("answer") }),
  "call:ice-candidate": z.strictObject({ type: z.literal("call:ice-candidate"), ...stamped, candidate }),
  "call:negotiate": z.strictObject({
    type: z.literal("call:negotiate"),
    ...stamped,
    description: description("offer", "answer"),
  }),
  "call:media": z.strictObject({ type: z.literal("call:media"), ...stamped, ...sending }),
  "call:end": z.strictObject({
    type: z.literal("call:end"),
    ...stamped,
    reason: z.enum([
      "hangup",
      ...failures,
      "cancelled",
      "timeout",
      "answered-elsewhere",
      "rejected-elsewhere",
      "connection-lost",
      "shutdown",
    ]),
  }),
  "call:rejected": z.strictObject({
    type: z.literal("call:rejected"),
    ...stamped,
    reason: z.enum(["declined", "busy"]),
  }),
  "call:peer": z.strictObject({
    type: z.literal("call:peer"),
    ...stamped,
    state: z.enum(["reconnecting", "back", "reloaded"]),
  }),
  "call:state": z.strictObject({
    type: z.literal("call:state"),
    ...stamped,
    state: z.enum(["ringing", "connected"]),
    role: z.enum(["caller", "callee"]),
    media,
    expiresInMs: milliseconds.optional(),
  }),
  "call:missed": z.strictObject({
    type: z.literal("call:missed"),
    ...stamped,
    callerId: userId,
    callerName: displayName,
    media,
    reason: z.enum(["busy", "offline", "timeout", "cancelled"]),
    /** When it was placed, in ms since 1970. Absent before version 3. */
    at: milliseconds.optional(),
  }),
  "call:missed-seen": z.strictObject({ type: z.literal("call:missed-seen"), ...stamped }),
  "chat:state": z.strictObject({
    type: z.literal("chat:state"),
    chatId,
    members: z.array(member),
    call: z.strictObject({ state: z.enum(["ringing", "connected"]) }).optional(),
  }),
  "call:error": z.strictObject({
    type: z.literal("call:error"),
    code: z.enum(errorCodes),
    message: z.string(),
    chatId: chatId.optional(),
    callId: callId.optional(),
    retryAfterMs: milliseconds.optional(),
    /** `RATE_LIMITED`: what was refused, and the how manieth frame of this socket it was, from 1. */
    refused: z.enum(Object.keys(clientMessages) as (keyof typeof clientMessages)[]).optional(),
    frame: z.number().int().min(1).optional(),
  }),
  "session:expiring": z.strictObject({ type: z.literal("session:expiring"), expiresInMs: milliseconds }),
  "session:renewed": z.strictObject({ type: z.literal("session:renewed"), expiresInMs: milliseconds }),
  "pong": z.strictObject({ type: z.literal("pong") }),
};

/** Server messages by type. */
export type ServerMessages = { [Type in keyof typeof serverMessages]: z.infer<(typeof serverMessages)[Type]> };
/** Any message the server may send. */
export type ServerMessage = ServerMessages[keyof ServerMessages];

/** Why a call ended, in the server's words. */
export type EndReason = ServerMessages["call:end"]["reason"];
/** How much video is sent, from 720 lines by 360 and 180 to none for now, and none but the voice. */
export type Step = NonNullable<ServerMessages["call:media"]["step"]>;
/** A chat's member, and whether a device of theirs is connected. */
export type Member = z.infer<typeof member>;
/** A call that a device is in, or that rings there. */
export type DeviceCall = z.infer<typeof deviceCall>;
/** A STUN or TURN server, in the form `RTCPeerConnection` takes (W3C WebRTC, `RTCIceServer`). */
export type IceServer = z.infer<typeof iceServer>;
