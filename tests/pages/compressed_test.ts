/** Compressed static files: each is compressed once, whatever it is called, and served plain where that fails. */

import assert from "node:assert/strict";
import { compressed } from "../../routes/(_kit)/compressed.ts";

const TEXT = "a { color: red } ".repeat(100);

/** A handler of one file, which it reads when it is asked for its content. */
function file(content = () => TEXT) {
  let reads = 0;
  const handle = compressed(() => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
      reads++;
      controller.enqueue(new TextEncoder().encode(content()));
      controller.close();
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    return Promise.resolve(new Response(body, { headers: { "content-type": "text/css", etag: 'W/"1"' } }));
  });
  const get = (path: string, coding = "br") =>
    handle(new Request(`http://127.0.0.1${path}`, { headers: { "accept-encoding": coding } }));
  return { get, reads: () => reads };
}

Deno.test("compressed: a file is compressed once in each coding, by whatever address it is asked for", async () => {
  const { get, reads } = file();
  for (const path of ["/a.css", "//a.css", "/%61.css", "/a.css/", "/a.css?b"]) {
    for (const coding of ["br", "gzip"]) {
      const response = await get(path, coding);
      assert.equal(response.headers.get("content-encoding"), coding);
      assert.ok((await response.arrayBuffer()).byteLength < TEXT.length / 4);
    }
  }
  assert.equal(reads(), 2);
});

Deno.test("compressed: a file that could not be read once is read again the next time", async () => {
  let isBroken = true;
  const { get } = file(() => {
    if (isBroken) throw new Error("cannot be read");
    return TEXT;
  });
  await assert.rejects((await get("/a.css")).text());
  isBroken = false;
  assert.equal((await get("/a.css")).headers.get("content-encoding"), "br");
});
