/** What `deno task load` is told, checked before anything is sent. */

import { parseArgs } from "node:util";
import { isLoopback } from "../../shared/loopback.ts";

/** The task was called in a way that cannot be meant; the message is one line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** How a user gets in: by a name, or with a token that is signed with the host application's secret. */
export type Access =
  | { readonly by: "guest" }
  | { readonly by: "host"; readonly secret: string; readonly issuer?: string; readonly audience?: string };

/** What to do to which server, and what is asked of it. */
export interface LoadOptions {
  /** Origins; of a pair, caller and callee are at two that follow each other. */
  readonly urls: readonly string[];
  /** Those who call and are called, in pairs. */
  readonly clients: number;
  /** Those who are there and do nothing. */
  readonly idle: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly access: Access;
  /** The most that 99 of 100 may take to ring, to be passed on and to end, in ms; `null`: whatever it takes. */
  readonly p99: number | null;
  /** The most calls that may fail, in percent. */
  readonly errors: number;
}

export const USAGE = `deno task load --url URL [--url URL …] [--clients 20] [--calls-per-second 5] [--seconds 10]
  [--idle 0] [--p99 MS] [--errors PERCENT] [--host-tokens] [--yes-this-is-mine]

Exit code: 0 all as asked, 1 slower than --p99 or more failures than --errors (0), 2 nothing was measured.
--host-tokens: users come with tokens signed with JWT_SECRET (and JWT_ISSUER, JWT_AUDIENCE) of the environment.`;

/** R18: a user places no more calls than this, in a second. */
const CALLS_A_CLIENT = 20 / 60;

/** @throws {UsageError} */
export function readOptions(args: string[], env: (name: string) => string | undefined): LoadOptions {
  const values = parsed(args);
  const urls = (values.url ?? []).map(originOf);
  if (urls.length === 0) throw new UsageError("--url: expected the address of a server");
  const foreign = urls.find((url) => !isLoopback(new URL(url).hostname));
  if (foreign !== undefined && !values["yes-this-is-mine"]) {
    throw new UsageError(`--url: ${foreign} is not on this machine: add --yes-this-is-mine if you run it yourself`);
  }
  const clients = number("clients", values.clients, 2, 100_000);
  const callsPerSecond = number("calls-per-second", values["calls-per-second"], 0, 10_000);
  if (clients % 2 === 1) throw new UsageError("--clients: expected an even number: they call each other in pairs");
  if (callsPerSecond > clients * CALLS_A_CLIENT) {
    const needed = 2 * Math.ceil(callsPerSecond / CALLS_A_CLIENT / 2);
    throw new UsageError(`--clients: expected ${needed} at least: a user places 20 calls a minute, not more`);
  }
  return {
    urls,
    clients,
    callsPerSecond,
    idle: number("idle", values.idle, 0, 100_000),
    seconds: number("seconds", values.seconds, 1, 7 * 24 * 3600),
    access: values["host-tokens"] ? hostAccess(env) : { by: "guest" },
    p99: values.p99 === undefined ? null : number("p99", values.p99, 0, 60_000),
    errors: number("errors", values.errors, 0, 100),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        "url": { type: "string", multiple: true },
        "clients": { type: "string", default: "20" },
        "idle": { type: "string", default: "0" },
        "calls-per-second": { type: "string", default: "5" },
        "seconds": { type: "string", default: "10" },
        "p99": { type: "string" },
        "errors": { type: "string", default: "0" },
        "host-tokens": { type: "boolean" },
        "yes-this-is-mine": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UsageError("--url: expected an http or https URL");
  return url.origin;
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) {
    throw new UsageError(`--${name}: expected a number from ${min} to ${max}`);
  }
  return value;
}

function hostAccess(env: (name: string) => string | undefined): Access {
  const secret = env("JWT_SECRET");
  if (!secret) throw new UsageError("--host-tokens: expected JWT_SECRET in the environment");
  const [issuer, audience] = [env("JWT_ISSUER"), env("JWT_AUDIENCE")];
  return { by: "host", secret, ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
}
