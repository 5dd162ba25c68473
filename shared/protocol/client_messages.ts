/** What a client says to the server: one strict schema for every message, which is its type, its validator and the reference. */

import { z } from "zod";
import { callRef, candidate, chatId, description, failures, jwt, media, sending, stamped, userId } from "./formats.ts";
import { receipt } from "./receipt.ts";

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
  "call:missed-seen": z.strictObject({ type: z.literal("call:missed-seen"), ...stamped }),
  "chat:watch": z.strictObject({ type: z.literal("chat:watch"), chatId }),
  "session:renew": z.strictObject({ type: z.literal("session:renew"), token: jwt }),
  "device:leaving": z.strictObject({ type: z.literal("device:leaving") }),
  "ping": z.strictObject({ type: z.literal("ping") }),
};

/** Client messages by type. */
export type ClientMessages = { [Type in keyof typeof clientMessages]: z.infer<(typeof clientMessages)[Type]> };
/** Any message a client may send. */
export type ClientMessage = ClientMessages[keyof ClientMessages];
