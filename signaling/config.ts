/** Configuration, all by environment, checked once at the start. */

import { z } from "zod";
import { VIDEO_CODECS, type VideoCodec } from "../shared/protocol/video_codecs.ts";
import { isLoopback } from "../shared/loopback.ts";
import { describeIssue } from "../shared/protocol/issues.ts";
import type { IceConfig, TurnAccess } from "./ops/ice.ts";
import type { WebhookTarget } from "./log/webhook.ts";
import { isPair, PRIVATE_KEY, PUBLIC_KEY, type Vapid } from "./push/vapid.ts";

/** A value in the environment is wrong; the message is one line that names it. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const list = z.string().transform((text) => text.split(",").map((item) => item.trim()).filter(Boolean));
const integer = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d{1,9}$/, expected).transform(Number)
    .refine((value) => value >= min && value <= max, expected);
};
/** URIs of RFC 7064 and RFC 7065, by their scheme. Browsers refuse any other, and the call with it. */
const serverUrls = (scheme: "stun" | "turn") => {
  const transport = scheme === "turn" ? String.raw`(?:\?transport=(?:udp|tcp))?` : "";
  const form = new RegExp(String.raw`^${scheme}s?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?${transport}$`);
  const isUrl = (item: string) => {
    const match = form.exec(item);
    return match !== null && Number(match[1] ?? 1) >= 1 && Number(match[1] ?? 1) <= 65_535;
  };
  return list.refine(
    (items) => items.every(isUrl),
    `expected a comma-separated list of ${scheme}: or ${scheme}s: URLs, like ${scheme}:example.org:3478`,
  );
};
const onOff = z.enum(["on", "off"], "expected on or off");
const codecs = z.string().toUpperCase().pipe(list).pipe(
  z.array(z.enum(VIDEO_CODECS, `expected a comma-separated list of ${VIDEO_CODECS.join(", ")}`)),
);
const origins = list.refine(
  (items) => items.every((item) => URL.canParse(item) && new URL(item).origin === item),
  "expected a comma-separated list of origins, like https://example.org",
);
const publicUrls = z.string().transform((text) => text.split(",").map((item) => item.trim().replace(/\/$/, ""))).refine(
  (items) => items.every((item) => /^https?:/.test(item) && URL.canParse(item) && new URL(item).origin === item),
  "expected the origin that people type, like https://example.org (or several of them, comma-separated)",
);

/** Standard Webhooks 1.0, "signature scheme". */
const WEBHOOK_SECRET = "expected whsec_ and 24 to 64 bytes in base64, as from: echo whsec_$(openssl rand -base64 32)";
const webhookSecret = z.string()
  .regex(/^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, WEBHOOK_SECRET)
  .transform((text) => Uint8Array.from(atob(text.slice("whsec_".length)), (char) => char.charCodeAt(0)))
  .refine(({ length }) => length >= 24 && length <= 64, WEBHOOK_SECRET);

/** Reports of calls are posted to this URL and name people: over http they may go to this machine only. */
const webhookUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return username + password === "" && (protocol === "https:" || protocol === "http:" && isLoopback(hostname));
}, "expected an https URL without a password, or an http one of this machine");

/** As the Redis client reads it, which would otherwise repeat in its errors what is wrong. */
const storeUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname } = new URL(text);
  const isStore = /^rediss?:$/.test(protocol) && hostname !== "" && /^(?:\/\d*)?$/.test(pathname);
  return isStore && [username, password].every(isPercentEncoded);
}, "expected a redis:// or rediss:// URL, like redis://:password@example.org:6379, with the password percent-encoded");

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const vapidKey = (form: RegExp) => z.string().regex(form, "expected a key as deno task vapid makes it").optional();
const vapidSubject = z.string().refine(
  (text) => URL.canParse(text) && /^(?:mailto:.+@.+|https:.+)$/.test(text),
  "expected whom a push service may write to, like mailto:you@example.org, or an https URL",
);

const secret = z.string().min(16, "expected at least 16 characters").optional();

const environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: integer(0, 65_535).default(8000),
  SESSION_SECRET: secret,
  SESSION_SECRET_PREVIOUS: secret,
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: secret,
  JWKS_URL: z.url({ protocol: /^https?$/, error: "expected an http or https URL" }).optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  GUESTS: onOff.default("on"),
  TRUST_PROXY: integer(0, 10).default(0),
  PUBLIC_URL: publicUrls.default([]),
  ALLOWED_ORIGINS: origins.default([]),
  STUN_URLS: serverUrls("stun").default(["stun:stun.l.google.com:19302"]),
  TURN_URLS: serverUrls("turn").default([]),
  TURN_USERNAME: z.string().optional(),
  TURN_PASSWORD: z.string().optional(),
  TURN_SECRET: z.string().min(16, "expected at least 16 characters").optional(),
  TURN_TTL: integer(1, 30 * 24 * 3600).default(4 * 3600),
  ICE_TRANSPORT_POLICY: z.enum(["all", "relay"], "expected all or relay").default("all"),
  READY_CHECK_TURN: onOff.default("off"),
  VIDEO_CODECS: codecs.default([...VIDEO_CODECS]),
  RING_TIMEOUT_MS: integer(100, 600_000).default(30_000),
  GRACE_MS: integer(100, 600_000).default(20_000),
  SOCKETS_PER_MINUTE: integer(1, 1_000_000).default(120),
  CHAT_CAPACITY: integer(2, 1000).default(2),
  RECEIPT_WEBHOOK: webhookUrl.optional(),
  RECEIPT_SECRET: webhookSecret.optional(),
  RECEIPT_SECRET_PREVIOUS: webhookSecret.optional(),
  REDIS_URL: storeUrl.optional(),
  VAPID_PUBLIC_KEY: vapidKey(PUBLIC_KEY),
  VAPID_PRIVATE_KEY: vapidKey(PRIVATE_KEY),
  VAPID_SUBJECT: vapidSubject.optional(),
  PUSH_SERVICES: origins.default([]),
  METRICS_TOKEN: secret,
  DATA_DIR: z.string().default("data"),
  CALL_LOG_DAYS: integer(1, 3650).default(90),
  LOG: z.enum(["text", "json"], "expected text or json").default("text"),
  SIGNAL_LOG: z.enum(["off", "debug"], "expected off or debug").default("off"),
}).refine((env) => env.TURN_URLS.length === 0 || env.TURN_SECRET || (env.TURN_USERNAME && env.TURN_PASSWORD), {
  path: ["TURN_URLS"],
  message: "expected TURN_SECRET, or TURN_USERNAME and TURN_PASSWORD, beside it",
}).refine((env) => !(env.TURN_SECRET && (env.TURN_USERNAME || env.TURN_PASSWORD)), {
  path: ["TURN_SECRET"],
  message: "expected it, or TURN_USERNAME and TURN_PASSWORD, but not both",
}).refine((env) => env.TURN_URLS.length > 0 || env.ICE_TRANSPORT_POLICY === "all", {
  path: ["ICE_TRANSPORT_POLICY"],
  message: "expected all, or TURN_URLS beside it: without a TURN server nothing can be relayed",
}).refine((env) => env.TURN_URLS.length > 0 || env.READY_CHECK_TURN === "off", {
  path: ["READY_CHECK_TURN"],
  message: "expected off, or TURN_URLS beside it",
}).refine((env) => env.SESSION_SECRET_PREVIOUS === undefined || env.SESSION_SECRET !== undefined, {
  path: ["SESSION_SECRET_PREVIOUS"],
  message: "expected SESSION_SECRET beside it",
}).refine((env) => env.REDIS_URL === undefined || env.SESSION_SECRET !== undefined, {
  path: ["REDIS_URL"],
  message: "expected SESSION_SECRET beside it, the same for all processes",
}).refine((env) => env.JWT_SECRET_PREVIOUS === undefined || env.JWT_SECRET !== undefined, {
  path: ["JWT_SECRET_PREVIOUS"],
  message: "expected JWT_SECRET beside it",
}).refine((env) => env.TURN_URLS.length > 0 || !(env.TURN_USERNAME || env.TURN_PASSWORD || env.TURN_SECRET), {
  path: ["TURN_URLS"],
  message: "expected, since there are TURN_USERNAME, TURN_PASSWORD or TURN_SECRET",
}).refine((env) => (env.RECEIPT_WEBHOOK === undefined) === (env.RECEIPT_SECRET === undefined), {
  path: ["RECEIPT_WEBHOOK"],
  message: "expected RECEIPT_SECRET beside it, and the other way round",
}).refine((env) => env.RECEIPT_SECRET_PREVIOUS === undefined || env.RECEIPT_SECRET !== undefined, {
  path: ["RECEIPT_SECRET_PREVIOUS"],
  message: "expected RECEIPT_SECRET beside it",
}).refine(
  (env) => new Set([env.VAPID_PUBLIC_KEY, env.VAPID_PRIVATE_KEY, env.VAPID_SUBJECT].map((one) => !one)).size === 1,
  {
    path: ["VAPID_PUBLIC_KEY"],
    message: "expected VAPID_PRIVATE_KEY and VAPID_SUBJECT beside it, and the other way round",
  },
).refine((env) => env.VAPID_PUBLIC_KEY === undefined || isPair(env.VAPID_PUBLIC_KEY, env.VAPID_PRIVATE_KEY ?? ""), {
  path: ["VAPID_PUBLIC_KEY"],
  message: "expected the key that VAPID_PRIVATE_KEY is the other half of",
}).refine((env) => env.GUESTS === "on" || env.JWT_SECRET !== undefined || env.JWKS_URL !== undefined, {
  path: ["GUESTS"],
  message: "expected on, or JWT_SECRET or JWKS_URL beside it: nobody could enter",
});

