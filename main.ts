/** Composes the product: configuration, signaling server, web application. `start.ts` serves it, and so does Deno Deploy. */

import { App, csp, staticFiles } from "fresh";
import { compressed } from "./routes/(_kit)/compressed.ts";
import type { State } from "./routes/(_kit)/define.ts";
import { throwIfRefused } from "./routes/(_kit)/refusal.ts";
import { pagePolicy, secure } from "./routes/(_kit)/security.ts";
import { PROTOCOL_VERSION, SIGNAL_PATH } from "./shared/protocol/constants.ts";
import { strings } from "./shared/i18n/i18n.ts";
import { type Config, ConfigError, readConfig } from "./signaling/config.ts";
import { UnavailableError } from "./signaling/engine/engine.ts";
import { unavailable } from "./signaling/http/responses.ts";
import { credentialOf } from "./signaling/identity/auth.ts";
import { urlOf, whyNotListening } from "./signaling/ops/listening.ts";
import { consoleLog, failureOf, logFormat } from "./signaling/ops/log.ts";
import { SignalingServer } from "./signaling/server.ts";
import { clearLeftovers } from "./signaling/identity/session_cookie.ts";

/** Time for close frames to leave before the process does, in ms (R19: gone within 5 s). */
const LEAVE_MS = 500;

/** Where a host application's page posts its user's token: the token is the proof, so any page may. What else comes there, it minds. */
const ENTER_PATH = "/enter";

const format = logFormat();
const log = consoleLog(format);

const config = configOrExit();
const server = new SignalingServer(config, Date.now, log);
let leaving: Promise<number> | null = null;

// Deno Deploy sets this, and starts instances as it needs them; it serves the app without `serve`.
if (Deno.env.has("DENO_DEPLOYMENT_ID")) {
  for (const lack of lacksOfInstances(config)) log("setting-missing", lack);
}

/** The URL of the signaling socket, as clients write it; what else leads there is found by the app's routes. */
const SIGNAL_URL = new RegExp(`^[^/]*//[^/]*${SIGNAL_PATH}(?:\\?|$)`);

/**
 * Everything goes out through `secure`: Fresh answers errors past its middlewares, and some before them. But for open sockets: they have
 * no headers, and are asked for so often that nothing of pages comes before them.
 */
class ZvonokApp extends App<State> {
  override handler() {
    const options = { ...config, isDeveloped: this.config.mode === "development" };
    const pages = secure(compressed(super.handler()), options);
    return async (req: Request, info?: Deno.ServeHandlerInfo) => {
      if (req.method !== "GET" || !SIGNAL_URL.test(req.url)) return pages(req, info);
      const answer = await server.upgrade(req, info);
      return answer.status === 101 ? answer : secure(() => Promise.resolve(answer), options)(req, info);
    };
  }
}

export const app = new ZvonokApp()
  .get(SIGNAL_PATH, (ctx) => server.upgrade(ctx.req, ctx.info))
  .get("/healthz", (ctx) => ctx.text("ok\n"))
  .get("/readyz", async (ctx) => {
    const why = await server.unreadiness();
    return why === null ? ctx.text("ready\n") : ctx.text(`${why}\n`, { status: 503 });
  })
  .get("/metrics", (ctx) => server.metrics(ctx.req))
  .use((ctx) => {
    throwIfRefused(ctx.req);
    return ctx.next();
  })
  .use(async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      if (error instanceof UnavailableError) return unavailable();
      throw error;
    }
  })
  .use(staticFiles())
  .use((ctx) => csp<State>({ useNonce: true, csp: pagePolicy(ctx.url, config) })(ctx))
  .use(async (ctx) => {
    const { req, state } = ctx;
    state.locale = "en";
    state.t = strings("en");
    state.hub = server.hub;
    state.log = server.log;
    state.push = server.push;
    state.ice = (userId) => server.ice(userId);
    const unavailable = server.unavailableRefusal();
    if (unavailable !== null) return unavailable;
    const known = await server.session(req);
    state.originRefusal = () => server.originRefusal(req, known);
    if (!["GET", "HEAD", "OPTIONS"].includes(req.method)) {
      const isProof = ctx.url.pathname === ENTER_PATH;
      const refusal = (isProof ? null : state.originRefusal()) ?? server.rateRefusal(req, ctx.info);
      if (refusal !== null) return refusal;
    }
    state.session = typeof known === "string" ? null : known;
    state.tokenRefusal = typeof known === "string" ? known : null;
    state.keepsToken = state.session?.isGuest === true && credentialOf(req.headers)?.from === "bearer";
    state.viewer = state.session ?? await server.outlived(req);
    const overTls = ctx.url.protocol === "https:";
    state.guests = server.guests(state.session, overTls);
    state.enter = (token) => server.enter(token, overTls);
    state.renew = (session) => server.renew(req, session, overTls);
    const response = await ctx.next();
    const isVisit = req.method === "GET" && state.session !== null && state.guests !== null && !state.keepsToken;
    const renewed = isVisit ? await state.guests!.renew(state.session!) : null;
    for (const cookie of renewed?.cookie ?? []) response.headers.append("set-cookie", cookie);
    clearLeftovers(req.headers, response.headers, ctx.url.pathname === ENTER_PATH);
    return response;
  })
  .fsRoutes();

