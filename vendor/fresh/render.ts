import { Signal } from "@preact/signals";
import { stringify } from "devalue";
import { type ComponentChildren, createContext, Fragment, h, isValidElement, options, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { build } from "./build.ts";
import { Head } from "./runtime.ts";
import type { PageComponent, PageProps } from "./types.ts";

type Props = Record<string, unknown>;
/** An element as it was written. */
type Written = Pick<VNode<Props>, "type" | "props" | "key">;

/** A page in the making. */
class Page {
  readonly nonce = crypto.randomUUID().replaceAll("-", "");
  /** Its own address; `null` for none. */
  readonly url: URL | null;
  readonly islands: { name: string; url: string; props: Props }[] = [];
  /** What `<Head>` holds, by what it replaces. */
  readonly head = new Map<string, VNode>();

  constructor(url: URL | null) {
    this.url = url;
  }
}

// The page that is rendered now. Rendering is synchronous, so requests at the same time do not share it.
let page = new Page(null);

/** The nonces of rendered pages. */
export const nonces = new WeakMap<Response, string>();

/** Answers with a page, inside `_app` if there is one. */
export function renderPage<State>(
  component: PageComponent<unknown, State>,
  app: PageComponent<unknown, State> | null,
  given: Omit<PageProps<unknown, State>, "Component">,
  init: ResponseInit,
): Response {
  const { nonce, islands } = page = new Page(given.url);
  // The page before `_app`, whose <head> shows what the page's `<Head>` collected.
  const inner = jsxTemplate([renderToString(h(component, { ...given, Component: () => null }))]);
  const html = renderToString(h(app ?? Bare, { ...given, Component: () => inner, data: null }));
  const headers = new Headers(init.headers);
  headers.set("Content-Type", "text/html; charset=utf-8");
  if (islands.length > 0) {
    const urls = new Set([`${build.bundles}fresh-runtime.js`, ...islands.map(({ url }) => url)]);
    headers.set("Link", [...urls].map((url) => `<${url}>; rel="modulepreload"; as="script"`).join(", "));
  }
  const response = new Response(`<!DOCTYPE html>${html}`, { status: init.status, headers });
  nonces.set(response, nonce);
  return response;
}

/** What is around pages without an `_app`. */
function Bare({ Component }: PageProps): VNode {
  const head = h("head", null, h("meta", { charset: "utf-8" }));
  return h("html", null, head, h("body", null, h(Component, null)));
}

const HEAD_TAGS = new Set<unknown>(["base", "link", "meta", "noscript", "script", "style", "template", "title"]);

/** Which of these an element is rendered inside; `null`: none. */
const Place = createContext<"head" | "Head" | "island" | null>(null);

// What Fresh adds to elements. Some are rendered through a component of ours, which gets them as they were written.
const { vnode: before } = options;
options.vnode = (vnode) => {
  before?.(vnode);
  const { type, props, key } = vnode as Written;
  const children = props.children as ComponentChildren;
  const change = (type: unknown, props: object) => Object.assign(vnode, { type, props });
  const inside = (value: "head" | "Head") => h(Place.Provider, { value }, children);
  if (type === "a" && page.url !== null) markCurrent(props, page.url);
  if (build.islands.has(type)) change(IslandRange, { type, props, key });
  else if (HEAD_TAGS.has(type)) change(HeadTag, { type, props, key });
  else if (type === Head) change(Fragment, { children: inside("Head") });
  else if (type === "head") change(type, { ...props, children: [inside("head"), h(RestOfHead, null)] });
  else if (type === "body") change(type, { ...props, children: [children, h(BootScript, null)] });
};

/** Says of a link that it leads to this page, or to one that this is under; not where the link says so itself. */
function markCurrent(props: Props, { pathname, search }: URL): void {
  const { href } = props;
  if (typeof href !== "string" || !href.startsWith("/") || props["aria-current"] !== undefined) return;
  const target = new URL(href, "http://localhost");
  const [here, there] = [pathname, target.pathname].map((path) => path === "/" ? path : path.replace(/\/$/, ""));
  const isSame = here === there && (target.search === "" || target.search === search);
  if (isSame) Object.assign(props, { "data-current": "true", "aria-current": "page" });
  else if (here === there || there === "/" || here!.startsWith(`${there}/`)) {
    Object.assign(props, { "data-ancestor": "true", "aria-current": "true" });
  }
}

function asWritten({ type, props }: Omit<Written, "key">): VNode {
  return Object.assign(h(Fragment, null), { type, props });
}

function IslandRange(written: Written): VNode {
  if (useContext(Place) === "island") return asWritten(written);
  const { type, props } = written;
  const index = page.islands.push({ ...build.islands.get(type)!, props }) - 1;
  const comment = (text: string) => h(Fragment, { UNSTABLE_comment: text } as Props);
  const inner = h(Place.Provider, { value: "island" }, asWritten(written));
  return h(Fragment, null, comment(`frsh:island${index}`), inner, comment("/frsh:island"));
}

function HeadTag({ type, props, key }: Written): VNode | null {
  const place = useContext(Place);
  const nonce = props.nonce ?? page.nonce;
  const vnode = asWritten({ type, props: type === "script" || type === "style" ? { ...props, nonce } : props });
  // Elements that are alike in all other props stand for the same thing in a document, and the page's replaces that of `_app`.
  const same = { ...props, children: 0, nonce: 0, [type === "meta" ? "content" : "href"]: 0 };
  const id = String(key ?? JSON.stringify([type, same]));
  if (place === "Head") {
    page.head.set(id, vnode);
    return null;
  }
  const alike = place === "head" ? page.head.get(id) : undefined;
  if (alike) page.head.delete(id);
  return alike ?? vnode;
}

const RestOfHead = () => [...page.head.values()];

function BootScript(): ComponentChildren {
  const { islands, nonce } = page;
  if (islands.length === 0) return null;
  const imports = islands.map(({ name, url }, i) => `import{${name} as i${i}}from${JSON.stringify(url)};`).join("");
  const components = islands.map((_, i) => `i${i}`);
  const __html = `import{boot}from"${build.bundles}fresh-runtime.js";${imports}boot([${components}],${
    sent(islands.map(({ props }) => props))
  })`;
  return h("script", { type: "module", nonce, dangerouslySetInnerHTML: { __html } });
}

/** Props as arguments of `boot`: as JSON, which browsers read by themselves, where that loses nothing. */
function sent(props: Props[]): string {
  return isPlain(props) ? inScript(JSON.stringify(props)) : `${inScript(stringify(props, REDUCERS))},true`;
}

/** A text as a literal that ends neither a script element nor, for old parsers, its line. */
const inScript = (text: string) =>
  JSON.stringify(text).replace(/[<\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Whether JSON carries all of a value. What devalue would refuse is not plain either, so that it gets to say so. */
function isPlain(value: unknown, seen = new Set<object>()): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || value === null) return value === null || /^(string|boolean)$/.test(typeof value);
  // JSON would write what is there twice, or in itself, again.
  if (seen.has(value)) return false;
  seen.add(value);
  // Iterated, not by `every`, which skips the holes of a list.
  if (Array.isArray(value)) return Array.from(value).every((item) => isPlain(item, seen));
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.getOwnPropertySymbols(value).length > 0) return false;
  return Object.entries(value).every(([key, item]) => key !== "__proto__" && isPlain(item, seen));
}

/** What the props of islands are sent as, besides what devalue knows; the counterpart is in client.ts. */
const REDUCERS = {
  Signal: (value: unknown) => value instanceof Signal && [value.peek()],
  JSX(value: unknown) {
    // Objects without a prototype are valid elements to Preact.
    if (isValidElement(value) && "props" in value) throw new TypeError("Islands take no JSX in their props");
  },
};
