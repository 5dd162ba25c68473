/**
 * Static files as browsers take them: compressed. Pages and answers are not: there somebody else's words, such as a name, are beside
 * what is secret, such as the ids of other chats, and the compressed size would tell of it who can watch the network (BREACH).
 */

import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

type Handler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;
type Bytes = Uint8Array<ArrayBuffer>;

/** By their names in HTTP, the better one first. At their best, since each file is compressed once, on another thread. */
const CODINGS = {
  br: (bytes: Bytes) => promisify(brotliCompress)(bytes),
  gzip: (bytes: Bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};
type Coding = keyof typeof CODINGS;

/** What is worth compressing, and the same for everybody. */
const TYPES = /^(text\/css|text\/javascript|application\/javascript|image\/svg\+xml)\b/;

/** Wraps a Fresh handler: compresses what it serves from `static/` and of the build. */
export function compressed(handle: Handler): Handler {
  // By what is in them, not by their addresses: a file has any number of those, such as `//a.js` and `/%61.js`.
  const made = new Map<string, Promise<Bytes>>();
  return async (req, info) => {
    const response = await handle(req, info);
    const { headers } = response;
    if (![200, 304].includes(response.status) || !TYPES.test(headers.get("content-type") ?? "")) return response;
    headers.append("vary", "Accept-Encoding");
    const etag = headers.get("etag");
    const coding = codingFor(req);
    if (response.status !== 200 || etag === null || coding === undefined) return response;
    if (req.method === "HEAD") return new Response(null, { headers: encodedAs(coding, headers) });
    const key = `${coding} ${etag}`;
    const bytes = made.get(key) ?? encoded(coding, response.clone());
    made.set(key, bytes);
    try {
      const body = await bytes;
      await response.body?.cancel();
      return new Response(body, { headers: encodedAs(coding, headers) });
    } catch {
      made.delete(key);
      return response;
    }
  };
}

/** The best coding that a browser takes (RFC 9110, section 12.5.3): one that is listed, and not at `q=0`. */
function codingFor({ headers }: Request): Coding | undefined {
  const listed = headers.get("accept-encoding")?.toLowerCase().split(",").map((coding) => coding.trim()) ?? [];
  const taken = listed.filter((coding) => !/;\s*q=0(\.0*)?$/.test(coding)).map((coding) => coding.split(/\s*;/, 1)[0]!);
  return (Object.keys(CODINGS) as Coding[]).find((coding) => taken.includes(coding));
}

function encodedAs(coding: Coding, before: Headers): Headers {
  const headers = new Headers(before);
  headers.set("content-encoding", coding);
  headers.delete("content-length");
  return headers;
}

async function encoded(coding: Coding, response: Response): Promise<Bytes> {
  return new Uint8Array(await CODINGS[coding](new Uint8Array(await response.arrayBuffer())));
}
