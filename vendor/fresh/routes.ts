import { build } from "./build.ts";
import { HttpError } from "./http_error.ts";
import { renderPage } from "./render.ts";
import type { Context, HandlerFn, Middleware, PageComponent, RouteHandler } from "./types.ts";

/** What a module of `routes/` exports. */
interface Module<State> {
  default?: PageComponent<unknown, State>;
  handler?: RouteHandler<unknown, State>;
}

interface Route<State> {
  pattern: URLPattern;
  hasParams: boolean;
  getOnly: boolean;
  run: Middleware<State>;
}

/** The routes of an app. Each takes what there is when it is added: what comes later does not apply to it. */
export class Routes<State> {
  readonly middlewares: Middleware<State>[] = [];
  readonly #routes: Route<State>[] = [];
  #app: PageComponent<unknown, State> | null = null;
  #error: Module<State> | undefined;
  #notFound: Module<State> | undefined;

  /** Adds what answers a path. Paths without parameters win, then those added first. */
  add(path: string, fns: Middleware<State>[], getOnly: boolean): void {
    const hasParams = path.includes(":");
    const pattern = new URLPattern({ pathname: hasParams ? path : `${path}{/}?` });
    this.#routes.push({ pattern, hasParams, getOnly, run: this.chain(fns) });
    this.#routes.sort((a, b) => Number(a.hasParams) - Number(b.hasParams));
  }

  /** Adds the modules of `routes/`. */
  addFiles(): void {
    const modules = build.routes as Map<string, Module<State>>;
    const app = this.#app = modules.get("/_app")?.default ?? null;
    this.#error = modules.get("/_error");
    this.#notFound = modules.get("/_404");
    const middleware = modules.get("/_middleware");
    if (middleware) this.middlewares.push((middleware.handler ?? middleware.default) as Middleware<State>);

    // Names come before parameters.
    const rank = (id: string) => id.replaceAll("[", "~");
    for (const [id, module] of [...modules].sort(([a], [b]) => rank(a) < rank(b) ? -1 : 1)) {
      if (/^\/_(app|404|error|middleware)$/.test(id)) continue;
      if (/\/_|\(|\[\[|\[\./.test(id) || !(module.default || module.handler)) {
        throw new Error(`routes${id} is of a kind that vendor/fresh/README.md leaves out`);
      }
      const path = id.replace(/\/index$/, "").replace(/\[(\w+)\]/g, ":$1") || "/";
      this.add(path, [(ctx) => answer(ctx, module, app)], false);
    }
  }

  /** Puts the error pages and middlewares there are around functions. */
  chain(fns: Middleware<State>[]): Middleware<State> {
    const all = [this.#guard(this.#error, this.#app), ...this.middlewares, ...fns];
    return (ctx) => {
      const enter = (next: () => Promise<Response>, fn: Middleware<State>) => async () => {
        ctx.next = next;
        return await fn(ctx);
      };
      return all.reduceRight(enter, ctx.next)();
    };
  }

  /** The route for an address, if there is one. Throws when a parameter is not valid percent-encoding. */
  match(url: URL): { route: Route<State> | undefined; params: Record<string, string> } {
    const route = this.#routes.find(({ pattern }) => pattern.test(url));
    const groups = Object.entries(route?.pattern.exec(url)?.pathname.groups ?? {});
    return { route, params: Object.fromEntries(groups.map(([name, value = ""]) => [name, decodeURI(value)])) };
  }

  /** Turns what is thrown into an error page. */
  #guard(errorPage: Module<State> | undefined, app: PageComponent<unknown, State> | null): Middleware<State> {
    return async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        ctx.error = error;
        const status = error instanceof HttpError ? error.status : 500;
        if (status === 404 && this.#notFound) return await answer(ctx, this.#notFound, app);
        if (errorPage) return await answer(ctx, errorPage, app, status);
        throw error;
      }
    };
  }
}

/** Runs a module's handler and renders its page with what that returns. */
async function answer<State>(
  ctx: Context<State>,
  module: Module<State>,
  app: PageComponent<unknown, State> | null,
  status = 200,
): Promise<Response> {
  const handler = handlerOf(module, ctx.req.method);
  const result = handler ? await handler(ctx) : await ctx.next();
  if (result instanceof Response) return result;
  const { data, ...init } = { status, ...result };
  return renderPage(module.default ?? (() => null), app, { ...ctx, data }, init);
}

function handlerOf<State>(module: Module<State>, method: string): HandlerFn<unknown, State> | undefined {
  const { default: component, handler } = module;
  const show = component && (() => ({ data: undefined }));
  if (typeof handler !== "object") return handler ?? show;
  return handler[method as keyof typeof handler] ?? (/^(GET|HEAD)$/.test(method) ? handler.GET ?? show : undefined);
}
