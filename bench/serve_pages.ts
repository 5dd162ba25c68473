/** Serves an empty page that loads PeerJS, on a free port of this machine: an origin that may open cameras. */

import { PEERJS } from "./packages.ts";

/** A server at `url`; `await using` stops it. */
export function servePages(): AsyncDisposable & { readonly url: string } {
  const page = '<!doctype html><title>Bench</title><script src="/peerjs.js"></script>';
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (req) => {
    if (new URL(req.url).pathname !== "/peerjs.js") {
      return new Response(page, { headers: { "content-type": "text/html" } });
    }
    return new Response(await Deno.readFile(PEERJS), { headers: { "content-type": "text/javascript" } });
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}
