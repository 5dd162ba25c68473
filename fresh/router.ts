import type { Method } from "./types.ts";

interface Entry<T> {
  pattern: string;
  dynamic: URLPattern | null;
  byMethod: Map<Method, T>;
}

/** How a request fits the routes. */
export type Match<T> =
  | { kind: "none" }
  | { kind: "method"; pattern: string; allowed: Method[] }
  | {
    kind: "found";
    pattern: string;
    params: Record<string, string>;
    handler: T;
  };

/** Static paths first, then patterns in the order they were added. */
export class Router<T> {
  #entries = new Map<string, Entry<T>>();

  /** The first handler added for a method and pattern stays. */
  add(method: Method, pattern: string, handler: T): void {
    let entry = this.#entries.get(pattern);
    if (entry === undefined) {
      const isDynamic = /[*:{}+?()]/.test(pattern);
      const dynamic = isDynamic ? new URLPattern({ pathname: pattern }) : null;
      entry = { pattern, dynamic, byMethod: new Map() };
      this.#entries.set(pattern, entry);
    }
    if (!entry.byMethod.has(method)) entry.byMethod.set(method, handler);
  }

  /** @throws {URIError} when a parameter is not valid percent-encoding. */
  match(method: Method, url: URL): Match<T> {
    const [entry, groups] = this.#find(url);
    if (entry === null) return { kind: "none" };
    const { pattern, byMethod } = entry;
    const handler = byMethod.get(method) ??
      (method === "HEAD" ? byMethod.get("GET") : undefined);
    if (handler === undefined) {
      return { kind: "method", pattern, allowed: [...byMethod.keys()] };
    }
    const params: Record<string, string> = Object.create(null);
    for (const [name, value] of Object.entries(groups)) {
      params[name] = decodeURI(value ?? "");
    }
    return { kind: "found", pattern, params, handler };
  }

  #find(url: URL): [Entry<T> | null, Record<string, string | undefined>] {
    const path = url.pathname;
    const other = path.endsWith("/") ? path.slice(0, -1) : path + "/";
    const entry = this.#entries.get(path) ?? this.#entries.get(other);
    if (entry?.dynamic === null) return [entry, {}];
    for (const entry of this.#entries.values()) {
      const match = entry.dynamic?.exec(url);
      if (match) return [entry, match.pathname.groups];
    }
    return [null, {}];
  }
}
