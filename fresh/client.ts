/// <reference lib="dom" />
import { signal } from "@preact/signals";
import { type ComponentType, type ContainerNode, h, render } from "preact";

/** Brings the islands of a page to life, each in its marked range. */
export function boot(components: ComponentType<Record<string, unknown>>[], json: string): void {
  const props = parse(json) as Record<string, unknown>[];
  const comments = document.createNodeIterator(document.body, NodeFilter.SHOW_COMMENT);
  let start: Node | null = null;
  let index = 0;
  for (let node = comments.nextNode(); node; node = comments.nextNode()) {
    const [, slash, digits] = /^(\/?)frsh:island(.*)/.exec(node.nodeValue!) ??
      [];
    if (slash === "") {
      start = node;
      index = Number(digits);
    } else if (slash && start) {
      const vnode = h(components[index]!, props[index]!);
      const range = rangeBetween(start, node);
      // A task each: an island that throws must not take the others along.
      setTimeout(() => render(vnode, range));
    }
  }
}

/** Shows Preact the nodes between two comments as if they had a parent. */
function rangeBetween(start: Node, end: Node): ContainerNode {
  const parent = start.parentNode!;
  const range = {
    nodeType: 1,
    parentNode: parent,
    namespaceURI: (parent as Element).namespaceURI,
    get firstChild() {
      return range.childNodes[0] ?? null;
    },
    get childNodes() {
      const nodes = [];
      for (let node = start; (node = node.nextSibling!) !== end;) {
        nodes.push(node);
      }
      return nodes;
    },
    contains: (node: Node) => parent.contains(node),
    insertBefore: (node: Node, before: Node | null) => parent.insertBefore(node, before ?? end),
    appendChild: (node: Node) => parent.insertBefore(node, end),
    removeChild: (node: Node) => parent.removeChild(node),
  };
  return range as unknown as ContainerNode;
}

/** Reads what `stringify` in props.ts wrote. */
export function parse(json: string): unknown {
  const nodes = JSON.parse(json);
  const seen: unknown[] = [];

  const read = (index: number): unknown => {
    if (index < 0) return [, , NaN, Infinity, -Infinity, -0][-index];
    if (index in seen) return seen[index];
    const node = nodes[index];
    if (typeof node !== "object" || !node) return seen[index] = node;
    const [type, value] = Array.isArray(node) ? node : [];
    if (type === "Signal") {
      const result = seen[index] = signal<unknown>();
      result.value = read(value);
      return result;
    }
    if (type === "Set") {
      const result = seen[index] = new Set();
      for (const item of value) result.add(read(item));
      return result;
    }
    if (type === "Map") {
      const result = seen[index] = new Map();
      for (const [key, item] of value) result.set(read(key), read(item));
      return result;
    }
    if (type === "BigInt") return seen[index] = BigInt(value);
    if (type === "Date") return seen[index] = new Date(read(value) as number);
    if (type === "URL") return seen[index] = new URL(value);
    if (type === "Uint8Array") return seen[index] = new Uint8Array(value);
    const result = seen[index] = Array.isArray(node) ? [] : {};
    for (const key in node) {
      (result as Record<string, unknown>)[key] = read(node[key]);
    }
    return result;
  };

  return read(0);
}
