import { Context } from "./context.ts";
import { addFileRoutes } from "./fs_routes.ts";
import { HttpError, REASONS } from "./http_error.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { RouteTree } from "./segments.ts";
import { getSnapshot, islandsOf, type Snapshot } from "./snapshot.ts";
import { type Method, METHODS, type Middleware, type Route } from "./types.ts";

type Step<State> = (tree: RouteTree<State>, snapshot: Snapshot | null) => void;
type Handler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

const NO_INFO: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
  completed: Promise.resolve(),
};

/** A web app: what it answers, in the order in which it was told. */
export class App<State> {
  // Kept for handler(), since the file routes are known only then.
  #steps: Step<State>[] = [];

  /** Adds middlewares for all requests, or for those below a path. */
  use(...fns: Middleware<State>[]): this;
  use(path: string, ...fns: Middleware<State>[]): this;
  use(
    first: string | Middleware<State>,
    ...rest: Middleware<State>[]
  ): this {
    const [path, fns] = typeof first === "string" ? [first, rest] : ["*", [first, ...rest]];
    return this.#step((tree) => tree.at(path).middlewares.push(...fns));
  }

  get(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["GET"], path, fns);
  }

  post(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["POST"], path, fns);
  }

  put(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["PUT"], path, fns);
  }

  patch(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["PATCH"], path, fns);
  }

  delete(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["DELETE"], path, fns);
  }

  head(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["HEAD"], path, fns);
  }

  all(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(METHODS, path, fns);
  }

  /** Answers what is thrown below a path. */
  onError(path: string, route: Route<State> | Middleware<State>): this {
    const errorRoute = toRoute(route);
    return this.#step((tree) => tree.at(path).errorRoute = errorRoute);
  }

  /** Answers what no route matches, and any thrown 404. */
  notFound(route: Route<State> | Middleware<State>): this {
    return this.#step((tree) => tree.notFound = toRoute(route));
  }

  /** Adds the modules of `routes/`. */
  fsRoutes(): this {
    return this.#step((tree, snapshot) => addFileRoutes(tree, snapshot?.routes ?? []));
  }

  /** The app as a function, with what it has been told so far. */
  handler(): Handler {
    const snapshot = getSnapshot(this);
    const islands = islandsOf(snapshot);
    const tree = new RouteTree<State>();
    for (const step of this.#steps) step(tree, snapshot);
    const fallback = tree.fallback();

    return async (req, info = NO_INFO) => {
      const url = new URL(req.url);
      // Paths like //host would turn into other sites in redirects.
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const match = tree.router.match(req.method as Method, url);
      const found = match.kind === "found";
      const ctx = new Context<State>({
        req,
        url,
        info,
        snapshot,
        islands,
        route: match.kind === "none" ? null : match.pattern,
        params: found ? match.params : {},
        next: () => {
          if (match.kind !== "method") throw new HttpError(404);
          if (req.method !== "OPTIONS") throw new HttpError(405);
          const headers = { Allow: match.allowed.join(", ") };
          return Promise.resolve(new Response(null, { status: 204, headers }));
        },
      });
      try {
        const response = await (found ? match.handler : fallback)(ctx);
        if (!(response instanceof Response)) {
          throw new Error(`Expected a Response, but got ${response}`);
        }
        return req.method === "HEAD" ? new Response(null, response) : response;
      } catch (error) {
        return answerError(error);
      }
    };
  }

  /** Serves the app; without a port, on the first free one from 8000 on. */
  listen(options: ListenOptions = {}): Promise<void> {
    return listen(this.handler(), options);
  }

  #route(methods: Iterable<Method>, path: string, fns: Middleware<State>[]): this {
    return this.#step((tree) => tree.add(methods, path, tree.at(path), fns));
  }

  #step(step: Step<State>): this {
    this.#steps.push(step);
    return this;
  }
}

function toRoute<State>(route: Route<State> | Middleware<State>): Route<State> {
  return typeof route === "function" ? { handler: route } : route;
}

function answerError(error: unknown): Response {
  const isHttp = error instanceof HttpError;
  if (!isHttp || error.status >= 500) console.error(error);
  return isHttp
    ? new Response(error.message || REASONS[error.status], error)
    : new Response("Internal server error", { status: 500 });
}
