/** The log of a process with `LOG=json`: each line is an event of these, and nothing of people is in it. */

import assert from "node:assert/strict";
import { z } from "zod";
import type { CallOutcome } from "../../shared/protocol/logged_call.ts";

const line = <Event extends string, Shape extends z.core.$ZodLooseShape>(level: string, event: Event, fields: Shape) =>
  z.strictObject({
    ts: z.iso.datetime({ precision: 3 }),
    level: z.literal(level),
    event: z.literal(event),
    worker: z.int().positive().optional(),
    ...fields,
  });
const count = z.int().nonnegative();
const why = z.string().min(1).regex(/^[^\n]+$/);
const suppressed = count.optional();
const callId = z.string().regex(/^[\w-]{16,}$/);
const media = z.enum(["audio", "video"]);
const outcome = z.enum(
  [
    ...["hangup", "connection-lost", "declined", "busy", "cancelled", "timeout", "offline", "shutdown"] as const,
    ...["failed", "incompatible", "security-error", "unsupported"] as const,
  ] satisfies CallOutcome[],
);

/** Every event that the log has. */
export const logLine = z.discriminatedUnion("event", [
  line("info", "started", { deno: z.string(), protocol: count }),
  line("info", "listening", { url: z.url() }),
  line("info", "workers-listening", { url: z.url(), workers: count, ports: z.string() }),
  line("warn", "worker-ended", { worker: count, how: z.string(), waitMs: count }),
  line("info", "printed", { worker: count, text: z.string() }),
  line("info", "leaving", {}),
  line("info", "left", { ms: count }),
  line("error", "configuration-refused", { why }),
  line("error", "arguments-refused", { why }),
  line("warn", "setting-missing", { setting: z.string(), why }),
  line("info", "call-placed", { callId, media }),
  line("info", "call-ended", { callId, media, outcome, ringMs: count.nullable(), durationMs: count.nullable() }),
  line("warn", "origin-refused", { why, suppressed }),
  line("warn", "token-refused", { why, from: z.enum(["bearer", "form"]), suppressed }),
  line("warn", "chat-ids-refused", { count, suppressed }),
  line("warn", "cookies-large", { bytes: count, suppressed }),
  line("warn", "store-lost", { why }),
  line("info", "store-back", {}),
  line("warn", "call-log-failed", { why }),
  line("warn", "call-log-lost", { entries: count }),
  line("warn", "call-log-in-memory", { why }),
  line("warn", "report-lost", { why, tries: count, suppressed }),
  line("warn", "reports-lost", { count }),
  line("warn", "push-failed", { service: z.url(), why, suppressed }),
  line("warn", "push-subscriptions-failed", { why }),
  line("warn", "push-subscriptions-in-memory", { why }),
  line("error", "socket-failed", { why }),
  line("error", "failed", { why: z.string(), stack: z.string() }),
  line("debug", "message", {
    type: z.string(),
    reason: z.string().optional(),
    user: z.string(),
    device: z.string(),
  }),
  line("debug", "call", { type: z.string(), callId, outcome: outcome.optional(), reason: z.string().optional() }),
  line("debug", "candidates-dropped", { count, why, user: z.string(), device: z.string() }),
]);

export type LogLine = z.infer<typeof logLine>;

/** What may be in no log: a description, a candidate, a signed token, an address. */
const LEAKS = [
  /candidate:/,
  /\bv=0\b/,
  /\ba=/,
  /\beyJ[\w-]+\./,
  /\b\d{1,3}(\.\d{1,3}){3}\b/,
  /\b[0-9a-f]{1,4}::[0-9a-f]/i,
];

/** All that a process printed, which has to be events, without any of these secrets. Where it listens is the server's own address. */
export function linesOf(output: string, secrets: readonly string[] = []): LogLine[] {
  const lines = output.trimEnd().split("\n");
  return lines.map((text) => {
    const event = logLine.parse(JSON.parse(text));
    const rest = "url" in event ? JSON.stringify({ ...event, url: null }) : text;
    for (const leak of LEAKS) assert.doesNotMatch(rest, leak);
    for (const secret of secrets) assert.ok(!rest.includes(secret), `${secret} in ${rest}`);
    return event;
  });
}
