/** What code that also runs in the browser may import. @module */
import type { ComponentChildren } from "preact";
import { getBuildId } from "./build_id.ts";

/** `true` in the browser, `false` while rendering on the server. */
export const IS_BROWSER = typeof document !== "undefined";

/** The query parameter that makes a static file cacheable for ever. */
export const ASSET_KEY = "__frsh_c";

/** Adds the build id to a root-relative path; other addresses stay as is. */
export function asset(path: string): string {
  if (!/^\/(?!\/)/.test(path)) return path;
  const url = new URL(path, "http://localhost");
  if (url.searchParams.has(ASSET_KEY)) return path;
  url.searchParams.set(ASSET_KEY, getBuildId());
  return url.pathname + url.search + url.hash;
}

/**
 * Moves its children into the document's `<head>`, in place of what is alike
 * there already. Server only.
 *
 * @throws {Error} inside an island.
 */
export function Head({ children }: { children?: ComponentChildren }): ComponentChildren {
  if (IS_BROWSER) throw new Error("<Head> is not supported in islands");
  return children;
}
