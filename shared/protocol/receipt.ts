/** The measurements of a call, as its devices say them. */

import { z } from "zod";
import { milliseconds } from "./formats.ts";

/** Whole milliseconds, 30 days at most. */
const span = milliseconds.max(30 * 24 * 3600 * 1000);
const count = z.number().int().min(0);
const fraction = z.number().min(0).max(1);
const codec = z.string().regex(/^[\x21-\x7e]{1,32}$/, "1 to 32 printable characters");

/** What one side measured in a call. `null`: it did not come to that, or the browser did not say. */
export const receipt = z.strictObject({
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
  /**
   * What this side saw and heard of the other: the share of time that its pictures stood still, the share of its voice that was made up for
   * want of packets, and what the conversation was worth so (mean opinion score by the E-model, ITU-T G.107). Since version 4.
   */
  perceived: z.strictObject({
    frozen: fraction.nullable(),
    concealed: fraction.nullable(),
    score: z.number().min(1).max(5).nullable(),
  }).optional(),
});

/** What one side measured in a call. */
export type Receipt = z.infer<typeof receipt>;
