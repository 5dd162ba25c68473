import { build } from "./build.ts";
import { buildId } from "./build_id.ts";
import type { Middleware } from "./types.ts";

const TYPES: Record<string, string> = {
  css: "text/css; charset=UTF-8",
  js: "text/javascript; charset=UTF-8",
  png: "image/png",
  svg: "image/svg+xml",
};

const UNKEYED = "no-cache, no-store, max-age=0, must-revalidate";

/** Serves `static/` and the bundles of the build. */
export function staticFiles<State>(): Middleware<State> {
  return async ({ req, url, next }) => {
    const address = addressIn(url);
    const file = build.files.get(address);
    if (file === undefined) {
      // Browsers ask for /favicon.ico on their own: a rendered error page would be a waste.
      return address === "/favicon.ico" ? new Response(null, { status: 404 }) : await next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") return new Response("Method Not Allowed", { status: 405 });

    const key = url.searchParams.get("__frsh_c");
    if (key !== null && key !== buildId) {
      url.searchParams.delete("__frsh_c");
      return new Response(null, { status: 307, headers: { location: url.pathname + url.search } });
    }

    const body = typeof file === "string" ? await Deno.readFile(file) : file;
    const headers = new Headers({
      "Content-Type": TYPES[address.split(".").at(-1)!] ?? "text/plain; charset=UTF-8",
      Vary: "If-None-Match",
    });
    if (!build.isDev) {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
      const etag = `W/"${hash}"`;
      if (req.headers.get("If-None-Match") === etag) return new Response(null, { status: 304, headers });
      headers.set("ETag", etag);
    }
    const isKeyed = !build.isDev && (key !== null || address.startsWith(build.bundles));
    headers.set("Cache-Control", isKeyed ? "public, max-age=31536000, immutable" : UNKEYED);
    headers.set("Content-Length", String(body.length));
    return new Response(body, { headers });
  };
}

/** The address of a file as the build has it: unescaped, and without a slash at its end. */
function addressIn({ pathname }: URL): string {
  try {
    return `/${decodeURIComponent(pathname).split("/").filter((name) => name !== "").join("/")}`;
  } catch {
    return pathname; // a malformed escape: nothing has that address
  }
}
