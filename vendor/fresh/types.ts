import type { FunctionComponent, VNode } from "preact";

/** A request on its way through middlewares and handlers. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly params: Record<string, string>;
  readonly info: Deno.ServeHandlerInfo;
  /** For middlewares to hand things on. */
  readonly state: State;
  /** What was thrown, on error pages. */
  error: unknown;
  /** Runs the rest of the chain. */
  next: () => Promise<Response>;
  text(content: string, init?: ResponseInit): Response;
}

/** Answers a request, or passes it on with `ctx.next()`. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

/** What a page, `_app` or `_error` component gets; `Component` is the page, inside `_app`. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<Context<State>, "error" | "params" | "req" | "state" | "url">
  & { data: Data; Component: FunctionComponent };

/** A component of `routes/`. */
export type PageComponent<Data, State> = (props: PageProps<Data, State>) => VNode | null;

/** What {@linkcode page} makes. */
interface PageResponse<Data> {
  data: Data;
  headers?: HeadersInit;
  status?: number;
}

type Answer<Data> = Response | PageResponse<Data>;

/** What answers a request for a route. */
export type HandlerFn<Data, State> = (ctx: Context<State>) => Answer<Data> | Promise<Answer<Data>>;

type HandlerByMethod<Data, State> = {
  [M in "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"]?: HandlerFn<Data, State>;
};

/** A handler, for all methods or for each. */
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;

/** From a handler: render the route's component with this data. */
export function page<Data>(data: Data, init: Omit<PageResponse<Data>, "data"> = {}): PageResponse<Data> {
  return { data, ...init };
}

interface Define<State> {
  handlers<Data, Handler extends RouteHandler<Data, State> = RouteHandler<Data, State>>(handlers: Handler): Handler;
  page<
    // deno-lint-ignore no-explicit-any -- `unknown` would refuse typed handlers
    Handler extends RouteHandler<any, State> = never,
    Data = Handler extends HandlerFn<infer D, State> ? D : Handler extends HandlerByMethod<infer D, State> ? D : never,
  >(component: PageComponent<Data, State>): PageComponent<Data, State>;
  middleware(fn: Middleware<State>): Middleware<State>;
}

/** Identity functions that give route modules the types of `State`. */
export function createDefine<State>(): Define<State> {
  return { handlers: (handlers) => handlers, page: (component) => component, middleware: (fn) => fn };
}
