/** Frames: what a client sends read as a message, and a message for a client written. */

import { isLongerThan } from "./candidate.ts";
import { type ClientMessage, type ClientMessages, clientMessages } from "./client_messages.ts";
import { MAX_FRAME_BYTES } from "./constants.ts";
import type { ErrorCode } from "./errors.ts";
import { callId, chatId, LEFT_OUT } from "./formats.ts";
import { describeIssue } from "./issues.ts";
import { PlainCandidates, textOfCandidate } from "./plain_candidate.ts";
import { unusableCandidates } from "./sdp.ts";
import type { ServerMessage } from "./server_messages.ts";

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

/** Reads the frames of one client, or of one after the other: what was read before makes the next quicker, and never another. */
export class FrameReader {
  readonly #candidates = new PlainCandidates();

  /**
   * Reads one frame. Never throws: anything that is not a message of this protocol comes back as a refusal, `TOO_LARGE` over 64 KiB and
   * `INVALID_MESSAGE` otherwise.
   */
  read(data: unknown): Parsed {
    if (typeof data !== "string") return refuse("Expected a text frame, got a binary one");
    if (isLongerThan(data, MAX_FRAME_BYTES)) {
      return refuse(`A frame holds at most ${MAX_FRAME_BYTES} bytes`, { code: "TOO_LARGE" });
    }
    const plain = this.#candidates.read(data);
    return plain === null ? parseBySchema(data) : { ok: true, message: plain };
  }
}

/** Reads any text that is not too long by the schemas alone. */
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
