import { type ComponentChildren, Fragment, h, options, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { Context, Scope } from "./context.ts";
import { stringify } from "./props.ts";
import { Head } from "./runtime.ts";
import type { Island } from "./snapshot.ts";
import type { PageProps, RouteComponent } from "./types.ts";

type Props = Record<string, unknown>;
/** A vnode as Preact's hooks may change it before it is rendered. */
type OpenVNode = { type: unknown; key: unknown; props: Props };

const HEAD_TAGS = new Set<unknown>([
  "base",
  "link",
  "meta",
  "noscript",
  "script",
  "style",
  "template",
  "title",
]);

/** One page in the making. */
class Page {
  readonly nonce = crypto.randomUUID().replaceAll("-", "");
  readonly used: Island[] = [];
  readonly props: Props[] = [];
  readonly names: string[] = [];
  /** What `<Head>` holds, by what it replaces. */
  readonly head = new Map<string, OpenVNode>();
  hasHtml = false;
  /** The elements being rendered that matter to what is inside of them. */
  island: OpenVNode | null = null;
  inHead = false;
  headDepth = 0;
  readonly #inner = new WeakSet<object>();
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  enter(vnode: OpenVNode): void {
    const { type, props } = vnode;
    if (this.#inner.has(vnode)) this.island = vnode;
    if (this.island !== null) {
      if (type === Head) throw new Error("<Head> is not supported in islands");
      return;
    }
    const island = this.#scope.islands.get(type);
    if (island !== undefined) return this.#markIsland(vnode, island);
    if (type === Head) this.headDepth++;
    if (type === "html") this.hasHtml = true;
    if (type === "head") {
      this.inHead = true;
      append(vnode, () => this.#restOfHead());
    }
    if (type === "body") append(vnode, () => this.#bootScript());
    if (type === "script" || type === "style") props.nonce ??= this.nonce;
    if (HEAD_TAGS.has(type)) this.#moveToHead(vnode);
  }

  leave(vnode: OpenVNode): void {
    if (vnode === this.island) this.island = null;
    if (vnode.type === Head) this.headDepth--;
    if (vnode.type === "head") this.inHead = false;
  }

  #markIsland(vnode: OpenVNode, island: Island): void {
    const { name } = vnode.type as () => null;
    if (vnode.props.children !== undefined) {
      throw new Error(`<${name}> has children, which islands cannot take`);
    }
    this.names.push(name);
    const inner = h(vnode.type as () => null, vnode.props);
    this.#inner.add(inner);
    const index = this.used.push(island) - 1;
    this.props.push(vnode.props);
    vnode.type = Fragment;
    vnode.props = {
      children: [
        comment(`frsh:island${index}`),
        inner,
        comment("/frsh:island"),
      ],
    };
  }

  #moveToHead(vnode: OpenVNode): void {
    const key = headKey(vnode);
    if (this.headDepth > 0) {
      this.head.set(key, { ...vnode });
      vnode.type = Fragment;
      vnode.props = {};
    } else if (this.inHead && this.head.has(key)) {
      vnode.props = this.head.get(key)!.props;
      this.head.delete(key);
    }
  }

  #restOfHead(): ComponentChildren {
    const rest = [...this.head.values()].map(({ type, props }) => h(type as string, props));
    this.head.clear();
    return rest;
  }

  #bootScript(): ComponentChildren {
    const { snapshot } = this.#scope;
    if (snapshot === null || this.used.length === 0) return null;
    const imports = [...new Set(this.used)];
    const lines = imports.map(({ name, url }, i) => `import{${name} as i${i}}from${JSON.stringify(url)};`);
    const components = this.used.map((island) => `i${imports.indexOf(island)}`);
    const json = JSON.stringify(stringify(this.props, this.names))
      .replaceAll("<", "\\u003c");
    const __html = `import{boot}from${JSON.stringify(snapshot.clientEntry)};` +
      `${lines.join("")}boot([${components}],${json})`;
    return h("script", {
      type: "module",
      nonce: this.nonce,
      dangerouslySetInnerHTML: { __html },
    });
  }

  /** The `Link` header that lets browsers fetch the scripts early. */
  link(): string {
    const { snapshot } = this.#scope;
    if (snapshot === null || this.used.length === 0) return "";
    const urls = new Set(this.used.map(({ url }) => url));
    return [snapshot.clientEntry, ...urls]
      .map((url) => `<${encodeURI(url)}>; rel="modulepreload"; as="script"`)
      .join(", ");
  }
}

function comment(text: string): VNode {
  return h(Fragment, { UNSTABLE_comment: text } as Props);
}

function append(vnode: OpenVNode, last: () => ComponentChildren): void {
  const children = [vnode.props.children, h(last, null)];
  vnode.props = { ...vnode.props, children };
}

/** Elements with the same key stand for the same thing in a document. */
function headKey({ type, key, props }: OpenVNode): string {
  if (key != null) return String(key);
  if (type === "title") return "title";
  const free = ["children", "nonce", "ref"];
  if (type === "meta") free.push("content");
  if (type === "link") free.push("href");
  const rest = Object.keys(props).filter((name) => !free.includes(name)).sort();
  return JSON.stringify([type, ...rest.map((name) => props[name])]);
}

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
