/**
 * The signaling protocol, version 1: one strict schema for every message, in both directions. The schemas are the types, the
 * validators and the reference (`docs/protocol.md`). Browsers import the types only; zod stays on the server.
 */

import { z } from "zod";
import { MAX_FRAME_BYTES, MAX_NAME_LENGTH, VIDEO_CODECS } from "./constants.ts";
import { type Candidate, isLongerThan, readCandidate } from "./candidate.ts";
import { NAME } from "./names.ts";
import { readPlainCandidate, textOfCandidate } from "./plain_candidate.ts";
import { descriptionProblem, unusableCandidates, withUsableCandidates } from "./sdp.ts";

// --- Formats ---------------------------------------------------------------------------------------------------------

/** A chat: characters that need no escaping in a URL (RFC 3986, "unreserved"). */
export const chatId = z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 . _ ~ -");
/** A JWT in its compact form (RFC 7515, section 7.1). What it says is for whoever verifies it. */
const jwt = z.string().max(16 * 1024).regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, "a token (JWT)");
/** A call; the server assigns it, a client may propose one. */
export const callId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, "16 to 64 of A-Z a-z 0-9 _ -");
/** A device (a tab or phone) or a page (one document in it). */
export const deviceId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 _ -");
/** A user: the token's `sub`. */
export const userId = z.string().regex(/^[^\p{Cc}]{1,128}$/u, "1 to 128 characters, no control characters");
/** A display name (`names.ts` says what that is). It is text everywhere, never markup. */
export const displayName = z.string().trim().regex(
  NAME,
  `1 to ${MAX_NAME_LENGTH} characters with something to see, no control characters`,
);

/**
 * Why a call cannot be, though both people want it: ICE found no path, one side does not take the other's description, DTLS did not
 * come about, or a browser has no WebRTC.
 */
const failures = ["failed", "incompatible", "security-error", "unsupported"] as const;

const media = z.enum(["audio", "video"]);
const milliseconds = z.number().int().min(0);

/** A session description; candidate lines that cannot be used are left out of it (R17). */
function description<T extends "offer" | "answer">(...types: T[]) {
  return z.strictObject({
    type: z.enum(types),
    sdp: z.string().transform((sdp, context) => {
      const problem = descriptionProblem(sdp);
      if (problem === null) return withUsableCandidates(sdp);
      context.addIssue(problem);
      return z.NEVER;
    }),
  });
}

/** Marks an issue that asks for no error: what it is about is left out, and that is all. */
const LEFT_OUT = { leftOut: true };

/** `RTCIceCandidateInit` in its one form (R17); `null`, or an empty `candidate`, ends the candidates. */
const candidate = z.strictObject({
  candidate: z.string(),
  sdpMid: z.string().nullish(),
  sdpMLineIndex: z.number().int().nullish(),
  usernameFragment: z.string().nullish(),
}).transform((init, context): Candidate => {
  const read = readCandidate(init);
  if (!("problem" in read)) return read;
  const { field, problem: message, isDangerous } = read;
  context.addIssue({ code: "custom", path: [field], message, ...(isDangerous ? {} : { params: LEFT_OUT }) });
  return z.NEVER;
}).nullable();

