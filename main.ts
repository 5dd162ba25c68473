/** Composes the product: configuration, signaling server, web application. Run it (`deno task start`) and it serves. */

import { App, csp, staticFiles } from "fresh";
import type { State } from "./routes/(_kit)/define.ts";
import { secure } from "./routes/(_kit)/security.ts";
import { SIGNAL_PATH } from "./shared/constants.ts";
import { strings } from "./shared/i18n.ts";
import { type Config, ConfigError, readConfig } from "./signaling/config.ts";
import { bodyProblem, httpError } from "./signaling/http.ts";
import { SignalingServer } from "./signaling/server.ts";

/** Time for close frames to leave before the process does, in ms (R19: gone within 5 s). */
const LEAVE_MS = 500;

const config = configOrExit();
const server = new SignalingServer(config);

/** Everything goes out through `secure`: Fresh answers errors past its middlewares, and some before them. */
class ZvonokApp extends App<State> {
  override handler() {
    return secure(super.handler());
  }
}

export const app = new ZvonokApp()
  .get(SIGNAL_PATH, (ctx) => server.upgrade(ctx.req))
  .get("/healthz", (ctx) => ctx.text("ok\n"))
  .use(staticFiles())
  .use(csp({ useNonce: true }))
  .use(async (ctx) => {
    const { req, state } = ctx;
    state.locale = "en";
    state.t = strings("en");
    if (!["GET", "HEAD", "OPTIONS"].includes(req.method)) {
      if (!server.mayChangeState(req)) return httpError(403, "ACCESS_DENIED", "This origin may not act here");
      const problem = bodyProblem(req);
      if (problem !== null) return problem;
    }
    state.hub = server.hub;
    state.iceServers = (userId) => server.iceServers(userId);
    state.session = await server.session(req);
    state.guests = server.guests(ctx.url.protocol === "https:");
    return ctx.next();
  })
  .fsRoutes();

for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    server.close();
    setTimeout(() => Deno.exit(0), LEAVE_MS);
  });
}

if (import.meta.main) serve(config);

/** Serves what `deno task build` made. The build imports this module again, so nothing may wait for it here. */
async function serve({ host, port, sessionSecret }: Config): Promise<void> {
  if (sessionSecret === null) {
    console.warn("SESSION_SECRET is not set: sessions and chats end with this process.");
  }
  const built = await import(new URL("_fresh/server.js", import.meta.url).href);
  Deno.serve({
    hostname: host,
    port,
    onListen: ({ hostname, port }) => {
      const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
      console.log(`Zvonok is ready: http://${shown === "0.0.0.0" ? "localhost" : shown}:${port}/`);
    },
  }, built.default.fetch);
}

function configOrExit(): Config {
  try {
    return readConfig((name) => Deno.env.get(name));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`Configuration: ${error.message}`);
    Deno.exit(1);
  }
}
