/** One whole call between two clients: it rings, is answered, both trickle their candidates, and the caller hangs up. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import { candidate, CANDIDATES, description } from "../signaling/call_frames.ts";
import type { Client } from "./client.ts";

/** Between two candidates of a side, in ms. */
const TRICKLE_MS = 8;
/** A call that is not over by then has failed, in ms. */
const LOST_MS = 10_000;

/** What was measured, in ms. */
export interface Latencies {
  /** From `call:initiate` until the caller hears that it rings. */
  readonly ring: number[];
  /** From an answer or a candidate until the other side has it; a candidate that waits for the answer counts from that. */
  readonly relay: number[];
  /** From `call:end` until the other side has it. */
  readonly end: number[];
}

/** Why a call was not whole, by a code. */
export class CallError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const OFFER = { type: "offer", sdp: description("actpass") } as const;
const ANSWER = { type: "answer", sdp: description("active") } as const;
const ICE = Array.from({ length: CANDIDATES }, (_, n) => candidate(n));

type Side = "caller" | "callee";

/** @throws {CallError} */
export async function makeCall(sides: Record<Side, Client>, chatId: string, latencies: Latencies): Promise<void> {
  const callId = crypto.randomUUID();
  const about = { chatId, callId };
  const over = Promise.withResolvers<void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, act: () => void) => timers.add(setTimeout(act, ms));
  const fail = (code: string) => over.reject(new CallError(code));
  /** When what is under way was sent, the oldest first; by who sent it. */
  const sentAt: Record<Side, number[]> = { caller: [], callee: [] };
  let answeredAt = Infinity;
  let endedAt = 0;
  const beganAt = performance.now();

  const trickle = (from: Side) =>
    ICE.forEach((candidate, n) =>
      later((n + 1) * TRICKLE_MS, () => {
        sentAt[from].push(performance.now());
        sides[from].say({ type: "call:ice-candidate", ...about, candidate });
      })
    );
  let due = 2 * CANDIDATES;
  const relayed = (from: Side, now: number) => {
    latencies.relay.push(now - Math.max(sentAt[from].shift()!, answeredAt));
    if (--due > 0) return;
    endedAt = performance.now();
    sides.caller.say({ type: "call:end", ...about, reason: "hangup" });
  };

  const hear = (side: Side, message: ServerMessage | null) => {
    if (message === null) return fail("SOCKET_LOST");
    if (!("callId" in message) || message.callId !== callId) return;
    const now = performance.now();
    switch (message.type) {
      case "call:offer":
        sides.callee.say({ type: "call:ringing", ...about });
        return;
      case "call:ringing":
        latencies.ring.push(now - beganAt);
        answeredAt = performance.now();
        sides.callee.say({ type: "call:answer", ...about, answer: ANSWER });
        return trickle("callee");
      case "call:answer":
        latencies.relay.push(now - answeredAt);
        return;
      case "call:ice-candidate":
        return relayed(side === "caller" ? "callee" : "caller", now);
      case "call:end":
        if (side === "caller" || endedAt === 0) return fail(`ENDED_${message.reason}`);
        latencies.end.push(now - endedAt);
        return over.resolve();
      case "call:error":
        return fail(message.code);
      case "call:rejected":
        return fail(`REJECTED_${message.reason}`);
    }
  };

  for (const side of ["caller", "callee"] as const) sides[side].onMessage = (message) => hear(side, message);
  later(LOST_MS, () => fail("TIMEOUT"));
  sides.caller.say({ type: "call:initiate", ...about, offer: OFFER, media: "video" });
  trickle("caller");
  try {
    await over.promise;
  } catch (error) {
    for (const side of ["caller", "callee"] as const) sides[side].say({ type: "call:end", ...about });
    throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const side of ["caller", "callee"] as const) sides[side].onMessage = () => {};
  }
}