const callRef = { chatId, callId: callId.optional() };
const stamped = { chatId, callId };
const member = z.strictObject({ id: userId, name: displayName, online: z.boolean() });
const iceServer = z.strictObject({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
const sending = {
  audio: z.boolean(),
  video: z.boolean(),
  screen: z.boolean(),
  step: z.enum(["high", "medium", "low", "paused", "audio"]).optional(),
};

/** Whole milliseconds, 30 days at most. */
const span = milliseconds.max(30 * 24 * 3600 * 1000);
const count = z.number().int().min(0);
const fraction = z.number().min(0).max(1);
const codec = z.string().regex(/^[\x21-\x7e]{1,32}$/, "1 to 32 printable characters");

/** What one side measured in a call. `null`: it did not come to that, or the browser did not say. */
const receipt = z.strictObject({
  /** From placing the call to the first device that says it rings, at the caller. */
  ringMs: span.nullable(),
  /** From ringing to the answer. */
  answerMs: span.nullable(),
  /** From the answer to connected media. */
  iceMs: span.nullable(),
  /** From the answer to the first frame of the other side. */
  frameMs: span.nullable(),
  /** From the answer to when media last came, or the other side went; 0 where no media came about. */
  durationMs: span,
  /** Whether media went through a TURN server on this side or the other, and how this side got to it. */
  path: z.enum(["direct", "relayed"]).nullable(),
  transport: z.enum(["udp", "tcp", "tls"]).nullable(),
  audioCodec: codec.nullable(),
  videoCodec: codec.nullable(),
  /** How often the media had to find another way. */
  reconnects: count.max(100_000),
  /** Candidates of the other side that this browser did not take; absent where it took them all, as servers of before know no such field. */
  candidatesDropped: count.max(100_000).optional(),
  rttMs: span.nullable(),
  /** Packets lost of those sent and received, 0 to 1. */
  lossSent: fraction.nullable(),
  lossReceived: fraction.nullable(),
  bytesSent: count,
  bytesReceived: count,
});

// --- Errors ----------------------------------------------------------------------------------------------------------

/** The stable codes of `call:error`, and of the errors of the HTTP endpoints. */
export const errorCodes = [
  "ACCESS_DENIED",
  "USER_OFFLINE",
  "INVALID_MESSAGE",
  "NO_CALL",
  "BUSY",
  "RATE_LIMITED",
  "TOO_LARGE",
  "UNAVAILABLE",
  "SESSION_EXPIRED",
] as const;

/** Why a token is not to be believed, in the `message` of a refusal and in the log; for whoever signs the tokens. */
export const tokenProblems = [
  "TOKEN_MALFORMED",
  "TOKEN_TOO_LONG",
  "TOKEN_ALGORITHM",
  "TOKEN_SIGNATURE",
  "TOKEN_KEYS",
  "TOKEN_EXPIRED",
  "TOKEN_NOT_YET_VALID",
  "TOKEN_CLAIMS",
] as const;

// --- Client to server ------------------------------------------------------------------------------------------------

/** What a client may send, by `type`. */
export const clientMessages = {
  "call:initiate": z.strictObject({
    type: z.literal("call:initiate"),
    ...callRef,
    offer: description("offer"),
    media: media.optional(),
    to: userId.optional(),
  }),
  "call:ringing": z.strictObject({ type: z.literal("call:ringing"), ...stamped }),
  "call:answer": z.strictObject({ type: z.literal("call:answer"), ...callRef, answer: description("answer") }),
  "call:reject": z.strictObject({
    type: z.literal("call:reject"),
    ...callRef,
    reason: z.enum(["declined", "busy"]).optional(),
  }),
  "call:ice-candidate": z.strictObject({ type: z.literal("call:ice-candidate"), ...callRef, candidate }),
  "call:end": z.strictObject({
    type: z.literal("call:end"),
    ...callRef,
    reason: z.enum(["hangup", ...failures]).optional(),
  }),
  "call:negotiate": z.strictObject({
    type: z.literal("call:negotiate"),
    ...callRef,
    description: description("offer", "answer"),
  }),
  "call:media": z.strictObject({ type: z.literal("call:media"), ...callRef, ...sending }),
  "call:resume": z.strictObject({
    type: z.literal("call:resume"),
    ...stamped,
    role: z.enum(["caller", "callee"]),
    media: media.optional(),
  }),
  "call:receipt": z.strictObject({ type: z.literal("call:receipt"), ...stamped, receipt }),
  "chat:watch": z.strictObject({ type: z.literal("chat:watch"), chatId }),
  "session:renew": z.strictObject({ type: z.literal("session:renew"), token: jwt }),
  "device:leaving": z.strictObject({ type: z.literal("device:leaving") }),
  "ping": z.strictObject({ type: z.literal("ping") }),
};

// --- Server to client ------------------------------------------------------------------------------------------------

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
  }),
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

// --- Types -----------------------------------------------------------------------------------------------------------

type Infer<Schemas extends Record<string, z.ZodType>> = { [Type in keyof Schemas]: z.infer<Schemas[Type]> };

/** Client messages by type. */
export type ClientMessages = Infer<typeof clientMessages>;
/** Server messages by type. */
export type ServerMessages = Infer<typeof serverMessages>;
/** Any message a client may send. */
export type ClientMessage = ClientMessages[keyof ClientMessages];
/** Any message the server may send. */
export type ServerMessage = ServerMessages[keyof ServerMessages];

/** What a call was started with. */
export type CallMedia = z.infer<typeof media>;
/** Why a call ended, in the server's words. */
export type EndReason = ServerMessages["call:end"]["reason"];
/** Why a call cannot be, though both people want it. */
export type FailureReason = (typeof failures)[number];
/** How much video is sent, from 720 lines by 360 and 180 to none for now, and none but the voice. */
export type Step = NonNullable<ServerMessages["call:media"]["step"]>;
/** A video codec that browsers have for calls. */
export type VideoCodec = (typeof VIDEO_CODECS)[number];
/** A stable error code. */
export type ErrorCode = (typeof errorCodes)[number];
/** Why a token is not to be believed. */
export type TokenProblem = (typeof tokenProblems)[number];
/** What one side measured in a call. */
export type Receipt = z.infer<typeof receipt>;
/** A chat's member, and whether a device of theirs is connected. */
export type Member = z.infer<typeof member>;
/** A STUN or TURN server, in the form `RTCPeerConnection` takes (W3C WebRTC, `RTCIceServer`). */
export type IceServer = z.infer<typeof iceServer>;

