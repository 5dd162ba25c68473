import { type Context, scopeOf } from "./context.ts";
import { HttpError } from "./http_error.ts";
import { propsOf, renderComponent } from "./render.ts";
import { Router } from "./router.ts";
import { type HandlerFn, type Method, type Middleware, page, type Route, type RouteComponent } from "./types.ts";

interface Segment<State> {
  parent: Segment<State> | null;
  children: Map<string, Segment<State>>;
  middlewares: Middleware<State>[];
  errorRoute: Route<State> | null;
}

function newSegment<State>(parent: Segment<State> | null): Segment<State> {
  return { parent, children: new Map(), middlewares: [], errorRoute: null };
}

/**
 * The folders of an app. A route takes what its folders hold at the time it is
 * added, so order matters: what comes later does not apply to it.
 */
export class RouteTree<State> {
  readonly router = new Router<Middleware<State>>();
  appWrapper: RouteComponent<State> | null = null;
  notFound: Route<State> | null = null;
  #root = newSegment<State>(null);

  /** The folder of a path; without `whole` its last part is left off. */
  at(path: string, whole = true): Segment<State> {
    const names = path.replace(/\{[^}]*\}\??/g, "").split("/").slice(1);
    if (!whole) names.pop();
    let segment = this.#root;
    for (const name of names) {
      if (name === "" || name === "*") continue;
      let child = segment.children.get(name);
      if (child === undefined) {
        child = newSegment(segment);
        segment.children.set(name, child);
      }
      segment = child;
    }
    return segment;
  }

  add(methods: Iterable<Method>, pattern: string, segment: Segment<State>, fns: Middleware<State>[]): void {
    const handler = this.#compile(segment, fns);
    for (const method of methods) this.router.add(method, pattern, handler);
  }

  /** What answers requests that no route matches. */
  fallback(): Middleware<State> {
    return this.#compile(this.#root, []);
  }

  #compile(segment: Segment<State>, fns: Middleware<State>[]): Middleware<State> {
    const chain = [...fns];
    for (let at: typeof segment | null = segment; at !== null; at = at.parent) {
      chain.unshift(this.#guard(at), ...at.middlewares);
    }
    return compose(chain);
  }

  /** Turns what is thrown below a folder into its error page. */
  #guard({ errorRoute }: Segment<State>): Middleware<State> {
    const { appWrapper } = this;
    return async (ctx) => {
      const scope = scopeOf(ctx);
      scope.appWrapper = appWrapper;
      try {
        return await ctx.next();
      } catch (error) {
        ctx.error = error;
        scope.appWrapper = appWrapper;
        const status = error instanceof HttpError ? error.status : 500;
        if (status === 404 && this.notFound !== null) {
          return await runRoute(ctx, this.notFound);
        }
        if (errorRoute === null) throw error;
        return await runRoute(ctx, errorRoute, status);
      }
    };
  }
}

function compose<State>(fns: Middleware<State>[]): Middleware<State> {
  return (ctx) => {
    const tail = ctx.next;
    const run = async (i: number): Promise<Response> => {
      const fn = fns[i];
      if (fn === undefined) return await tail();
      ctx.next = () => run(i + 1);
      return await fn(ctx);
    };
    return run(0);
  };
}

function handlerOf<State>(
  { component, handler }: Route<State>,
  method: Method,
): HandlerFn<unknown, State> | undefined {
  if (typeof handler === "function") return handler;
  const show = component && (() => page({}));
  if (handler === undefined) return show;
  const readOnly = method === "GET" || method === "HEAD";
  return handler[method] ?? (readOnly ? handler.GET ?? show : undefined);
}

/** Runs a route's handler and renders its component with what it returns. */
export async function runRoute<State>(ctx: Context<State>, route: Route<State>, status = 200): Promise<Response> {
  if (route.config?.skipAppWrapper) scopeOf(ctx).appWrapper = null;
  const handler = handlerOf(route, ctx.req.method as Method);
  const result = handler ? await handler(ctx) : await ctx.next();
  if (result instanceof Response) return result;
  const init = { headers: result.headers, status: result.status ?? status };
  if (route.component === undefined) return ctx.render(null, init);
  const props = { ...propsOf(ctx), data: result.data };
  const vnode = await renderComponent(route.component, props);
  return vnode instanceof Response ? vnode : ctx.render(vnode, init);
}
