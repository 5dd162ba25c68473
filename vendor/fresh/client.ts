/// <reference lib="dom" />
import { signal } from "@preact/signals";
import { type ComponentType, type ContainerNode, h, render } from "preact";

type Props = Record<string, unknown>;

/** The counterpart of REDUCERS in render.ts. */
export const REVIVERS = { Signal: ([value]: [unknown]) => signal(value) };

/** Brings the islands of a page to life. `isRich`: there is more in their props than JSON has words for. */
export async function boot(components: ComponentType<Props>[], text: string, isRich = false): Promise<void> {
  revive(components, isRich ? (await import("./rich_props.ts")).parse(text, REVIVERS) : JSON.parse(text));
}

/** Renders each island into its marked range. */
function revive(components: ComponentType<Props>[], props: Props[]): void {
  const comments = document.createNodeIterator(document.body, NodeFilter.SHOW_COMMENT);
  let start: Comment | null = null;
  for (let node = comments.nextNode() as Comment; node; node = comments.nextNode() as Comment) {
    if (node.data.startsWith("frsh:island")) start = node;
    else if (node.data === "/frsh:island" && start !== null) {
      const index = Number(start.data.slice("frsh:island".length));
      const vnode = h(components[index]!, props[index]!);
      const range = rangeBetween(start, node);
      // Each in a task of its own: an island that throws must not keep the others from being rendered.
      setTimeout(() => render(vnode, range));
    }
  }
}

/** The nodes between two comments, with what Preact asks of a parent. */
function rangeBetween(start: Node, end: Node): ContainerNode {
  const { namespaceURI } = start.parentElement!;
  const childNodes: Node[] = [];
  for (let node = start.nextSibling!; node !== end; node = node.nextSibling!) childNodes.push(node);
  const insertBefore = (node: Node, before: Node | null) => end.parentNode!.insertBefore(node, before ?? end);
  return { namespaceURI, childNodes, firstChild: childNodes[0] ?? null, insertBefore } as unknown as ContainerNode;
}