// --- Parsing ---------------------------------------------------------------------------------------------------------

/** A refused message: a stable code and a sentence that never repeats what was sent; ids only where they are well-formed. */
export interface Refusal {
  code: ErrorCode;
  message: string;
  chatId?: string;
  callId?: string;
}

/**
 * What became of a frame. `dropped`, where there are any: why candidates were left out (R17); `message` is then `null` where there
 * was nothing else in it.
 */
export type Parsed =
  | { ok: true; message: ClientMessage; dropped?: readonly string[] }
  | { ok: true; message: null; dropped: readonly string[] }
  | { ok: false; refusal: Refusal };

const refuse = (message: string, more: Partial<Refusal> = {}): Parsed => ({
  ok: false,
  refusal: { code: "INVALID_MESSAGE", message, ...more },
});

/**
 * Reads one frame from a client. Never throws: anything that is not a message of this protocol comes back as a refusal,
 * `TOO_LARGE` over 64 KiB and `INVALID_MESSAGE` otherwise.
 */
export function parseClientMessage(data: unknown): Parsed {
  if (typeof data !== "string") return refuse("Expected a text frame, got a binary one");
  if (isLongerThan(data, MAX_FRAME_BYTES)) {
    return refuse(`A frame holds at most ${MAX_FRAME_BYTES} bytes`, { code: "TOO_LARGE" });
  }
  const plain = readPlainCandidate(data);
  return plain === null ? parseBySchema(data) : { ok: true, message: plain };
}

/** The same for any text that is not too long, by the schemas alone. */
export function parseBySchema(data: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return refuse("Expected JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("Expected a JSON object");
  const type = (value as { type?: unknown }).type;
  if (typeof type !== "string") return refuse("type: expected a string");
  if (!Object.hasOwn(clientMessages, type)) return refuse("type: unknown message type");
  const result = clientMessages[type as keyof ClientMessages].safeParse(value);
  if (result.success) return { ok: true, message: result.data, ...droppedFrom(value, result.data) };
  const { issues } = result.error;
  const refused = issues.find((issue) => issue.code !== "custom" || issue.params !== LEFT_OUT);
  if (refused === undefined) return { ok: true, message: null, dropped: issues.map(({ message }) => message) };
  return refuse(describeIssue(refused), idsOf(value));
}

/** A message for a client as a frame. A candidate that came as browsers write it goes on as it came. */
export function textOf(message: ServerMessage): string {
  if (message.type === "call:ice-candidate" && message.candidate !== null) {
    const text = textOfCandidate(message.candidate);
    // Ids hold nothing that JSON escapes.
    const { type, chatId, callId } = message;
    if (text !== undefined) return `{"type":"${type}","chatId":"${chatId}","callId":"${callId}","candidate":${text}}`;
  }
  return JSON.stringify(message);
}

/** Why candidates were left out of a message's description, where some were. */
function droppedFrom(sent: object, message: ClientMessage): { dropped?: string[] } {
  const read = descriptionIn(message)?.sdp;
  if (read === undefined) return {};
  const { sdp } = descriptionIn(sent as ClientMessage)!;
  if (sdp === read) return {};
  const dropped = unusableCandidates(sdp);
  return dropped.length === 0 ? {} : { dropped };
}

function descriptionIn(message: ClientMessage): { sdp: string } | null {
  switch (message.type) {
    case "call:initiate":
      return message.offer;
    case "call:answer":
      return message.answer;
    case "call:negotiate":
      return message.description;
    default:
      return null;
  }
}

function idsOf(value: object): { chatId?: string; callId?: string } {
  const ids = value as Record<"chatId" | "callId", unknown>;
  const chat = chatId.safeParse(ids.chatId);
  const call = callId.safeParse(ids.callId);
  return { ...(chat.success ? { chatId: chat.data } : {}), ...(call.success ? { callId: call.data } : {}) };
}

/** One sentence for the first thing wrong: which field, and what was expected there. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join(".");
  const at = (text: string) => field === "" ? text : `${field}: ${text}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return at("a field this message does not have");
    case "invalid_type":
      return at(`expected ${issue.expected}`);
    case "invalid_value":
      return at(`expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`);
    default:
      return at(issue.message);
  }
}
