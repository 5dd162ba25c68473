/** What code that also runs in the browser may import. @module */
import type { ComponentChildren } from "preact";
import { buildId } from "./build_id.ts";

/** `true` in the browser, `false` while rendering on the server. */
export const IS_BROWSER = typeof document !== "undefined";

/** Adds the build id to a root-relative path, for it to be cached for ever; other addresses stay as is. */
export function asset(path: string): string {
  if (!/^\/(?!\/)/.test(path)) return path;
  const url = new URL(path, "http://localhost");
  if (url.searchParams.has("__frsh_c")) return path;
  url.searchParams.set("__frsh_c", buildId);
  return url.pathname + url.search + url.hash;
}

/** Moves its children into the document's `<head>`, in place of what is alike there already. Not for islands. */
export function Head({ children }: { children?: ComponentChildren }): ComponentChildren {
  if (IS_BROWSER) throw new Error("<Head> is not supported in islands");
  return children;
}
