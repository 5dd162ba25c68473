import type { AnyComponent } from "preact";
import type { Context } from "./context.ts";

export const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
] as const;

export type Method = typeof METHODS[number];

/** Answers a request, or passes it on with `ctx.next()`. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

/** What a page, `_app` or `_error` component gets. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "Component"
    | "config"
    | "error"
    | "info"
    | "isPartial"
    | "params"
    | "req"
    | "route"
    | "state"
    | "url"
  >
  & { data: Data };

/** A route's component, which may be async. */
export type RouteComponent<State> = AnyComponent<PageProps<unknown, State>>;

/** What {@linkcode page} makes. */
export interface PageResponse<Data> {
  data: Data;
  headers?: HeadersInit;
  status?: number;
}

export type HandlerFn<Data, State> = (ctx: Context<State>) =>
  | Response
  | PageResponse<Data>
  | Promise<Response | PageResponse<Data>>;

export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** Where a request ends: a handler, a component, or both. */
export interface Route<State> {
  component?: RouteComponent<State>;
  config?: { routeOverride?: string; skipAppWrapper?: boolean };
  handler?: RouteHandler<unknown, State>;
}

/** From a handler: render the route's component with this data. */
export function page(): PageResponse<undefined>;
export function page<Data>(data: Data, options?: { headers?: HeadersInit; status?: number }): PageResponse<Data>;
export function page(data?: unknown, options?: { headers?: HeadersInit; status?: number }): PageResponse<unknown> {
  return { data, headers: options?.headers, status: options?.status };
}

interface Define<State> {
  handlers<
    Data,
    Handler extends RouteHandler<Data, State> = RouteHandler<Data, State>,
  >(handlers: Handler): Handler;
  page<
    // deno-lint-ignore no-explicit-any -- `unknown` would refuse typed handlers
    Handler extends RouteHandler<any, State> = never,
    Data = Handler extends HandlerFn<infer D, State> ? D
      : Handler extends HandlerByMethod<infer D, State> ? D
      : never,
  >(component: AnyComponent<PageProps<Data, State>>): AnyComponent<PageProps<Data, State>>;
  middleware<M extends Middleware<State> | Middleware<State>[]>(fn: M): M;
}

/** Identity functions that give route modules the types of `State`. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (component) => component,
    middleware: (fn) => fn,
  };
}