for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, leave);
}

// A fragmented text message longer than V8's longest string (half a GiB) fails inside the runtime's own socket loop, where nothing
// can catch it, and would take the process with it. The idle time-out then closes the socket it came over.
addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof Error && event.reason.stack?.includes("ext:deno_websocket"))) return;
  event.preventDefault();
  log("socket-failed", { why: event.reason.message });
});
if (format === "json") logFailures();

/** Ends what rings and every socket, and then the process (R19). */
export async function leave(): Promise<void> {
  const beganAt = performance.now();
  if (leaving === null) log("leaving", {});
  leaving ??= server.close();
  const [lost] = await Promise.all([leaving, new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
  if (lost > 0) log("reports-lost", { count: lost });
  log("left", { ms: Math.round(performance.now() - beganAt) });
  Deno.exit(0);
}

/**
 * Serves what `deno task build` made. Worker `n` of several shares the port with the others, and is there alone at the nth behind it.
 * The build imports this module again, so nothing may wait for it here.
 */
export async function serve(worker: number | null): Promise<void> {
  const { host, port, sessionSecrets } = config;
  log("started", { deno: Deno.version.deno, protocol: PROTOCOL_VERSION });
  if (sessionSecrets.length === 0) {
    log("setting-missing", { setting: "SESSION_SECRET", why: "sessions and chats end with this process" });
  }
  const built = await import(new URL("_fresh/server.js", import.meta.url).href);
  const isShared = worker !== null;
  listen({ hostname: host, port, reusePort: isShared, onListen: isShared ? () => {} : announce }, built.default.fetch);
  if (isShared) listen({ hostname: "127.0.0.1", port: port + worker, onListen: () => {} }, built.default.fetch);
  // Opened now, so that it is said at the start where the call log is kept, should that be memory.
  server.log;
}

function listen(where: Deno.ServeTcpOptions & { hostname: string }, handler: Deno.ServeHandler): void {
  try {
    Deno.serve(where, handler);
  } catch (error) {
    log("configuration-refused", { why: whyNotListening(where.hostname, where.port ?? 0, error) });
    Deno.exit(1);
  }
}

/** What does not work for several instances without a store or a secret that they share. */
function lacksOfInstances({ redisUrl, sessionSecrets }: Config): { setting: string; why: string }[] {
  return [
    ...sessionSecrets.length > 0
      ? []
      : [{ setting: "SESSION_SECRET", why: "each instance believes its own sessions only, and they end with it" }],
    ...redisUrl !== null ? [] : [{
      setting: "REDIS_URL",
      why: "only people on the same instance see and call each other; Deno Deploy may run several",
    }],
  ];
}

function announce({ hostname, port }: Deno.NetAddr): void {
  log("listening", { url: urlOf(hostname, port) });
}

function configOrExit(): Config {
  try {
    return readConfig((name) => Deno.env.get(name));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("configuration-refused", { why: error.message });
    Deno.exit(1);
  }
}

/** What nobody expected is logged as all else is: what Fresh and packages print, and what ends the process. */
function logFailures(): void {
  console.error = (error) => log("failed", failureOf(error));
  const end = (event: Event, error: unknown) => {
    // Somebody else has dealt with it.
    if (event.defaultPrevented) return;
    event.preventDefault();
    log("failed", failureOf(error));
    Deno.exit(1);
  };
  addEventListener("error", (event) => end(event, event.error));
  addEventListener("unhandledrejection", (event) => end(event, event.reason));
}