/** The checked configuration. Times are in ms. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The first signs guest sessions, all verify them. Empty: make one for this run; sessions then end with the process. */
  readonly sessionSecrets: readonly string[];
  /** HS256 keys of the host application. */
  readonly hostSecrets: readonly string[];
  /** Where the host application publishes its public keys (RFC 7517). */
  readonly jwksUrl: string | null;
  /** What the host application's tokens must say in `iss` and `aud`. */
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Whether anybody may come in by giving a name. */
  readonly guests: boolean;
  /** How many proxies stand in front, so whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: number;
  /** This server's origins as people see them, the first for whoever comes by another name. Empty: by each request. */
  readonly publicUrls: readonly string[];
  readonly socketsPerMinute: number;
  readonly allowedOrigins: readonly string[];
  readonly ice: IceConfig;
  /** Whether `/readyz` asks the TURN servers for an address. */
  readonly readyCheckTurn: boolean;
  /** Video codecs in the order of preference. */
  readonly videoCodecs: VideoCodec[];
  readonly ringTimeoutMs: number;
  readonly graceMs: number;
  readonly chatCapacity: number;
  /** Where to report calls that ended. */
  readonly receiptWebhook: WebhookTarget | null;
  /** The store that several processes share; `null`: there is one process. */
  readonly redisUrl: string | null;
  /** By what push services know this server; `null`: nobody is told of a call by push. */
  readonly vapid: Vapid | null;
  /** The push services that may be, by origin; empty: any in the world. */
  readonly pushServices: readonly string[];
  /** What `/metrics` asks for, as a bearer; `null`: nothing. */
  readonly metricsToken: string | null;
  /** Where the call log is kept by one process; `:memory:`: nowhere, it ends with the process. */
  readonly dataDir: string;
  readonly callLogDays: number;
  /** How the log is printed. */
  readonly log: "text" | "json";
  readonly debugLog: boolean;
}

/**
 * Reads the configuration. An empty variable is the same as none, but for the lists, where it means an empty list.
 * @throws {ConfigError} for the first wrong value; the message never repeats it, for it may be a secret.
 */
export function readConfig(get: (name: string) => string | undefined): Config {
  const values = Object.fromEntries(
    Object.keys(environment.shape).map((name) => [name, get(name)])
      .filter(([name, value]) => value !== "" || name!.endsWith("_URLS")),
  );
  const result = environment.safeParse(values);
  if (!result.success) throw new ConfigError(describeIssue(result.error.issues[0]!));
  const env = result.data;
  return {
    host: env.HOST,
    port: env.PORT,
    sessionSecrets: [env.SESSION_SECRET, env.SESSION_SECRET_PREVIOUS].filter((secret) => secret !== undefined),
    hostSecrets: [env.JWT_SECRET, env.JWT_SECRET_PREVIOUS].filter((secret) => secret !== undefined),
    jwksUrl: env.JWKS_URL ?? null,
    issuer: env.JWT_ISSUER ?? null,
    audience: env.JWT_AUDIENCE ?? null,
    guests: env.GUESTS === "on",
    trustedProxies: env.TRUST_PROXY,
    publicUrls: env.PUBLIC_URL,
    socketsPerMinute: env.SOCKETS_PER_MINUTE,
    allowedOrigins: env.ALLOWED_ORIGINS,
    ice: {
      stunUrls: env.STUN_URLS,
      turnUrls: env.TURN_URLS,
      turn: turnAccess(env),
      policy: env.ICE_TRANSPORT_POLICY,
    },
    readyCheckTurn: env.READY_CHECK_TURN === "on",
    videoCodecs: env.VIDEO_CODECS,
    ringTimeoutMs: env.RING_TIMEOUT_MS,
    graceMs: env.GRACE_MS,
    chatCapacity: env.CHAT_CAPACITY,
    receiptWebhook: env.RECEIPT_WEBHOOK === undefined ? null : {
      url: env.RECEIPT_WEBHOOK,
      keys: [env.RECEIPT_SECRET, env.RECEIPT_SECRET_PREVIOUS].filter((secret) => secret !== undefined),
    },
    redisUrl: env.REDIS_URL ?? null,
    vapid: env.VAPID_PUBLIC_KEY === undefined ? null : {
      publicKey: env.VAPID_PUBLIC_KEY,
      privateKey: env.VAPID_PRIVATE_KEY!,
      subject: env.VAPID_SUBJECT!,
    },
    pushServices: env.PUSH_SERVICES,
    metricsToken: env.METRICS_TOKEN ?? null,
    dataDir: env.DATA_DIR,
    callLogDays: env.CALL_LOG_DAYS,
    log: env.LOG,
    debugLog: env.SIGNAL_LOG === "debug",
  };
}

function turnAccess(env: z.infer<typeof environment>): TurnAccess | null {
  if (env.TURN_URLS.length === 0) return null;
  if (env.TURN_SECRET !== undefined) return { secret: env.TURN_SECRET, ttl: env.TURN_TTL };
  return { username: env.TURN_USERNAME!, password: env.TURN_PASSWORD! };
}
