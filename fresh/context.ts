import { type FunctionComponent, isValidElement, type VNode } from "preact";
import { renderPage } from "./render.ts";
import type { Island, Snapshot } from "./snapshot.ts";
import type { RouteComponent } from "./types.ts";

/** What the framework keeps about a request, out of the handlers' sight. */
export interface Scope {
  snapshot: Snapshot | null;
  islands: Map<unknown, Island>;
  // deno-lint-ignore no-explicit-any -- the map below serves every `State`
  appWrapper: RouteComponent<any> | null;
}

const scopes = new WeakMap<object, Scope>();
const nonces = new WeakMap<Response, string>();

export function scopeOf(ctx: object): Scope {
  return scopes.get(ctx)!;
}

/** The nonce of the inline scripts of a rendered page. */
export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}

interface ContextInit {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  snapshot: Snapshot | null;
  islands: Map<unknown, Island>;
  next: () => Promise<Response>;
}

/** A request on its way through middlewares and handlers. */
export class Context<State> {
  readonly config: { mode: "development" | "production" };
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  /** The pattern that matched. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** For middlewares to hand things on. */
  readonly state: State = {} as State;
  readonly isPartial: boolean = false;
  data: unknown = undefined;
  /** What was thrown, on error pages. */
  error: unknown = null;
  /** The page, inside `_app`. */
  Component: FunctionComponent = () => null;
  /** Runs the rest of the chain. */
  next: () => Promise<Response>;

  constructor({ snapshot, islands, ...init }: ContextInit) {
    this.config = { mode: snapshot?.mode ?? "production" };
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.route = init.route;
    this.params = init.params;
    this.next = init.next;
    scopes.set(this, { snapshot, islands, appWrapper: null });
  }

  /** Redirects; in a local path slashes collapse, so it stays local. */
  redirect(pathOrUrl: string, status = 302): Response {
    const location = pathOrUrl.startsWith("/")
      ? pathOrUrl.replace(/^[^?#]*/, (path) => path.replace(/\/+/g, "/"))
      : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** Renders a page, inside `_app` if there is one. */
  async render(vnode: VNode | null, init: ResponseInit = {}): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("ctx.render() takes JSX or null");
    }
    const page = await renderPage(vnode, this, scopeOf(this));
    if (page instanceof Response) return page;
    const response = this.html(page.html, init);
    if (page.link !== "") response.headers.append("Link", page.link);
    nonces.set(response, page.nonce);
    return response;
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("Content-Type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }
}
