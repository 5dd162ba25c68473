/** What the fields of messages look like, where several messages have them. */

import { z } from "zod";
import { type Candidate, readCandidate } from "./candidate.ts";
import { MAX_NAME_LENGTH } from "./constants.ts";
import { NAME } from "./names.ts";
import { descriptionProblem, withUsableCandidates } from "./sdp.ts";

/** A chat: characters that need no escaping in a URL (RFC 3986, "unreserved"). */
export const chatId = z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 . _ ~ -");
/** A JWT in its compact form (RFC 7515, section 7.1). What it says is for whoever verifies it. */
export const jwt = z.string().max(16 * 1024).regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, "a token (JWT)");
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
export const failures = ["failed", "incompatible", "security-error", "unsupported"] as const;

export const media = z.enum(["audio", "video"]);
export const milliseconds = z.number().int().min(0);

/** A session description; candidate lines that cannot be used are left out of it (R17). */
export function description<T extends "offer" | "answer">(...types: T[]) {
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
export const LEFT_OUT = { leftOut: true };

/** `RTCIceCandidateInit` in its one form (R17); `null`, or an empty `candidate`, ends the candidates. */
export const candidate = z.strictObject({
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

export const callRef = { chatId, callId: callId.optional() };
export const stamped = { chatId, callId };
export const sending = {
  audio: z.boolean(),
  video: z.boolean(),
  screen: z.boolean(),
  step: z.enum(["high", "medium", "low", "paused", "audio"]).optional(),
};

/** What a call was started with. */
export type CallMedia = z.infer<typeof media>;
/** Why a call cannot be, though both people want it. */
export type FailureReason = (typeof failures)[number];
