import { Fragment, h, options, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { Context, Scope } from "./context.ts";
import { type OpenVNode, Page } from "./page.ts";
import type { PageProps, RouteComponent } from "./types.ts";

// Rendering is synchronous, so pages being made at a time never meet here.
let current: Page | null = null;

// Preact's hooks before and after a vnode is rendered; the names are mangled.
const hooks = options as { __b?: Hook; diffed?: Hook };
type Hook = (vnode: OpenVNode) => void;
const { __b: before, diffed: after } = hooks;
hooks.__b = (vnode) => {
  current?.enter(vnode);
  before?.(vnode);
};
hooks.diffed = (vnode) => {
  current?.leave(vnode);
  after?.(vnode);
};

export function propsOf<State>(ctx: Context<State>): PageProps<unknown, State> {
  const { Component, config, error, info, isPartial, params } = ctx;
  const { req, route, state, url } = ctx;
  const request = { req, route, state, url, params, info };
  return { Component, config, error, isPartial, data: null, ...request };
}

/** Async components run here, others when the page is rendered. */
export async function renderComponent<State>(
  component: RouteComponent<State>,
  props: PageProps<unknown, State>,
): Promise<VNode | Response> {
  const kind = Object.prototype.toString.call(component);
  if (kind !== "[object AsyncFunction]") {
    return h(component as () => null, props as object);
  }
  const run = component as unknown as (p: typeof props) => Promise<VNode>;
  return await run(props);
}

/** Renders a page, or returns the answer an async `_app` gave instead. */
export async function renderPage<State>(
  content: VNode | null,
  ctx: Context<State>,
  scope: Scope,
): Promise<{ html: string; nonce: string; link: string } | Response> {
  let inner: VNode = h(Fragment, null);
  const Component = () => inner;
  const shell = scope.appWrapper &&
    await renderComponent(scope.appWrapper, { ...propsOf(ctx), Component });
  if (shell instanceof Response) return shell;

  const page = current = new Page(scope);
  try {
    // First the content, for the shell's <head> shows what it puts there.
    let html = renderToString(content ?? inner);
    if (shell !== null) {
      inner = jsxTemplate([html]);
      html = renderToString(shell);
    }
    if (!page.hasHtml) html = renderToString(document(jsxTemplate([html])));
    return {
      html: `<!DOCTYPE html>${html}`,
      nonce: page.nonce,
      link: page.link(),
    };
  } finally {
    current = null;
  }
}

function document(content: VNode): VNode {
  const head = h("head", null, h("meta", { charset: "utf-8" }));
  return h("html", null, head, h("body", null, content));
}
