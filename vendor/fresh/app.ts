import { STATUS_CODES } from "node:http";
import { HttpError } from "./http_error.ts";
import { Routes } from "./routes.ts";
import type { Context, Middleware } from "./types.ts";

/** A web app: middlewares and routes, in the order in which they were added. */
export class App<State> {
  /** `development` once `Builder.listen()` serves the app. */
  readonly config: { mode: "development" | "production" } = { mode: "production" };
  // Kept for handler(), since the file routes are known only then.
  readonly #steps: ((routes: Routes<State>) => void)[] = [];

  /** Adds middlewares for all requests. */
  use(...fns: Middleware<State>[]): this {
    this.#steps.push((routes) => routes.middlewares.push(...fns));
    return this;
  }

  /** Answers GET and HEAD requests for a path. */
  get(path: string, ...fns: Middleware<State>[]): this {
    this.#steps.push((routes) => routes.add(path, fns, true));
    return this;
  }

  /** Adds the modules of `routes/`. */
  fsRoutes(): this {
    this.#steps.push((routes) => routes.addFiles());
    return this;
  }

  /** The app as a request handler, with what was added so far. */
  handler(): (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const routes = new Routes<State>();
    for (const step of this.#steps) step(routes);
    const fallback = routes.chain([]);

    return async (req, info = NOBODY) => {
      const url = new URL(req.url);
      // Paths like //host would turn into other sites in redirects.
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const { route, params } = routes.match(url);
      const refused = route !== undefined && route.getOnly && req.method !== "GET" && req.method !== "HEAD";
      const next = () => Promise.resolve(atTheEnd(req, refused));
      const text = (content: string, init?: ResponseInit) => new Response(content, init);
      const ctx: Context<State> = { req, url, params, info, state: {} as State, error: null, next, text };
      try {
        const response = await (route === undefined || refused ? fallback : route.run)(ctx);
        return req.method === "HEAD" ? new Response(null, response) : response;
      } catch (error) {
        return answerError(error);
      }
    };
  }
}

/** The connection of a request that comes without a server, in tests. */
const NOBODY: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
  completed: Promise.resolve(),
};

/** The last `next()`: no route answered. */
function atTheEnd(req: Request, refused: boolean): Response {
  if (!refused) throw new HttpError(404);
  if (req.method !== "OPTIONS") throw new HttpError(405);
  return new Response(null, { status: 204, headers: { Allow: "GET" } });
}

function answerError(error: unknown): Response {
  const isHttp = error instanceof HttpError;
  if (!isHttp || error.status >= 500) console.error(error);
  if (!isHttp) return new Response("Internal server error", { status: 500 });
  return new Response(error.message || STATUS_CODES[error.status], { status: error.status });
}
