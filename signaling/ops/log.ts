/**
 * The one way to tell whoever runs the server what happened: an event with a stable code and its fields, in words or, with `LOG=json`, as
 * one line of JSON. What must be in none: descriptions, candidates, tokens, people's names and addresses, and ids of chats, which invite.
 */

import type { CallMedia, FailureReason } from "../../shared/protocol/formats.ts";
import type { MissedReason, Outcome } from "../call/facts.ts";

export type Level = "debug" | "info" | "warn" | "error";

/** How many like it were left out before this one; not there: none. */
interface Repeated {
  readonly suppressed?: number;
}

/** What there is to tell, by its code. Times are in ms; `why` is a line for whoever has to mend it. */
export interface LogEvents {
  readonly started: { readonly deno: string; readonly protocol: number };
  readonly listening: { readonly url: string };
  /** `ports`: where each is found alone. */
  readonly "workers-listening": { readonly url: string; readonly workers: number; readonly ports: string };
  readonly "worker-ended": { readonly worker: number; readonly how: string; readonly waitMs: number };
  /** A line of a worker that is no event: what the runtime prints when it ends by itself, or all, in words. */
  readonly printed: { readonly worker: number; readonly text: string };
  readonly leaving: Record<never, never>;
  readonly left: { readonly ms: number };
  readonly "configuration-refused": { readonly why: string };
  readonly "arguments-refused": { readonly why: string };
  readonly "setting-missing": { readonly setting: string; readonly why: string };
  readonly "call-placed": { readonly callId: string; readonly media: CallMedia };
  /** `ringMs`: until the answer, or the end; `null` where the server was restarted since. `durationMs`: `null` without an answer. */
  readonly "call-ended": {
    readonly callId: string;
    readonly media: CallMedia;
    readonly outcome: Outcome;
    readonly ringMs: number | null;
    readonly durationMs: number | null;
  };
  readonly "origin-refused": Repeated & { readonly why: string };
  readonly "token-refused": Repeated & { readonly from: "bearer" | "form"; readonly why: string };
  readonly "chat-ids-refused": Repeated & { readonly count: number };
  readonly "cookies-large": Repeated & { readonly bytes: number };
  readonly "store-lost": { readonly why: string };
  readonly "store-back": Record<never, never>;
  readonly "call-log-failed": { readonly why: string };
  readonly "call-log-lost": { readonly entries: number };
  readonly "call-log-in-memory": { readonly why: string };
  readonly "report-lost": Repeated & { readonly why: string; readonly tries: number };
  readonly "reports-lost": { readonly count: number };
  /** `service`: by its origin, never by an endpoint, which is a secret of somebody's browser. */
  readonly "push-failed": Repeated & { readonly service: string; readonly why: string };
  readonly "push-subscriptions-failed": { readonly why: string };
  readonly "push-subscriptions-in-memory": { readonly why: string };
  readonly "socket-failed": { readonly why: string };
  /** What nobody expected. `stack`: where. */
  readonly failed: { readonly why: string; readonly stack: string };
  /** With `SIGNAL_LOG=debug`: a message was taken, something happened to a call, candidates were dropped. */
  readonly message: { readonly type: string; readonly reason?: string; readonly user: string; readonly device: string };
  readonly call: {
    readonly type: string;
    readonly callId: string;
    readonly outcome?: Outcome;
    readonly reason?: FailureReason | MissedReason;
  };
  readonly "candidates-dropped": {
    readonly count: number;
    readonly why: string;
    readonly user: string;
    readonly device: string;
  };
}

/** Tells of an event. Never throws. */
export type Log = <Code extends keyof LogEvents>(event: Code, fields: LogEvents[Code]) => void;

type Words<Code extends keyof LogEvents> = (fields: LogEvents[Code]) => string;

