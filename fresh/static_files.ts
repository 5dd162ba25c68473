import { getBuildId } from "./build_id.ts";
import { scopeOf } from "./context.ts";
import { ASSET_KEY } from "./runtime.ts";
import type { Middleware } from "./types.ts";

const TYPES: Record<string, string> = {
  css: "text/css; charset=UTF-8",
  html: "text/html; charset=UTF-8",
  ico: "image/vnd.microsoft.icon",
  js: "text/javascript; charset=UTF-8",
  json: "application/json; charset=UTF-8",
  map: "application/json; charset=UTF-8",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=UTF-8",
  wav: "audio/wav",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** Serves `static/` and the bundles of the build. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const { snapshot } = scopeOf(ctx);
    const file = snapshot?.files.get(decodePath(url.pathname));
    if (!file) {
      // Browsers ask for it on their own; a whole error page would be a waste.
      if (snapshot && url.pathname === "/favicon.ico") {
        return new Response(null, { status: 404 });
      }
      return await ctx.next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }

    const key = url.searchParams.get(ASSET_KEY);
    if (key !== null && key !== getBuildId()) {
      url.searchParams.delete(ASSET_KEY);
      return ctx.redirect(url.pathname + url.search, 307);
    }

    const body = file instanceof Uint8Array ? file : await Deno.readFile(file);
    const extension = url.pathname.split(".").at(-1)!;
    const headers = new Headers({
      "Content-Length": String(body.length),
      "Content-Type": TYPES[extension] ?? "text/plain",
      Vary: "If-None-Match",
    });
    const isProduction = ctx.config.mode === "production";
    if (isProduction) {
      const hash = await crypto.subtle.digest("SHA-256", body);
      const etag = `W/"${new Uint8Array(hash).toHex()}"`;
      if (req.headers.get("If-None-Match") === etag) {
        return new Response(null, { status: 304, headers: { ETag: etag } });
      }
      headers.set("ETag", etag);
    }
    const isKeyed = key !== null ||
      url.pathname.startsWith(`/_fresh/js/${getBuildId()}/`);
    headers.set(
      "Cache-Control",
      isProduction && isKeyed
        ? "public, max-age=31536000, immutable"
        : "no-cache, no-store, max-age=0, must-revalidate",
    );
    return new Response(body, { headers });
  };
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
