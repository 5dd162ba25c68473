import { type ComponentChildren, Fragment, h, type VNode } from "preact";
import type { Scope } from "./context.ts";
import { stringify } from "./props.ts";
import { Head } from "./runtime.ts";
import type { Island } from "./snapshot.ts";

type Props = Record<string, unknown>;
/** A vnode as Preact's hooks may change it before it is rendered. */
export type OpenVNode = { type: unknown; key: unknown; props: Props };

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

/** One page in the making: its islands, its `<head>`, its scripts. */
export class Page {
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
