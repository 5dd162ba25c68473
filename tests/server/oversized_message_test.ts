/** The largest thing one authenticated client can do: a message that the runtime delivers whole, or fails to. */

import assert from "node:assert/strict";
import { Guest } from "../support/guest.ts";
import { build, startProduct } from "../support/product.ts";

/** Just over V8's longest string. */
const MEBIBYTES = 520;
const CHUNK = 1024 * 1024;

Deno.test("[R18] a fragmented message of half a GiB costs its sender the socket, and nobody else anything", async () => {
  await build();
  await using product = await startProduct();
  const eve = await Guest.named(product.url, "Eve");
  const { hostname, port, host, origin } = new URL(product.url);
  using socket = await Deno.connect({ hostname, port: Number(port) });
  const head = {
    host,
    origin,
    cookie: eve.cookie!,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": btoa("sixteen bytes..."),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  await socket.write(new TextEncoder().encode(`GET /signal HTTP/1.1\r\n${lines.join("")}\r\n`));
  const buffer = new Uint8Array(4096);
  const answer = new TextDecoder().decode(buffer.subarray(0, await socket.read(buffer) ?? 0));
  assert.match(answer, /^HTTP\/1.1 101 /);

  const writer = socket.writable.getWriter();
  try {
    for (let n = 0; n < MEBIBYTES; n++) await writer.write(frame(n === 0, n === MEBIBYTES - 1));
  } catch {
    // Closed in the middle of it: as well.
  }
  for (let n = 0; n < 20; n++) {
    assert.equal((await eve.get("/healthz")).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.match(product.output(), /A socket failed in the runtime/);
});

/** A masked frame (RFC 6455, section 5.2) of one chunk, with a mask of zeros. */
function frame(first: boolean, last: boolean): Uint8Array {
  const bytes = new Uint8Array(14 + CHUNK).fill(0x78);
  bytes.set([(last ? 0x80 : 0) | (first ? 1 : 0), 0x80 | 127, 0, 0, 0, 0, 0, CHUNK >> 16, 0, 0, 0, 0, 0, 0]);
  return bytes;
}