/** How each is told in words; `null`: not at all. */
const EVENTS: { readonly [Code in keyof LogEvents]: readonly [Level, Words<Code> | null] } = {
  started: ["info", null],
  listening: ["info", ({ url }) => `Zvonok is ready: ${url}`],
  "workers-listening": [
    "info",
    ({ url, workers, ports }) => `Zvonok is ready: ${url} (${workers} workers; each alone: ports ${ports})`,
  ],
  "worker-ended": [
    "warn",
    ({ worker, how, waitMs }) =>
      `worker ${worker}: It ended (${how}), and is replaced ${waitMs === 0 ? "at once" : `in ${waitMs / 1000} s`}.`,
  ],
  printed: ["info", ({ worker, text }) => `worker ${worker}: ${text}`],
  leaving: ["info", null],
  left: ["info", null],
  "configuration-refused": ["error", ({ why }) => `Configuration: ${why}`],
  "arguments-refused": ["error", ({ why }) => `Arguments: ${why}`],
  "setting-missing": ["warn", ({ setting, why }) => `${setting} is not set: ${why}.`],
  "call-placed": ["info", null],
  "call-ended": ["info", null],
  "origin-refused": ["warn", ({ why }) => `A request was refused for its origin: ${why}`],
  "token-refused": ["warn", ({ why }) => `A token was refused: ${why}`],
  "chat-ids-refused": [
    "warn",
    ({ count }) => `A token's chats: ids left out: ${count}, expected 1 to 128 of A-Z a-z 0-9 . _ ~ -`,
  ],
  "cookies-large": [
    "warn",
    ({ bytes }) => `A session takes ${bytes} bytes of cookies: see that proxies allow that (docs/proxy.md)`,
  ],
  "store-lost": ["warn", ({ why }) => `REDIS_URL: ${why}: nobody can call until that is over`],
  "store-back": ["info", () => "REDIS_URL: all is well again"],
  "call-log-failed": ["warn", ({ why }) => `The call log cannot be used: ${why}`],
  "call-log-lost": ["warn", ({ entries }) => `Entries of the call log that were not written, and are lost: ${entries}`],
  "call-log-in-memory": [
    "warn",
    ({ why }) => `DATA_DIR: the call log is kept in memory, and ends with this process: ${why}`,
  ],
  "report-lost": [
    "warn",
    ({ why, tries }) => `RECEIPT_WEBHOOK: the report of a call is lost after ${tries} tries: ${why}`,
  ],
  "reports-lost": [
    "warn",
    ({ count }) => `RECEIPT_WEBHOOK: reports of calls that could not be delivered, and are lost: ${count}`,
  ],
  "push-failed": ["warn", ({ service, why }) => `The push service ${service} took no message: ${why}`],
  "push-subscriptions-failed": ["warn", ({ why }) => `Push subscriptions cannot be used: ${why}`],
  "push-subscriptions-in-memory": [
    "warn",
    ({ why }) => `DATA_DIR: push subscriptions are kept in memory, and end with this process: ${why}`,
  ],
  "socket-failed": ["error", ({ why }) => `A socket failed in the runtime: ${why}`],
  failed: ["error", ({ why, stack }) => `${why}\n${stack}`],
  message: ["debug", (fields) => inWords("message", fields)],
  call: ["debug", (fields) => inWords("call", fields)],
  "candidates-dropped": ["debug", (fields) => inWords("candidates-dropped", fields)],
};

/** Prints events, by the console's methods as they are now: somebody may put others in their place. */
export function consoleLog(format: "text" | "json"): Log {
  const { log, warn, error } = console;
  const print = { debug: log, info: log, warn, error };
  return (event, fields) => {
    const [level, words] = EVENTS[event];
    if (format === "json") print[level](JSON.stringify({ ts: new Date().toISOString(), level, event, ...fields }));
    else if (words !== null) print[level](words(fields) + repeated(fields as Repeated));
  };
}

/** As `LOG` says; what is wrong in it the configuration tells, in words. */
export function logFormat(): "text" | "json" {
  return Deno.env.get("LOG") === "json" ? "json" : "text";
}

/** What was thrown that nobody expected. A `SyntaxError` repeats what it could not read, so it goes without its message. */
export function failureOf(error: unknown): LogEvents["failed"] {
  if (!(error instanceof Error)) return { why: typeof error === "string" ? error : typeof error, stack: "" };
  const { name, message, stack = "" } = error;
  const why = error instanceof SyntaxError ? name : `${name}: ${message}`;
  return { why, stack: stack.split("\n").filter((line) => /^\s+at /.test(line)).join("\n") };
}

const repeated = ({ suppressed = 0 }: Repeated) => suppressed === 0 ? "" : ` (and ${suppressed} more like it before)`;

const inWords = (event: string, fields: Readonly<Record<string, string | number>>) =>
  [event, ...Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(String(value))}`)].join(" ");
