import { build } from "./build.ts";
import { buildId } from "./build_id.ts";
import type { Middleware } from "./types.ts";

const TYPES: Record<string, string> = {
  css: "text/css; charset=UTF-8",
  js: "text/javascript; charset=UTF-8",
  svg: "image/svg+xml",
};

/** Serves `static/` and the bundles of the build. */
export function staticFiles<State>(): Middleware<State> {
  return async ({ req, url, next }) => {
    const file = build.files.get(url.pathname);
    if (file === undefined) {
      // Browsers ask for it on their own; a whole error page would be a waste.
      return url.pathname === "/favicon.ico" ? new Response(null, { status: 404 }) : await next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") return new Response("Method Not Allowed", { status: 405 });

    const key = url.searchParams.get("__frsh_c");
    if (key !== null && key !== buildId) {
      url.searchParams.delete("__frsh_c");
      return new Response(null, { status: 307, headers: { location: url.pathname + url.search } });
    }

    const body = typeof file === "string" ? await Deno.readFile(file) : file;
    const headers = new Headers({
      "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
      "Content-Length": String(body.length),
      "Content-Type": TYPES[url.pathname.split(".").at(-1)!] ?? "text/plain; charset=UTF-8",
      Vary: "If-None-Match",
    });
    if (!build.isDev) {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
      headers.set("ETag", `W/"${hash}"`);
      if (req.headers.get("If-None-Match") === headers.get("ETag")) return new Response(null, { status: 304, headers });
      const isKeyed = key !== null || url.pathname.startsWith(build.bundles);
      if (isKeyed) headers.set("Cache-Control", "public, max-age=31536000, immutable");
    }
    return new Response(body, { headers });
  };
}
