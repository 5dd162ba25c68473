/** A site of somebody else's, with a page that calls over the product's server (`other_origin_page.ts`). */

import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { esbuild } from "./esbuild.ts";
import { HOST_SECRET } from "./wire.ts";

/** The chat that its users are in. */
export const CHAT = "elsewhere";

/** A running site; `await using` stops it. */
export interface OtherOrigin extends AsyncDisposable {
  readonly origin: string;
  /** The page of one of its users, who calls by themselves. */
  page(user: string): string;
  /** A page that posts a user's token to the product, which shows its own page then. */
  entry(user: string): string;
  /** How long the next token lasts, in seconds; `null`: it gives none. */
  tokenSeconds: number | null;
}

/** The site, for a product at `url` that believes tokens signed with `HOST_SECRET`. */
export async function otherOrigin(url: string): Promise<OtherOrigin> {
  const scripts = await bundled();
  const html = (body: string) =>
    new Response(
      `<!doctype html><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,">${body}`,
      {
        headers: { "content-type": "text/html; charset=utf-8" },
      },
    );
  const server = Deno.serve({ hostname: "localhost", port: 0, onListen: () => {} }, async (req) => {
    const { pathname, searchParams } = new URL(req.url);
    const script = scripts.get(pathname);
    if (script !== undefined) return new Response(script, { headers: { "content-type": "text/javascript" } });
    const user = searchParams.get("user");
    if (user === null) return new Response(null, { status: 404 });
    if (pathname === "/") {
      return html('<video autoplay playsinline></video><script type="module" src="/page.js"></script>');
    }
    if (site.tokenSeconds === null) return new Response(null, { status: 403 });
    const token = await tokenFor(user, site.tokenSeconds);
    if (pathname === "/token") return new Response(token);
    return html(`<form method="post" action="${url}/enter"><input name="chat" value="${CHAT}"><input name="token"
      value="${token}"></form><script>document.forms[0].submit()</script>`);
  });
  const origin = `http://localhost:${server.addr.port}`;
  const site: OtherOrigin = {
    origin,
    page: (user) => `${origin}/?${new URLSearchParams({ user, url, chat: CHAT })}`,
    entry: (user) => `${origin}/entry?user=${user}`,
    tokenSeconds: 3600,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return site;
}

/** A token as a host application signs it. */
export function tokenFor(user: string, seconds: number): Promise<string> {
  return new SignJWT({ name: user, chats: [CHAT] }).setProtectedHeader({ alg: "HS256" }).setSubject(user).setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds).sign(new TextEncoder().encode(HOST_SECRET));
}

/** The page's scripts by address: bundled as the product's own are, from `shared/client` alone. */
async function bundled(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { buildSync } = await esbuild();
  const { outputFiles } = buildSync({
    bundle: true,
    entryPoints: { page: fileURLToPath(new URL("other_origin_page.ts", import.meta.url)) },
    format: "esm",
    logLevel: "silent",
    minify: true,
    outdir: "/",
    platform: "browser",
    splitting: true,
    target: ["chrome120", "firefox121", "safari17"],
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, new Uint8Array(contents)]));
}
